/**
 * The CAs: one root that is used once and put away, and below it two that do different things. The issuing CA
 * certifies people and nothing else; the web CA certifies this authority's own server names and nothing else, so
 * that the one trust anchor in the app's profile serves both without either being able to do the other's work.
 *
 * @module
 */
import type { Text } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { assembleSigned, buildTbsCertificate } from "../../pki/certificate_builder.ts";
import { buildTbsCrl } from "../../pki/crl.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../pki/extensions.ts";
import { generateKeyPair, keyIdentifier, type KeyPair, signatureAlgorithmFor } from "../../pki/keys.ts";
import { encodeName } from "../../pki/name.ts";
import type { KeyAlgorithm } from "../../protocol/messages.ts";

const DAY_MS = 86_400_000;
const ROOT_DAYS = 20 * 365;
const CA_DAYS = 10 * 365;
/** Browsers accept 398 days at most from CAs of their own list; we keep to that too. */
const SERVER_DAYS = 397;
/** As for clients: clocks run slow. */
const BACKDATE_MS = DAY_MS;

/** A certificate with its key. */
export interface Certified {
  readonly certificateDer: Bytes;
  readonly keyPair: KeyPair;
}

export interface Hierarchy {
  readonly root: Certified;
  readonly issuing: Certified;
  readonly web: Certified;
  readonly server: Certified;
  /** The root's only CRL, DER: empty, and good for as long as the CAs below it. */
  readonly rootCrlDer: Bytes;
}

export interface HierarchyOptions {
  readonly institutionName: Text;
  /** Of the root and the issuing CA; the web CA and the server always have P-256, for the handshakes' sake. */
  readonly algorithm: KeyAlgorithm;
  /** Host names and IP addresses that the server goes by. */
  readonly hosts: readonly string[];
  readonly now: Date;
  readonly randomBytes: (length: number) => Bytes;
}

/** Makes all keys and certificates of a new authority. */
export async function createHierarchy(options: HierarchyOptions): Promise<Hierarchy> {
  const { algorithm, hosts } = options;
  const [rootKey, issuingKey, webKey] = await Promise.all([
    generateKeyPair(algorithm),
    generateKeyPair(algorithm),
    generateKeyPair("p256"),
  ]);
  const rootName = caName(options.institutionName, "Root CA");
  const root = await certify({
    subjectDer: rootName,
    keyPair: rootKey,
    issuer: { nameDer: rootName, keyPair: rootKey },
    days: ROOT_DAYS,
    extensions: [basicConstraints(true), keyUsage(["keyCertSign", "cRLSign"])],
  }, options);
  const rootIssuer = { nameDer: rootName, keyPair: rootKey };
  const issuing = await certify({
    subjectDer: caName(options.institutionName, "Issuing CA"),
    keyPair: issuingKey,
    issuer: rootIssuer,
    days: CA_DAYS,
    extensions: [
      basicConstraints(true, 0),
      keyUsage(["keyCertSign", "cRLSign"]),
      extendedKeyUsage(["clientAuth"]),
    ],
  }, options);
  const webName = caName(options.institutionName, "Web CA");
  const web = await certify({
    subjectDer: webName,
    keyPair: webKey,
    issuer: rootIssuer,
    days: CA_DAYS,
    extensions: [
      basicConstraints(true, 0),
      keyUsage(["keyCertSign", "cRLSign"]),
      extendedKeyUsage(["serverAuth"]),
      nameConstraints({
        permittedDns: hosts.filter((host) => !isIpAddress(host)),
        permittedIp: hosts.filter(isIpAddress).map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`),
      }),
    ],
  }, options);
  const server = await createServerCertificate({ nameDer: webName, keyPair: webKey }, options);
  const rootCrlDer = await createRootCrl(rootIssuer, options.now);
  return { root, issuing, web, server, rootCrlDer };
}

/**
 * Verifiers that check every certificate of a chain want a CRL from the root too. Its key is put away after today,
 * so this one has to last; revoking a CA means taking the key out again, or another trust anchor.
 */
async function createRootCrl({ nameDer, keyPair }: Issuer, now: Date): Promise<Bytes> {
  const signatureAlgorithmDer = signatureAlgorithmFor(keyPair.spkiDer);
  const thisUpdate = new Date(Math.floor(now.getTime() / 1_000) * 1_000 - BACKDATE_MS);
  const tbsDer = buildTbsCrl({
    signatureAlgorithmDer,
    issuerDer: nameDer,
    authorityKeyId: keyIdentifier(keyPair.spkiDer),
    crlNumber: 1,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + CA_DAYS * DAY_MS),
    revoked: [],
  });
  return assembleSigned(tbsDer, signatureAlgorithmDer, await keyPair.sign(tbsDer));
}

/** Whose signature a certificate carries. */
export interface Issuer {
  readonly nameDer: Bytes;
  readonly keyPair: KeyPair;
}

/** A certificate, with a fresh key, for the TLS servers. */
export async function createServerCertificate(issuer: Issuer, options: HierarchyOptions): Promise<Certified> {
  const keyPair = await generateKeyPair("p256");
  const names = options.hosts.map((host) => isIpAddress(host) ? { ip: host } : { dns: host });
  return await certify({
    subjectDer: caName(options.institutionName, "Server"),
    keyPair,
    issuer,
    days: SERVER_DAYS,
    extensions: [
      basicConstraints(false),
      keyUsage(["digitalSignature"]),
      extendedKeyUsage(["serverAuth"]),
      subjectAltName(names),
    ],
  }, options);
}

interface CertifyRequest {
  readonly subjectDer: Bytes;
  readonly keyPair: KeyPair;
  readonly issuer: Issuer;
  readonly days: number;
  readonly extensions: readonly Bytes[];
}

async function certify(request: CertifyRequest, options: HierarchyOptions): Promise<Certified> {
  const { subjectDer, keyPair, issuer } = request;
  const nowMs = Math.floor(options.now.getTime() / 1_000) * 1_000;
  const serial = options.randomBytes(17);
  serial[0] = 1 + serial[0]! % 0x7f;
  const signatureAlgorithmDer = signatureAlgorithmFor(issuer.keyPair.spkiDer);
  const tbsDer = buildTbsCertificate({
    serial,
    signatureAlgorithmDer,
    issuerDer: issuer.nameDer,
    subjectDer,
    spkiDer: keyPair.spkiDer,
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + request.days * DAY_MS),
    extensions: [
      ...request.extensions,
      subjectKeyIdentifier(keyPair.spkiDer),
      authorityKeyIdentifier(keyIdentifier(issuer.keyPair.spkiDer)),
    ],
  });
  const signature = await issuer.keyPair.sign(tbsDer);
  return { certificateDer: assembleSigned(tbsDer, signatureAlgorithmDer, signature), keyPair };
}

/** The blank keeps name checks of TLS libraries from taking the server's CN for a host name. */
function caName(institution: Text, role: string): Bytes {
  return encodeName([
    { type: "C", value: "JP" },
    { type: "O", value: cut(institution.ja, 64) },
    { type: "CN", value: `${cut(institution.en, 63 - role.length)} ${role}` },
  ]);
}

/** The first characters; a name of X.509 holds 64 (RFC 5280 appendix A.1). */
function cut(text: string, length: number): string {
  return [...text].slice(0, length).join("").trim();
}

function isIpAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(":");
}
