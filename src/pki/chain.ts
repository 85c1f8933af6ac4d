/**
 * Verifying a certificate's chain up to a trust anchor (RFC 5280 §6, as far as Hakko's certificates need it).
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes } from "./bytes.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { readBasicConstraints, readExtendedKeyUsage, readKeyUsage } from "./extension_readers.ts";
import type { KeyPurpose } from "./extensions.ts";
import { Oid } from "./oids.ts";
import { type VerifySignature, verifySignature } from "./signature.ts";

/** What to verify against. */
export interface ChainOptions {
  /** Certificates that may help, from anybody, in any order; a self-signed one among them gains no trust. */
  readonly intermediatesDer: readonly Bytes[];
  /** CA certificates that are trusted. */
  readonly trustAnchorsDer: readonly Bytes[];
  /** When the CAs must be valid. */
  readonly at: Date;
  readonly usage: KeyPurpose;
  readonly verify?: VerifySignature;
}

/** More CAs than any chain of ours has, anchor included. */
const MAX_AUTHORITIES = 6;
/** Most signatures that are tried: a bound on the work that a crafted set of certificates makes. */
const MAX_SIGNATURES = 32;

/** Critical extensions that are understood here. Name constraints are not: they bind servers' names only. */
const UNDERSTOOD = new Set<string>([Oid.basicConstraints, Oid.keyUsage, Oid.extendedKeyUsage]);
const UNDERSTOOD_IN_LEAF = new Set<string>([...UNDERSTOOD, Oid.subjectAltName]);

/**
 * Builds and verifies the chain: signatures, names, CA flag and keyCertSign of the CAs, their path lengths and
 * validity, the purpose all the way up, no critical extension that is not understood. The leaf's own dates are
 * the caller's business (a computer's clock may be wrong when its certificate is new), revocation the
 * authority's.
 *
 * @param leafDer An end-entity certificate.
 * @returns The chain, leaf first, trust anchor last.
 * @throws {AppError} `issuance/answer-distrusted` with a short English reason, or `pki/malformed` if a
 * certificate cannot be read.
 */
export async function verifyChain(leafDer: Bytes, options: ChainOptions): Promise<Bytes[]> {
  const leaf = parseCertificate(leafDer);
  const fault = leafFault(leaf, options.usage);
  if (fault) throw distrust(fault);
  const search = new Search(options);
  const chain = await search.climb([leaf]);
  if (!chain) throw distrust(search.reason);
  return chain.map(({ der }) => der);
}

function distrust(reason: string): AppError<"issuance/answer-distrusted"> {
  return new AppError("issuance/answer-distrusted", { reason });
}

/** Looks for a way from a certificate to an anchor, and remembers why the one that got furthest failed. */
class Search {
  readonly #options: ChainOptions;
  readonly #anchors: readonly Certificate[];
  readonly #intermediates: readonly Certificate[];
  #signaturesLeft = MAX_SIGNATURES;
  #reasonDepth = 0;
  reason = "no issuer found";

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#anchors = options.trustAnchorsDer.map(parseCertificate);
    this.#intermediates = options.intermediatesDer.map(parseCertificate);
  }

  /** @param path Certificates so far, leaf first, all linked. */
  async climb(path: readonly Certificate[]): Promise<Certificate[] | undefined> {
    for (const anchor of this.#anchors) {
      if (await this.#accepts(anchor, path)) return [...path, anchor];
    }
    if (path.length >= MAX_AUTHORITIES) {
      this.#fail(path.length, "chain too long");
      return undefined;
    }
    for (const candidate of this.#intermediates) {
      if (path.some(({ der }) => equalBytes(der, candidate.der))) continue;
      if (equalBytes(candidate.issuerDer, candidate.subjectDer)) continue; // a root that is not an anchor
      if (!await this.#accepts(candidate, path)) continue;
      const chain = await this.climb([...path, candidate]);
      if (chain) return chain;
    }
    if (this.#reasonDepth < path.length) {
      this.#fail(path.length, path.length === 1 ? "no issuer found" : "no trust anchor found");
    }
    return undefined;
  }

  /** Whether `issuer` may stand above the path and did sign its last certificate. */
  async #accepts(issuer: Certificate, path: readonly Certificate[]): Promise<boolean> {
    const certificate = path[path.length - 1]!;
    if (!equalBytes(issuer.subjectDer, certificate.issuerDer)) return false;
    const fault = authorityFault(issuer, { ...this.#options, authoritiesBelow: path.length - 1 });
    if (fault) {
      this.#fail(path.length, fault);
      return false;
    }
    if (this.#signaturesLeft-- <= 0) {
      this.#fail(path.length, "too many certificates");
      return false;
    }
    const { verify = verifySignature } = this.#options;
    const { signatureAlgorithmDer, signature, tbsDer: data } = certificate;
    const isSigned = await verify({ spkiDer: issuer.spkiDer, signatureAlgorithmDer, signature, data });
    if (!isSigned) this.#fail(path.length, "signature not by its issuer");
    return isSigned;
  }

  #fail(depth: number, reason: string): void {
    if (depth < this.#reasonDepth) return;
    this.#reasonDepth = depth;
    this.reason = reason;
  }
}

function leafFault(leaf: Certificate, usage: KeyPurpose): string | undefined {
  if (readBasicConstraints(leaf)?.ca) return "a CA certificate instead of an end-entity certificate";
  if (!readExtendedKeyUsage(leaf)?.has(Oid[usage])) return `not for ${usage}`;
  if (!readKeyUsage(leaf)?.has("digitalSignature")) return "key usage without digitalSignature";
  return criticalFault(leaf, UNDERSTOOD_IN_LEAF);
}

function authorityFault(
  authority: Certificate,
  { at, usage, authoritiesBelow }: { at: Date; usage: KeyPurpose; authoritiesBelow: number },
): string | undefined {
  const constraints = readBasicConstraints(authority);
  if (!constraints?.ca) return "issuer is not a CA";
  if (!readKeyUsage(authority)?.has("keyCertSign")) return "issuer may not sign certificates";
  if ((constraints.pathLength ?? authoritiesBelow) < authoritiesBelow) return "path length exceeded";
  if (at < authority.notBefore) return "CA not yet valid";
  if (at > authority.notAfter) return "CA expired";
  const purposes = readExtendedKeyUsage(authority);
  if (purposes && !purposes.has(Oid[usage]) && !purposes.has(Oid.anyExtendedKeyUsage)) {
    return `CA not for ${usage}`;
  }
  return criticalFault(authority, UNDERSTOOD);
}

function criticalFault(certificate: Certificate, understood: ReadonlySet<string>): string | undefined {
  for (const [oid, { critical }] of certificate.extensions) {
    if (critical && !understood.has(oid)) return `unknown critical extension ${oid}`;
  }
  return undefined;
}
