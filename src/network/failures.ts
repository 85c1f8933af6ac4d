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

/** rustls says by which clock: Unix time, in seconds. */
const OUTSIDE_VALIDITY =
  /invalid peer certificate: certificate (?:expired|not valid yet): verification time (\d{1,11}) \(UNIX\)/;

/**
 * The catalogue's error for something that `fetch` or the reading of its answer threw.
 *
 * - The other side is not the authority (unknown issuer, another name, not TLS at all): `network/untrusted-authority`.
 * - Its certificate has expired or is not valid yet, by this PC's clock: `network/certificate-dates`.
 * - Nobody there, no name, no route, a time-out, a connection that breaks, in the handshake ("tls handshake eof")
 *   or later: `authority/busy` (the manual's G008e).
 */
export function networkFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const said = messages(thrown);
  const seconds = OUTSIDE_VALIDITY.exec(said)?.[1];
  if (seconds !== undefined) {
    const here = new Date(Number(seconds) * 1000).toISOString();
    return new AppError("network/certificate-dates", { here }, { cause: thrown });
  }
  const key = TLS_FAILURE.test(said) ? "network/untrusted-authority" : "authority/busy";
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
