/** Where the authority's HTTP API is, and the media types it speaks. */

/** All paths of version 1 begin here. */
export const API_PREFIX = "/api/v1";

export const PATHS = {
  status: `${API_PREFIX}/status`,
  openapi: `${API_PREFIX}/openapi.json`,
  enrolments: `${API_PREFIX}/enrolments`,
  enrolment: (id: string) => `${API_PREFIX}/enrolments/${id}`,
  answers: (id: string) => `${API_PREFIX}/enrolments/${id}/answers`,
  csr: (id: string) => `${API_PREFIX}/enrolments/${id}/csr`,
  confirmation: (id: string) => `${API_PREFIX}/enrolments/${id}/confirmation`,
} as const;

export const MEDIA_TYPES = {
  json: "application/json",
  /** RFC 9457. */
  problem: "application/problem+json",
} as const;

export const HEADERS = {
  /** One ID for one operation, the same in the app's log, the authority's audit log and on the screen. */
  correlationId: "x-correlation-id",
  /** SHA-256 of the CSR's SubjectPublicKeyInfo, 64 lowercase hex digits: the same key never gets two certificates. */
  idempotencyKey: "idempotency-key",
} as const;

/** Largest request body that the authority reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
