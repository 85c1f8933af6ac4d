/**
 * Certificate revocation lists (RFC 5280 §5), up to some million entries.
 *
 * @module
 */
import { type Bytes, equalBytes } from "./bytes.ts";
import { readExtensions } from "./certificate.ts";
import { encodeRevoked, type RevokedCertificate } from "./crl_entries.ts";
import { DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { contextConstructed, elementHeader, encodeElement, integer, sequence, time } from "./der_writer.ts";
import { authorityKeyIdentifier, encodeExtension } from "./extensions.ts";
import { Oid } from "./oids.ts";

export { CRL_REASONS, type CrlReason, type RevokedCertificate } from "./crl_entries.ts";

/** What goes into a CRL. */
export interface CrlContents {
  readonly signatureAlgorithmDer: Bytes;
  readonly issuerDer: Bytes;
  /** Key identifier of the issuer. */
  readonly authorityKeyId: Bytes;
  /** Grows with every CRL. */
  readonly crlNumber: number | bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Read once, in its order; nothing of it is kept, so a cursor over a database will do. */
  readonly revoked: Iterable<RevokedCertificate>;
}

/** A CRL taken apart; views of its bytes. */
export interface Crl {
  readonly der: Bytes;
  /** TBSCertList: what the signature covers. */
  readonly tbsDer: Bytes;
  readonly issuerDer: Bytes;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly crlNumber: bigint | undefined;
  readonly authorityKeyId: Bytes | undefined;
  readonly signatureAlgorithmDer: Bytes;
  readonly signature: Bytes;
  /**
   * The entries, decoded one at a time.
   *
   * @throws {AppError} `pki/malformed` when it comes to one that is wrong.
   */
  revoked(): Generator<{ serialHex: string; at: Date; reason: number | undefined }>;
}

const VERSION_2 = integer(1);
const EXTENSIONS_TAG = Tag.CONTEXT_CONSTRUCTED | 0;

/**
 * Writes what the CA will sign; join it with its signature by `assembleSigned()`.
 *
 * @returns TBSCertList, DER.
 * @throws {AppError} `pki/malformed` for serial numbers and dates that cannot be written.
 */
export function buildTbsCrl(contents: CrlContents): Bytes {
  const { length, chunks } = encodeRevoked(contents.revoked);
  // An empty list is left out (RFC 5280 §5.1.2.6).
  const list = length === 0 ? [] : [elementHeader(Tag.SEQUENCE, length), ...chunks];
  const extensions = sequence(
    authorityKeyIdentifier(contents.authorityKeyId),
    encodeExtension(Oid.crlNumber, integer(contents.crlNumber)),
  );
  return encodeElement(Tag.SEQUENCE, [
    VERSION_2,
    contents.signatureAlgorithmDer,
    contents.issuerDer,
    time(contents.thisUpdate),
    time(contents.nextUpdate),
    ...list,
    contextConstructed(0, extensions),
  ]);
}

/**
 * Takes a CRL apart. The signature is not checked.
 *
 * @param der One version 2 CRL with nextUpdate, nothing after it.
 * @throws {AppError} `pki/malformed`, also for critical extensions: all that exist narrow down what the CRL says.
 */
export function parseCrl(der: Bytes): Crl {
  const reader = readDer(der, "CRL");
  const certificateList = reader.sequence("CertificateList");
  reader.end();
  const tbs = certificateList.sequence("TBSCertList");
  const tbsDer = certificateList.latest;
  const signatureAlgorithmDer = certificateList.element(Tag.SEQUENCE, "signature algorithm");
  const signature = certificateList.bitString("signature");
  certificateList.end();

  if (tbs.smallUnsigned("version") !== 1) throw tbs.error("version");
  if (!equalBytes(tbs.element(Tag.SEQUENCE, "signature algorithm"), signatureAlgorithmDer)) {
    throw tbs.error("signature algorithm");
  }
  const issuerDer = tbs.element(Tag.SEQUENCE, "issuer");
  const thisUpdate = tbs.time("thisUpdate");
  const nextUpdate = tbs.time("nextUpdate");
  const entriesDer = tbs.nextIs(Tag.SEQUENCE) ? tbs.element(Tag.SEQUENCE, "entries") : undefined;
  const { crlNumber, authorityKeyId } = readCrlExtensions(tbs);
  tbs.end();
  return {
    der,
    tbsDer,
    issuerDer,
    thisUpdate,
    nextUpdate,
    crlNumber,
    authorityKeyId,
    signatureAlgorithmDer,
    signature,
    revoked: () => readEntries(entriesDer),
  };
}

function readCrlExtensions(tbs: DerReader): Pick<Crl, "crlNumber" | "authorityKeyId"> {
  const explicit = tbs.enter(EXTENSIONS_TAG, "extensions");
  const extensions = readExtensions(explicit.sequence("extensions"));
  explicit.end();
  for (const { critical } of extensions.values()) if (critical) throw tbs.error("critical extension");

  const numberDer = extensions.get(Oid.crlNumber)?.valueDer;
  const crlNumber = numberDer && readDer(numberDer, "CRL").unsigned("cRLNumber");
  const keyIdDer = extensions.get(Oid.authorityKeyIdentifier)?.valueDer;
  const keyId = keyIdDer && readDer(keyIdDer, "CRL").sequence("authorityKeyIdentifier");
  return {
    crlNumber: crlNumber && BigInt(`0x${crlNumber.toHex()}`),
    authorityKeyId: keyId?.nextIs(Tag.CONTEXT | 0) ? keyId.contents(Tag.CONTEXT | 0, "key ID") : undefined,
  };
}

function* readEntries(
  entriesDer: Bytes | undefined,
): Generator<{ serialHex: string; at: Date; reason: number | undefined }> {
  if (!entriesDer) return;
  const entries = new DerReader(entriesDer, "CRL").sequence("entries");
  while (!entries.isDone) {
    const entry = entries.sequence("entry");
    const serialHex = entry.unsigned("serial number").toHex();
    const at = entry.time("revocation date");
    const extensions = entry.isDone ? undefined : readExtensions(entry.sequence("entry extensions"));
    entry.end();
    const reasonDer = extensions?.get(Oid.crlReason)?.valueDer;
    const reason = reasonDer && readDer(reasonDer, "CRL").contents(Tag.ENUMERATED, "reason")[0];
    yield { serialHex, at, reason };
  }
}
