/**
 * What a failed exchange means to a person. Deno's network errors have no codes: their text is all there is, it
 * is never localised, and this is the one place that looks at it.
 *
 * @module
 */
import { AppError } from "../errors.ts";

/** An exchange took longer than it may. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

const TLS_FAILURE =
  /invalid peer certificate|UnknownIssuer|received fatal alert|corrupt message|InvalidContentType/i;

/**
 * The catalogue's error for something that `fetch` or the reading of its answer threw.
 *
 * - The other side is not the authority (unknown issuer, another name, expired, not TLS at all):
 *   `network/untrusted-authority`.
 * - Nobody there, no name, no route, a time-out, a connection that breaks, in the handshake ("tls handshake eof")
 *   or later: `authority/busy` (the manual's G008e).
 */
export function networkFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const key = TLS_FAILURE.test(messages(thrown)) ? "network/untrusted-authority" : "authority/busy";
  return new AppError(key, {}, { cause: thrown });
}

/** The messages of an error and of its causes, without the URL, which could hold any word. */
function messages(thrown: unknown): string {
  const texts: string[] = [];
  for (let error = thrown; error instanceof Error && texts.length < 8; error = error.cause) {
    texts.push(error.message.replace(/\(https?:[^)]*\)/g, ""));
  }
  return texts.join(" | ");
}
