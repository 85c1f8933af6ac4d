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

/**
 * Why an exchange failed.
 *
 * - `certificate-dates`: the certificate has expired or is not valid yet, by this PC's clock
 * - `unknown-issuer`: the certificate comes from somebody else
 * - `tls`: no TLS, another name, or whatever else is wrong with it
 * - `proxy-authentication`: the proxy said 407
 * - `proxy-tunnel`: the proxy said something else, or nothing
 * - `no-name`: the first host to connect to has no address
 * - `no-connection`: refused, or no route to it
 * - `time-limit`: no answer in time
 * - `broken`: the connection ended early, in the handshake ("tls handshake eof") or later
 */
export type FailureKind =
  | "certificate-dates"
  | "unknown-issuer"
  | "tls"
  | "proxy-authentication"
  | "proxy-tunnel"
  | "no-name"
  | "no-connection"
  | "time-limit"
  | "broken";

/** rustls says by which clock: Unix time, in seconds. */
const OUTSIDE_VALIDITY =
  /invalid peer certificate: certificate (?:expired|not valid yet): verification time (\d{1,11}) \(UNIX\)/;

/** In this order: a certificate's own words may stand in the first three, so that they must not be read as others. */
const SIGNS: readonly (readonly [FailureKind, RegExp])[] = [
  ["certificate-dates", OUTSIDE_VALIDITY],
  ["unknown-issuer", /invalid peer certificate: UnknownIssuer/],
  ["tls", /invalid peer certificate|UnknownIssuer|received fatal alert|corrupt message|InvalidContentType/i],
  ["proxy-authentication", /\(Connect\): proxy authentication required/],
  ["proxy-tunnel", /\(Connect\): (?:unsuccessful tunnel|unexpected eof while tunneling)/],
  ["no-name", /dns error|failed to lookup address/],
  ["no-connection", /tcp connect error/],
];

/** Tells apart what `fetch` or the reading of its answer threw. */
export function failureKind(thrown: unknown): FailureKind {
  if (thrown instanceof TimeLimitError) return "time-limit";
  const said = messages(thrown);
  return SIGNS.find(([, sign]) => sign.test(said))?.[0] ?? "broken";
}

/**
 * The catalogue's error for something that `fetch` or the reading of its answer threw.
 *
 * - The other side is not the authority (unknown issuer, another name, not TLS at all): `network/untrusted-authority`.
 * - Its certificate has expired or is not valid yet, by this PC's clock: `network/certificate-dates`.
 * - The proxy, if it goes through one, is not there or breaks off: `network/proxy-unreachable`.
 * - Nobody there, no name, no route, a time-out, a connection that breaks: `authority/busy` (the manual's G008e).
 *
 * @param proxy `host:port` of the proxy that it went through: names and connections are then the proxy's.
 */
export function networkFailure(thrown: unknown, proxy?: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const kind = failureKind(thrown);
  const options = { cause: new Error(kind, { cause: thrown }) };
  switch (kind) {
    case "certificate-dates": {
      const seconds = OUTSIDE_VALIDITY.exec(messages(thrown))?.[1];
      const here = new Date(Number(seconds) * 1000).toISOString();
      return new AppError("network/certificate-dates", { here }, options);
    }
    case "unknown-issuer":
    case "tls":
      return new AppError("network/untrusted-authority", {}, options);
    case "proxy-authentication":
    case "proxy-tunnel":
    case "no-name":
    case "no-connection":
      if (proxy !== undefined) return new AppError("network/proxy-unreachable", { proxy }, options);
      return new AppError("authority/busy", {}, options);
    case "time-limit":
    case "broken":
      return new AppError("authority/busy", {}, options);
  }
}

/** The messages of an error and of its causes, without the URL, which could hold any word. */
function messages(thrown: unknown): string {
  const texts: string[] = [];
  for (let error = thrown; error instanceof Error && texts.length < 8; error = error.cause) {
    texts.push(error.message.replace(/\(https?:[^)]*\)/g, ""));
  }
  return texts.join(" | ");
}
