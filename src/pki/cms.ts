/**
 * CMS SignedData (RFC 5652 §5) with the content inside and signed attributes: proof that a key works.
 *
 * @module
 */
import { berToDer } from "./ber.ts";
import { type Bytes, equalBytes, sha256 } from "./bytes.ts";
import { parseCertificate } from "./certificate.ts";
import { DerReader } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import {
  contextConstructed,
  integer,
  objectIdentifier,
  octetString,
  retag,
  sequence,
  setOf,
  time,
} from "./der_writer.ts";
import type { KeyPair } from "./keys.ts";
import { malformed } from "./malformed.ts";
import { Oid } from "./oids.ts";
import { KeyAlgorithmDer } from "./public_key.ts";
import { type VerifySignature, verifySignature } from "./signature.ts";
import {
  decodeSignatureAlgorithm,
  encodeSignatureAlgorithm,
  type HashName,
  signatureAlgorithmFor,
} from "./signature_algorithm.ts";

const WHAT = "CMS";
const ATTRIBUTES_TAG = Tag.CONTEXT_CONSTRUCTED | 0;

/** One signer of a message. */
export interface CmsSigner {
  /** Issuer and serial number of the signer's certificate. */
  readonly issuerDer: Bytes;
  readonly serialHex: string;
  readonly digestAlgorithm: HashName;
  /** Whether the signed attributes hold the digest of the content. */
  readonly digestOk: boolean;
  /** What the signature covers: the signed attributes as a SET. */
  readonly signedDer: Bytes;
  /** As {@link VerifySignature} takes it, whichever of the ways to name RSA the signer chose. */
  readonly signatureAlgorithmDer: Bytes;
  readonly signature: Bytes;
}

/** A message taken apart. The certificates in it are whatever its sender put there. */
export interface SignedData {
  readonly content: Bytes;
  readonly certificatesDer: readonly Bytes[];
  readonly signers: readonly CmsSigner[];
}

/**
 * Signs content.
 *
 * @param message `certificateDer` is the signer's; it travels with the message. `at` becomes the signing time.
 * @returns ContentInfo, DER.
 */
export async function createSignedData(
  message: { content: Bytes; certificateDer: Bytes; keyPair: KeyPair; at: Date },
): Promise<Bytes> {
  const { content, certificateDer, keyPair, at } = message;
  const certificate = parseCertificate(certificateDer);
  const attributes = setOf([
    attribute(Oid.contentType, objectIdentifier(Oid.data)),
    attribute(Oid.signingTime, time(at)),
    attribute(Oid.messageDigest, octetString(sha256(content))),
  ]);
  const isRsa = keyPair.algorithm === "rsa-2048";
  const digestAlgorithm = sequence(objectIdentifier(Oid.sha256));
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuerDer, integer(Uint8Array.fromHex(certificate.serialHex))),
    digestAlgorithm,
    retag(attributes, ATTRIBUTES_TAG),
    isRsa ? KeyAlgorithmDer.rsa : signatureAlgorithmFor(keyPair.spkiDer),
    octetString(await keyPair.sign(attributes)),
  );
  const signedData = sequence(
    integer(1),
    setOf([digestAlgorithm]),
    sequence(objectIdentifier(Oid.data), contextConstructed(0, octetString(content))),
    contextConstructed(0, certificateDer),
    setOf([signerInfo]),
  );
  return sequence(objectIdentifier(Oid.signedData), contextConstructed(0, signedData));
}

/**
 * Takes a message apart, DER or BER. Verifies nothing but the content's digest.
 *
 * Signed attributes are demanded: without them a signature over attributes can be passed off as one over
 * content that looks like them (RFC 5652 §11).
 *
 * @param der ContentInfo with SignedData whose content is inside.
 * @throws {AppError} `pki/malformed`, also for hashes other than SHA-2 and for signers that are named by key
 * identifier.
 */
export async function parseSignedData(der: Bytes): Promise<SignedData> {
  const reader = new DerReader(berToDer(der, WHAT), WHAT);
  const contentInfo = reader.sequence("ContentInfo");
  reader.end();
  if (contentInfo.oid("content type") !== Oid.signedData) throw contentInfo.error("content type");
  const explicit = contentInfo.enter(Tag.CONTEXT_CONSTRUCTED | 0, "SignedData");
  contentInfo.end();
  const signedData = explicit.sequence("SignedData");
  explicit.end();

  signedData.smallUnsigned("version");
  signedData.contents(Tag.SET, "digest algorithms");
  const content = readContent(signedData.sequence("content"));
  const certificatesDer: Bytes[] = [];
  if (signedData.nextIs(Tag.CONTEXT_CONSTRUCTED | 0)) {
    const list = signedData.enter(Tag.CONTEXT_CONSTRUCTED | 0, "certificates");
    while (!list.isDone) certificatesDer.push(list.element(Tag.SEQUENCE, "certificate"));
  }
  if (signedData.nextIs(Tag.CONTEXT_CONSTRUCTED | 1)) signedData.anyElement("CRLs");
  const signerInfos = signedData.enter(Tag.SET, "signers");
  signedData.end();

  const signers: CmsSigner[] = [];
  while (!signerInfos.isDone) signers.push(await readSigner(signerInfos.sequence("signer"), content));
  return { content, certificatesDer, signers };
}

/**
 * Verifies a message with exactly one signer.
 *
 * @param der As for {@link parseSignedData}.
 * @param expected The signer's certificate, from a place that is trusted: the copy inside the message is not
 * looked at.
 * @returns The content.
 * @throws {AppError} `pki/malformed` if the message is not that signer's.
 */
export async function verifySignedData(
  der: Bytes,
  expected: { certificateDer: Bytes; verify?: VerifySignature },
): Promise<Bytes> {
  const { certificateDer, verify = verifySignature } = expected;
  const { content, signers } = await parseSignedData(der);
  const signer = signers[0];
  if (!signer || signers.length > 1) throw malformed(`${WHAT}: number of signers`);
  const certificate = parseCertificate(certificateDer);
  if (signer.serialHex !== certificate.serialHex || !equalBytes(signer.issuerDer, certificate.issuerDer)) {
    throw malformed(`${WHAT}: signed by another certificate`);
  }
  if (!signer.digestOk) throw malformed(`${WHAT}: digest of the content`);
  const { signature, signatureAlgorithmDer, signedDer } = signer;
  const { spkiDer } = certificate;
  if (!await verify({ spkiDer, signatureAlgorithmDer, signature, data: signedDer })) {
    throw malformed(`${WHAT}: signature`);
  }
  return content;
}

function attribute(oid: string, valueDer: Bytes): Bytes {
  return sequence(objectIdentifier(oid), setOf([valueDer]));
}

function readContent(encapsulated: DerReader): Bytes {
  if (encapsulated.oid("content type") !== Oid.data) throw encapsulated.error("content type");
  const explicit = encapsulated.enter(Tag.CONTEXT_CONSTRUCTED | 0, "content");
  encapsulated.end();
  const content = explicit.octetString("content");
  explicit.end();
  return content;
}

async function readSigner(info: DerReader, content: Bytes): Promise<CmsSigner> {
  info.smallUnsigned("version");
  const sid = info.sequence("signer identifier");
  const issuerDer = sid.element(Tag.SEQUENCE, "issuer");
  const serialHex = sid.unsigned("serial number").toHex();
  sid.end();
  const digestAlgorithm = readDigestAlgorithm(info.sequence("digest algorithm"));
  const attributes = readAttributes(info.enter(ATTRIBUTES_TAG, "signed attributes"));
  const signedDer = retag(info.latest, Tag.SET);
  const signatureAlgorithmDer = readSignatureAlgorithm(
    info.element(Tag.SEQUENCE, "signature algorithm"),
    digestAlgorithm,
  );
  const signature = info.octetString("signature");
  if (info.nextIs(Tag.CONTEXT_CONSTRUCTED | 1)) info.anyElement("unsigned attributes");
  info.end();

  const contentType = attributes.get(Oid.contentType)?.oid("content type");
  const messageDigest = attributes.get(Oid.messageDigest)?.octetString("message digest");
  if (contentType !== Oid.data || !messageDigest) throw info.error("signed attributes");
  const digest = digestAlgorithm === "SHA-256"
    ? sha256(content)
    : new Uint8Array(await crypto.subtle.digest(digestAlgorithm, content));
  const digestOk = equalBytes(messageDigest, digest);
  return { issuerDer, serialHex, digestAlgorithm, digestOk, signedDer, signatureAlgorithmDer, signature };
}

/** Each attribute may occur once (RFC 5652 §11); those that matter here have exactly one value. */
function readAttributes(list: DerReader): Map<string, DerReader> {
  const attributes = new Map<string, DerReader>();
  while (!list.isDone) {
    const entry = list.sequence("attribute");
    const oid = entry.oid("attribute");
    const values = entry.enter(Tag.SET, "attribute");
    entry.end();
    if (attributes.has(oid)) throw list.error("an attribute occurs twice");
    attributes.set(oid, new DerReader(values.anyElement("attribute"), WHAT));
    values.end();
  }
  return attributes;
}

const HASHES = new Map<string, HashName>([
  [Oid.sha256, "SHA-256"],
  [Oid.sha384, "SHA-384"],
  [Oid.sha512, "SHA-512"],
]);

/** Parameters are absent or NULL; both are seen (RFC 5754 §2). */
function readDigestAlgorithm(algorithm: DerReader): HashName {
  const hash = HASHES.get(algorithm.oid("digest algorithm"));
  if (!algorithm.isDone) algorithm.contents(Tag.NULL, "digest algorithm");
  algorithm.end();
  if (!hash) throw algorithm.error("digest algorithm");
  return hash;
}

/** RSA signers name either the key's algorithm or the signature's (RFC 5754 §3.2); ECDSA ones the latter. */
function readSignatureAlgorithm(algorithmDer: Bytes, hash: HashName): Bytes {
  if (equalBytes(algorithmDer, KeyAlgorithmDer.rsa)) return encodeSignatureAlgorithm({ kind: "rsa", hash });
  if (decodeSignatureAlgorithm(algorithmDer)?.hash !== hash) throw malformed(`${WHAT}: signature algorithm`);
  return algorithmDer;
}
