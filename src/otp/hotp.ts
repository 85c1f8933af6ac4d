/** Event-based one-time passwords. */
import { type Bytes, eightBytes, hmac, type OtpHash, truncate } from "./hmac.ts";

export interface HotpOptions {
  /** 6 to 8 by the RFC. */
  digits: number;
  /** SHA-1 by default, which is the only one that RFC 4226 has and that every authenticator app can. */
  hash?: OtpHash;
}

/**
 * The password of one counter value.
 *
 * @param counter Whole number from 0.
 * @returns Exactly so many decimal digits.
 * @throws {RangeError} A counter or a number of digits that cannot be.
 * @see {@link https://www.rfc-editor.org/rfc/rfc4226#section-5.3 | RFC 4226 §5.3}
 */
export async function hotp(
  secret: Bytes,
  counter: number,
  { digits, hash = "SHA-1" }: HotpOptions,
): Promise<string> {
  return truncate(await hmac(hash, secret, eightBytes(counter)), digits);
}
