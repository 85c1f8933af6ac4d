/**
 * Errors as problem documents (RFC 9457). They exist only here, at the edge: everything inside throws AppError.
 *
 * @module
 */
import { AppError, toAppError } from "../../errors.ts";
import type { Problem } from "../../protocol/messages.ts";
import { HEADERS, MEDIA_TYPES } from "../../protocol/paths.ts";
import type { Answer } from "./respond.ts";

/** The document of an error. */
export function toProblem(error: AppError, correlationId: string): Problem {
  return {
    type: `urn:hakko:problem:${error.code}`,
    title: error.messageIn("en"),
    status: statusOf(error),
    code: error.code,
    key: error.key,
    ...(Object.keys(error.values).length > 0 ? { values: error.values } : {}),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.field === undefined ? {} : { field: error.field }),
    correlationId,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
}

/** The answer to a request that failed; whatever was thrown. */
export function problemAnswer(thrown: unknown, correlationId: string): Answer {
  const error = toAppError(thrown);
  const status = statusOf(error);
  const headers: Record<string, string> = {
    "content-type": MEDIA_TYPES.problem,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    [HEADERS.correlationId]: correlationId,
  };
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="enrolment"';
  // What is left of the body is not waited for.
  if (status === 413 || status === 415) headers["connection"] = "close";
  return { status, headers, body: JSON.stringify(toProblem(error, correlationId)) };
}

/** Busy is this caller's 429 here; the catalogue's 503 is for an authority that cannot be reached. */
function statusOf(error: AppError): number {
  return error.key === "authority/busy" ? 429 : error.row.status;
}
