/**
 * Errors as problem documents (RFC 9457). They exist only here, at the edge: everything inside throws AppError.
 *
 * @module
 */
import { AppError, toAppError } from "../../errors.ts";
import type { Problem } from "../../protocol/messages.ts";
import { HEADERS, MEDIA_TYPES } from "../../protocol/paths.ts";

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
export function answerProblem(thrown: unknown, correlationId: string): Response {
  const error = toAppError(thrown);
  const headers = new Headers({
    "content-type": MEDIA_TYPES.problem,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    [HEADERS.correlationId]: correlationId,
  });
  const status = statusOf(error);
  if (error.retryAfterSeconds !== undefined) headers.set("retry-after", String(error.retryAfterSeconds));
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="enrolment"');
  // What is left of the body is not waited for.
  if (status === 413 || status === 415) headers.set("connection", "close");
  return new Response(JSON.stringify(toProblem(error, correlationId)), { status, headers });
}

/** Busy is this caller's 429 here; the catalogue's 503 is for an authority that cannot be reached. */
function statusOf(error: AppError): number {
  return error.key === "authority/busy" ? 429 : error.row.status;
}
