/**
 * Renewing: which certificate can be renewed now, and whether whoever asks holds its key.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type Bytes, equalBytes } from "../../pki/bytes.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { verifySignedData } from "../../pki/cms.ts";
import { parseCsr } from "../../pki/csr.ts";
import type { AuthorityConfig } from "../config.ts";
import {
  type CertificateRecord,
  type Enrolment,
  isExpired,
  isSuperseded,
  type StoreReader,
} from "../store/store.ts";
import { DAY_MS, type RegistrationParts } from "./parts.ts";

/** What is asked for: the certificate, and whose it is said to be. */
export interface RenewalRequest {
  readonly serial: string;
  readonly loginId: string;
  readonly rule: AuthorityConfig["renewal"];
  readonly now: Date;
}

/**
 * Finds the certificate, if it can be renewed now.
 *
 * @throws {AppError} `registration/renewal-unknown` also for somebody else's, `-revoked`, `-superseded`,
 * `-expired`, `-too-early`.
 */
export async function findRenewable(
  reader: StoreReader,
  request: RenewalRequest,
): Promise<CertificateRecord> {
  const { serial, loginId, rule, now } = request;
  const record = await reader.findCertificate(serial);
  if (record?.loginId !== loginId || record.certificateDer === null) {
    throw new AppError("registration/renewal-unknown", {});
  }
  if (record.revokedAt !== null) {
    throw new AppError(`registration/renewal-${isSuperseded(record) ? "superseded" : "revoked"}`, {});
  }
  const notAfter = record.notAfter.toISOString();
  const lastMs = record.notAfter.getTime() + rule.graceDays * DAY_MS;
  // One that is marked has given way to another certificate already.
  if (record.state === "expired" || isExpired({ notAfter: new Date(lastMs) }, now)) {
    throw new AppError("registration/renewal-expired", { notAfter });
  }
  const from = new Date(record.notAfter.getTime() - rule.opensDaysBefore * DAY_MS);
  if (now < from) {
    throw new AppError("registration/renewal-too-early", { from: from.toISOString(), notAfter });
  }
  return record;
}

/**
 * Takes the CSR out of a renewal's message, which the old key has signed in its keystore.
 *
 * The signer is the certificate in the store, whatever certificates the message brings along; the nonce inside
 * the CSR ties both signatures to this enrolment, so that no message counts a second time elsewhere.
 *
 * @param signedCsrDer CMS SignedData over a CSR, DER or BER.
 * @returns The CSR, DER; its own signature is still to be verified.
 * @throws {AppError} `registration/renewal-refused`.
 */
export async function openSignedCsr(
  parts: RegistrationParts,
  signedCsrDer: Bytes,
  enrolment: Enrolment,
): Promise<Bytes> {
  const record = enrolment.renews === null ? undefined : await parts.store.findCertificate(enrolment.renews);
  if (!record?.certificateDer) throw refused("it belongs to no renewal");
  try {
    const { verify } = parts;
    const certificate = parseCertificate(record.certificateDer);
    const issuer = parseCertificate(parts.ca.certificateDer);
    const { signatureAlgorithmDer, signature, tbsDer: data } = certificate;
    const isOurs = equalBytes(certificate.issuerDer, issuer.subjectDer) &&
      await verify({ spkiDer: issuer.spkiDer, signatureAlgorithmDer, signature, data });
    if (!isOurs) throw refused("the old certificate was issued by another CA");
    const csrDer = await verifySignedData(signedCsrDer, { certificateDer: record.certificateDer, verify });
    const { challengePassword, spkiDer } = parseCsr(csrDer);
    if (challengePassword !== enrolment.nonce) throw refused("it was made for another enrolment");
    if (equalBytes(spkiDer, certificate.spkiDer)) throw refused("the new key is the old one");
    return csrDer;
  } catch (error) {
    if (!(error instanceof AppError) || error.key !== "pki/malformed") throw error;
    throw refused(error.values["what"] ?? "its signature", error);
  }
}

/** Why a renewal's message is not accepted. */
export function refused(reason: string, cause?: unknown): AppError<"registration/renewal-refused"> {
  return new AppError("registration/renewal-refused", { reason }, { cause });
}
