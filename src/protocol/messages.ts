/**
 * What client and authority say to each other, as schemas: the authority validates requests with them and
 * generates its OpenAPI document from them, the client validates answers with them.
 *
 * @module
 */
import * as v from "valibot";

/** Longest login ID; X.509 holds no more in a serialNumber (RFC 5280 appendix A.1). */
export const LOGIN_ID_MAX = 64;
/**
 * Characters of login IDs: those of a PrintableString but the space. The login ID is the serialNumber of the
 * certificate's subject, which X.520 knows in no other form; with `_` or `@` in it lints refuse the certificate.
 */
export const LOGIN_ID_PATTERN = /^[A-Za-z0-9'()+,\-./:=?]+$/;
/** Longest password, in UTF-16 code units. */
export const PASSWORD_MAX = 128;

const base64 = v.pipe(v.string(), v.minLength(4), v.maxLength(60_000), v.regex(/^[A-Za-z0-9+/]+={0,2}$/));
const hex64 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const timestamp = v.pipe(v.string(), v.isoTimestamp());

export const institutionCode = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{1,16}$/));
export const loginId = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(LOGIN_ID_MAX),
  v.regex(LOGIN_ID_PATTERN),
);
export const password = v.pipe(v.string(), v.minLength(1), v.maxLength(PASSWORD_MAX));

/** What kinds of certificate request there are; a renewal is a rekey: a new certificate for a new key. */
export const operation = v.picklist(["issue", "renew"]);
export type Operation = v.InferOutput<typeof operation>;

/** A certificate's serial number: lowercase hex, an even number of digits (RFC 5280 §4.1.2.2: 20 octets at most). */
export const serialNumber = v.pipe(v.string(), v.regex(/^([0-9a-f]{2}){1,20}$/));

/** Key pairs that a certificate can be asked for. */
export const keyAlgorithm = v.picklist(["rsa-2048", "p256"]);
export type KeyAlgorithm = v.InferOutput<typeof keyAlgorithm>;

const startOfAny = {
  institution: institutionCode,
  loginId,
  client: v.strictObject({
    version: v.pipe(v.string(), v.maxLength(32)),
    platform: v.pipe(v.string(), v.maxLength(32)),
    /** Random bits that one installation keeps: by them the authority knows a PC again. No secret, proves nothing. */
    device: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/))),
  }),
};

/**
 * `POST enrolments`: who wants what. Unknown IDs get the same answer as known ones. A renewal names the
 * certificate that it renews: its serial number is 128 random bits, so that only who has seen the certificate
 * learns from the answer whether it can be renewed.
 */
export const StartEnrolment = v.variant("operation", [
  v.strictObject({ operation: v.literal("issue"), ...startOfAny }),
  v.strictObject({ operation: v.literal("renew"), ...startOfAny, serial: serialNumber }),
]);
export type StartEnrolment = v.InferOutput<typeof StartEnrolment>;

/** The authority asks the person for something; `kind` names it. The client refuses kinds it does not know (`G004e`). */
export const QuestionStep = v.looseObject({ kind: v.pipe(v.string(), v.maxLength(64)) });
export type QuestionStep = v.InferOutput<typeof QuestionStep>;

/** All questions are answered: the authority now wants the CSR. */
export const SubmitStep = v.object({
  kind: v.literal("submit"),
  /** The subject that the CSR and the certificate carry: DER of an RDNSequence, base64. */
  subject: base64,
  /** Of a renewal: what the CSR carries as its challengePassword, so that it belongs to this enrolment alone. */
  nonce: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,64}$/))),
});
export type SubmitStep = v.InferOutput<typeof SubmitStep>;

/** What the authority wants next. */
export const NextStep = v.union([SubmitStep, QuestionStep]);
export type NextStep = v.InferOutput<typeof NextStep>;

/** Answer to `POST enrolments`. */
export const EnrolmentStarted = v.object({
  enrolmentId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,64}$/)),
  /** Bearer token of this enrolment; a secret. */
  token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43,128}$/)),
  step: NextStep,
  expiresAt: timestamp,
  /** The authority's clock: a PC whose own is far from it is told so. */
  time: timestamp,
});
export type EnrolmentStarted = v.InferOutput<typeof EnrolmentStarted>;

/** `POST enrolments/{id}/answers`: the answer to the current step; its shape belongs to the step's kind. */
export const StepAnswer = v.strictObject({
  kind: v.pipe(v.string(), v.maxLength(64)),
  answer: v.record(v.pipe(v.string(), v.maxLength(32)), v.pipe(v.string(), v.maxLength(256))),
});
export type StepAnswer = v.InferOutput<typeof StepAnswer>;

/** Answer to `POST enrolments/{id}/answers`. */
export const StepAccepted = v.object({ step: NextStep });
export type StepAccepted = v.InferOutput<typeof StepAccepted>;

/**
 * `POST enrolments/{id}/csr`, with the idempotency key in its header. A first certificate: PKCS#10, DER, base64
 * (RFC 2986). A renewal: CMS SignedData (RFC 5652) by the certificate that is renewed, DER or BER, base64, whose
 * content is the PKCS#10 with the enrolment's nonce as its challengePassword, as RFC 7030 §3.5 binds a CSR to
 * the session that it was made for.
 */
export const SubmitCsr = v.union([v.strictObject({ csr: base64 }), v.strictObject({ signedCsr: base64 })]);
export type SubmitCsr = v.InferOutput<typeof SubmitCsr>;

/** Answer to it: always the same bytes for the same key. */
export const CertificateIssued = v.object({
  /** End-entity certificate, DER, base64. */
  certificate: base64,
  /** Issuing CA first, root last; DER, base64. */
  chain: v.pipe(v.array(base64), v.minLength(1), v.maxLength(5)),
  /** Serial number, lowercase hex, an even number of digits. */
  serial: serialNumber,
  state: v.picklist(["unconfirmed", "confirmed"]),
});
export type CertificateIssued = v.InferOutput<typeof CertificateIssued>;

/**
 * `POST enrolments/{id}/confirmation`: the certificate is in the keystore and its key works.
 * `proof` is CMS SignedData (RFC 5652) by that key over `confirmationContent()`, DER or BER, base64.
 */
export const ConfirmCertificate = v.strictObject({ proof: base64 });
export type ConfirmCertificate = v.InferOutput<typeof ConfirmCertificate>;

/** Answer to it; repeating a confirmation gives it again. */
export const CertificateConfirmed = v.object({
  state: v.literal("confirmed"),
  serial: serialNumber,
});
export type CertificateConfirmed = v.InferOutput<typeof CertificateConfirmed>;

/** `GET status`: is anybody there, and what time is it. */
export const AuthorityStatus = v.object({
  institution: institutionCode,
  time: timestamp,
  maintenance: v.nullable(v.string()),
});
export type AuthorityStatus = v.InferOutput<typeof AuthorityStatus>;

/** A problem document (RFC 9457) with the catalogue's code. */
export const Problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  code: v.pipe(v.string(), v.regex(/^[A-Z]\d{3}[ei]$/)),
  /** The catalogue row's key. */
  key: v.string(),
  /** Values for the row's placeholders; times are ISO 8601 in UTC. */
  values: v.optional(v.record(v.string(), v.string())),
  detail: v.optional(v.string()),
  /** The input field that was refused. */
  field: v.optional(v.string()),
  correlationId: v.string(),
  retryAfterSeconds: v.optional(v.number()),
});
export type Problem = v.InferOutput<typeof Problem>;

export { hex64 as idempotencyKey };

/**
 * What the confirmation's signature covers: bound to one enrolment and one certificate, so that it proves
 * nothing elsewhere.
 *
 * @param enrolmentId As in {@link EnrolmentStarted}.
 * @param serial Lowercase hex, as in {@link CertificateIssued}.
 * @returns UTF-8 bytes.
 */
export function confirmationContent(enrolmentId: string, serial: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`hakko confirmation v1\n${enrolmentId}\n${serial}\n`);
}
