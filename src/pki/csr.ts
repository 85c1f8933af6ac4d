/**
 * Certificate signing requests, PKCS#10 (RFC 2986).
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { assembleSigned } from "./certificate_builder.ts";
import { type DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { decodeText } from "./der_values.ts";
import {
  contextConstructed,
  integer,
  isPrintable,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  utf8String,
} from "./der_writer.ts";
import { type KeyPair, signatureAlgorithmFor } from "./keys.ts";
import { malformed } from "./malformed.ts";
import { Oid } from "./oids.ts";
import { type VerifySignature, verifySignature } from "./signature.ts";

/** Longest challenge password, in characters: PKCS#9's pkcs-9-ub-challengePassword. */
const CHALLENGE_PASSWORD_MAX = 255;

/** Attributes that a CSR may have; only the challenge password is read, the CA decides on all else. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  Oid.challengePassword,
  Oid.unstructuredName,
  Oid.extensionRequest,
]);

/** What a CSR is made of. */
export interface CsrRequest {
  subjectDer: Bytes;
  keyPair: KeyPair;
  /** Ties the CSR to the session that it is made for (RFC 7030 §3.5); 1 to 255 characters. */
  challengePassword?: string | undefined;
}

/** A CSR taken apart; views of its bytes. */
export interface Csr {
  readonly der: Bytes;
  /** CertificationRequestInfo: what the signature covers. */
  readonly infoDer: Bytes;
  /** The subject as sent. */
  readonly subjectDer: Bytes;
  readonly spkiDer: Bytes;
  readonly signatureAlgorithmDer: Bytes;
  readonly signature: Bytes;
  /** As the attribute has it; no secret, in spite of its name: a CSR is not encrypted. */
  readonly challengePassword: string | undefined;
}

/**
 * Asks for a certificate: subject and public key, signed with the private key as proof of possession.
 *
 * @throws {AppError} `pki/malformed` if the challenge password is empty or too long.
 * @see {@link https://www.rfc-editor.org/rfc/rfc2985#section-5.4.1 | RFC 2985 §5.4.1}
 */
export async function createCsr(request: CsrRequest): Promise<Bytes> {
  const { subjectDer, keyPair, challengePassword } = request;
  const attributes = challengePassword === undefined ? [] : [encodeChallengePassword(challengePassword)];
  const infoDer = sequence(integer(0), subjectDer, keyPair.spkiDer, contextConstructed(0, ...attributes));
  return assembleSigned(infoDer, signatureAlgorithmFor(keyPair.spkiDer), await keyPair.sign(infoDer));
}

/**
 * Takes a CSR apart. The signature is not checked: see {@link verifyCsr}.
 *
 * @param der One CSR, nothing after it.
 * @throws {AppError} `pki/malformed`, also for an attribute that occurs twice or is none of
 * challengePassword, unstructuredName, extensionRequest.
 */
export function parseCsr(der: Bytes): Csr {
  const reader = readDer(der, "CSR");
  const request = reader.sequence("CertificationRequest");
  reader.end();
  const info = request.sequence("CertificationRequestInfo");
  const infoDer = request.latest;
  const signatureAlgorithmDer = request.element(Tag.SEQUENCE, "signature algorithm");
  const signature = request.bitString("signature");
  request.end();

  if (info.smallUnsigned("version") !== 0) throw info.error("version");
  const subjectDer = info.element(Tag.SEQUENCE, "subject");
  const spkiDer = info.element(Tag.SEQUENCE, "public key");
  const challengePassword = readAttributes(info.enter(Tag.CONTEXT_CONSTRUCTED | 0, "attributes"));
  info.end();
  return { der, infoDer, subjectDer, spkiDer, signatureAlgorithmDer, signature, challengePassword };
}

/** Whether the CSR is signed with its own key: the proof of possession. */
export async function verifyCsr(csr: Csr, verify: VerifySignature = verifySignature): Promise<boolean> {
  const { spkiDer, signatureAlgorithmDer, signature, infoDer } = csr;
  return await verify({ spkiDer, signatureAlgorithmDer, signature, data: infoDer });
}

function encodeChallengePassword(text: string): Bytes {
  if (!isChallengePassword(text)) throw malformed("challenge password");
  // PrintableString where it can hold the text, as RFC 2985 advises.
  const value = isPrintable(text) ? printableString(text) : utf8String(text);
  return sequence(objectIdentifier(Oid.challengePassword), setOf([value]));
}

/** Two readings of one attribute would be two opinions on what was asked: each occurs once. */
function readAttributes(list: DerReader): string | undefined {
  const seen = new Set<string>();
  let challengePassword: string | undefined;
  while (!list.isDone) {
    const attribute = list.sequence("attribute");
    const oid = attribute.oid("attribute");
    const values = attribute.enter(Tag.SET, "attribute");
    attribute.end();
    if (!KNOWN_ATTRIBUTES.has(oid)) throw list.error("unknown attribute");
    if (seen.has(oid)) throw list.error("an attribute occurs twice");
    seen.add(oid);
    if (oid === Oid.challengePassword) challengePassword = readChallengePassword(values);
  }
  return challengePassword;
}

function readChallengePassword(values: DerReader): string {
  const part = "challenge password";
  const tag = values.nextIs(Tag.UTF8_STRING) ? Tag.UTF8_STRING : Tag.PRINTABLE_STRING;
  const text = decodeText(tag, values.contents(tag, part));
  values.end();
  if (text === undefined || !isChallengePassword(text)) throw values.error(part);
  return text;
}

function isChallengePassword(text: string): boolean {
  return text.isWellFormed() && text !== "" && [...text].length <= CHALLENGE_PASSWORD_MAX;
}
