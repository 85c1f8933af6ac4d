/**
 * Certificates taken apart (RFC 5280 §4.1).
 *
 * @module
 */
import { type Bytes, equalBytes, sha256 } from "./bytes.ts";
import { type DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";

/** One extension; see extensions.ts for what is in it. */
export interface Extension {
  readonly critical: boolean;
  /** Contents of its OCTET STRING: one element, not yet looked at. */
  readonly valueDer: Bytes;
}

/** A certificate taken apart; views of its bytes. */
export interface Certificate {
  readonly der: Bytes;
  /** TBSCertificate: what the signature covers. */
  readonly tbsDer: Bytes;
  /** Lowercase hex of the magnitude, an even number of digits, no sign octet. */
  readonly serialHex: string;
  readonly issuerDer: Bytes;
  readonly subjectDer: Bytes;
  readonly notBefore: Date;
  /** The last second that is still valid. */
  readonly notAfter: Date;
  readonly spkiDer: Bytes;
  readonly signatureAlgorithmDer: Bytes;
  readonly signature: Bytes;
  /** By dotted OID, in the certificate's order; empty for version 1. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

/**
 * Takes a certificate apart. Nothing is verified: see chain.ts.
 *
 * @param der One certificate, nothing after it; version 1 or 3.
 * @throws {AppError} `pki/malformed`, also for serial numbers that are not positive or longer than 20 octets,
 * and for an extension that occurs twice.
 */
export function parseCertificate(der: Bytes): Certificate {
  const reader = readDer(der, "certificate");
  const certificate = reader.sequence("Certificate");
  reader.end();
  const tbs = certificate.sequence("TBSCertificate");
  const tbsDer = certificate.latest;
  const signatureAlgorithmDer = certificate.element(Tag.SEQUENCE, "signature algorithm");
  const signature = certificate.bitString("signature");
  certificate.end();

  const isVersion3 = readVersion(tbs);
  const serial = tbs.unsigned("serial number");
  if (serial.length > 20 || serial[0] === 0) throw tbs.error("serial number");
  // Two places name the algorithm; only the inner one is signed (RFC 5280 §4.1.1.2).
  if (!equalBytes(tbs.element(Tag.SEQUENCE, "signature algorithm"), signatureAlgorithmDer)) {
    throw tbs.error("signature algorithm");
  }
  const issuerDer = tbs.element(Tag.SEQUENCE, "issuer");
  const validity = tbs.sequence("validity");
  const notBefore = validity.time("notBefore");
  const notAfter = validity.time("notAfter");
  validity.end();
  const subjectDer = tbs.element(Tag.SEQUENCE, "subject");
  const spkiDer = tbs.element(Tag.SEQUENCE, "public key");
  const extensions = isVersion3 ? readTbsExtensions(tbs) : new Map<string, Extension>();
  tbs.end();
  return {
    der,
    tbsDer,
    serialHex: serial.toHex(),
    issuerDer,
    subjectDer,
    notBefore,
    notAfter,
    spkiDer,
    signatureAlgorithmDer,
    signature,
    extensions,
  };
}

/**
 * A certificate's fingerprint, the name that the keystore knows it by.
 *
 * @param der One certificate, DER.
 * @returns SHA-256 over the whole of it: 64 lowercase hex digits.
 */
export function fingerprint(der: Bytes): string {
  return sha256(der).toHex();
}

function readVersion(tbs: DerReader): boolean {
  if (!tbs.nextIs(Tag.CONTEXT_CONSTRUCTED | 0)) return false; // version 1 is the default and never written
  const version = tbs.enter(Tag.CONTEXT_CONSTRUCTED | 0, "version");
  if (version.smallUnsigned("version") !== 2) throw tbs.error("version");
  version.end();
  return true;
}

function readTbsExtensions(tbs: DerReader): Map<string, Extension> {
  if (tbs.isDone) return new Map();
  const explicit = tbs.enter(Tag.CONTEXT_CONSTRUCTED | 3, "extensions");
  const extensions = readExtensions(explicit.sequence("extensions"));
  explicit.end();
  return extensions;
}

/**
 * Reads a list of Extension elements, of a certificate or a CRL.
 *
 * @throws {AppError} `pki/malformed` if it is empty or one occurs twice (RFC 5280 §4.2).
 */
export function readExtensions(list: DerReader): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  do {
    const extension = list.sequence("extension");
    const oid = extension.oid("extension");
    const critical = extension.defaultFalse("extension");
    const valueDer = extension.octetString("extension");
    extension.end();
    if (extensions.has(oid)) throw list.error("an extension occurs twice");
    extensions.set(oid, { critical, valueDer });
  } while (!list.isDone);
  return extensions;
}
