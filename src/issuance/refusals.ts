/**
 * What a refusal means for an acquisition that is under way.
 *
 * @module
 */
import { AppError, type ErrorKey } from "../errors.ts";

const ACCESS_GONE: readonly ErrorKey[] = [
  "registration/enrolment-unknown",
  "registration/enrolment-expired",
  "registration/wrong-credentials",
  "registration/out-of-order",
];

const FOR_GOOD: readonly ErrorKey[] = [
  "registration/csr-refused",
  "registration/not-allowed",
  "registration/already-issued",
  "registration/renewal-refused",
  "registration/renewal-expired",
  "registration/renewal-revoked",
  "registration/renewal-superseded",
  "registration/renewal-unknown",
  "authority/malformed-request",
  "authority/request-too-large",
  "input/invalid",
  "pki/malformed",
  "pki/weak-key",
  "issuance/answer-distrusted",
];

/** The enrolment or its token is gone: the same key goes on as soon as the person authenticates again. */
export function isAccessGone(error: unknown): boolean {
  return error instanceof AppError && ACCESS_GONE.includes(error.key);
}

/** The same request will never be accepted: its key is of no use any more. */
export function isRefusedForGood(error: unknown): boolean {
  return error instanceof AppError && FOR_GOOD.includes(error.key);
}

/** The authority will not have this certificate used: it was revoked or given up in the meantime. */
export function isCertificateRefused(error: unknown): boolean {
  return error instanceof AppError && error.key === "registration/confirmation-refused";
}
