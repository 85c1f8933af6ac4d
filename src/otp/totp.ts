/** Time-based one-time passwords: HOTP whose counter is the time. */
import type { Bytes } from "./hmac.ts";
import { hotp, type HotpOptions } from "./hotp.ts";

export interface TotpOptions extends HotpOptions {
  /** How long one password stands. */
  periodSeconds: number;
}

/**
 * The time step that an instant is in, counted from 1970.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6238#section-4.2 | RFC 6238 §4.2}
 */
export function totpStep(at: Date, periodSeconds: number): number {
  return Math.floor(at.getTime() / 1000 / periodSeconds);
}

/** The password of an instant. @throws {RangeError} As {@linkcode hotp}; also before 1970. */
export function totp(
  secret: Bytes,
  at: Date,
  { periodSeconds, ...options }: TotpOptions,
): Promise<string> {
  return hotp(secret, totpStep(at, periodSeconds), options);
}
