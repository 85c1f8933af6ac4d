/**
 * The certificate request: a CSR, and for a renewal the old key's signature around it.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes, utf8 } from "../pki/bytes.ts";
import { verifySignedData } from "../pki/cms.ts";
import { createCsr } from "../pki/csr.ts";
import type { KeyPair } from "../pki/keys.ts";
import type { JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";

/** What the authority wants in it. */
export interface WantedRequest {
  subjectDer: Bytes;
  /** Of a renewal: ties the CSR to its enrolment. */
  nonce: string | undefined;
}

/** As the journal keeps it, base64. */
export interface CreatedRequest {
  csr: string;
  subject: string;
  signedCsr?: string | undefined;
}

/** Signed to see whether a key works. It says what it is, so that it is of no use anywhere else. */
const TRIAL = utf8("hakko key trial v1\n");

/**
 * Makes the request: signed by the new key, and around that by the key of the certificate that is renewed.
 *
 * @param keyPair The new one.
 * @throws {AppError} `keystore/key-missing`, `keystore/key-unusable` of the old key; `keystore/locked`,
 * `keystore/tool-missing`.
 */
export async function createRequest(
  workshop: Workshop,
  { subjectDer, nonce }: WantedRequest,
  { keyPair, renews }: { keyPair: KeyPair; renews: JournalEntry["renews"] },
): Promise<CreatedRequest> {
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: renews && nonce });
  const request = { csr: csrDer.toBase64(), subject: subjectDer.toBase64() };
  if (renews === undefined) return request;
  const signedCsrDer = await signWithOldKey(workshop, renews.fingerprint, csrDer);
  return { ...request, signedCsr: signedCsrDer.toBase64() };
}

/**
 * Tries the key of a certificate before anything is asked of anybody.
 *
 * @throws {AppError} as {@link createRequest}.
 */
export async function tryOldKey(workshop: Workshop, fingerprint: string): Promise<void> {
  await signWithOldKey(workshop, fingerprint, TRIAL);
}

async function signWithOldKey({ keystore }: Workshop, fingerprint: string, content: Bytes): Promise<Bytes> {
  try {
    const entry = (await keystore.list()).find((entry) => entry.fingerprint === fingerprint);
    if (entry === undefined) throw new AppError("keystore/key-missing", {});
    const signedDer = await keystore.sign(fingerprint, content);
    const signed = await verifySignedData(signedDer, { certificateDer: entry.certificateDer });
    if (!equalBytes(signed, content)) throw new AppError("keystore/key-unusable", {});
    return signedDer;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.key === "keystore/not-found") throw new AppError("keystore/key-missing", {}, { cause: error });
    if (error.key !== "keystore/unusable" && error.key !== "pki/malformed") throw error;
    throw new AppError("keystore/key-unusable", {}, { cause: error });
  }
}
