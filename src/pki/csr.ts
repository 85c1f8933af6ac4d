/**
 * Certificate signing requests, PKCS#10 (RFC 2986).
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { assembleSigned } from "./certificate_builder.ts";
import { readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { contextConstructed, integer, sequence } from "./der_writer.ts";
import { type KeyPair, signatureAlgorithmFor } from "./keys.ts";
import { type VerifySignature, verifySignature } from "./signature.ts";

/** A CSR taken apart; views of its bytes. Attributes (extension requests) are not looked at. */
export interface Csr {
  readonly der: Bytes;
  /** CertificationRequestInfo: what the signature covers. */
  readonly infoDer: Bytes;
  /** The subject as sent. */
  readonly subjectDer: Bytes;
  readonly spkiDer: Bytes;
  readonly signatureAlgorithmDer: Bytes;
  readonly signature: Bytes;
}

/** Asks for a certificate: subject and public key, signed with the private key as proof of possession. */
export async function createCsr(request: { subjectDer: Bytes; keyPair: KeyPair }): Promise<Bytes> {
  const { subjectDer, keyPair } = request;
  const infoDer = sequence(integer(0), subjectDer, keyPair.spkiDer, contextConstructed(0));
  return assembleSigned(infoDer, signatureAlgorithmFor(keyPair.spkiDer), await keyPair.sign(infoDer));
}

/**
 * Takes a CSR apart. The signature is not checked: see {@link verifyCsr}.
 *
 * @param der One CSR, nothing after it.
 * @throws {AppError} `pki/malformed`.
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
  info.contents(Tag.CONTEXT_CONSTRUCTED | 0, "attributes");
  info.end();
  return { der, infoDer, subjectDer, spkiDer, signatureAlgorithmDer, signature };
}

/** Whether the CSR is signed with its own key: the proof of possession. */
export async function verifyCsr(csr: Csr, verify: VerifySignature = verifySignature): Promise<boolean> {
  const { spkiDer, signatureAlgorithmDer, signature, infoDer } = csr;
  return await verify({ spkiDer, signatureAlgorithmDer, signature, data: infoDer });
}
