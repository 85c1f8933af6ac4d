/** What all these numbers begin and end with: an HMAC, and some of its digits. */

/** Bytes over an ordinary (not shared) buffer, which is what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Hash functions of tokens, by WebCrypto's names. */
export type OtpHash = "SHA-1" | "SHA-256" | "SHA-512";

/** HMAC (RFC 2104). The secret must not be empty. */
export async function hmac(hash: OtpHash, secret: Bytes, message: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

/**
 * Dynamic truncation: 31 bits from a place that the last byte names, as so many decimal digits.
 *
 * @param digits 1 to 10. The tenth tells little: 31 bits end at 2147483647.
 * @throws {RangeError} Another number of digits.
 * @see {@link https://www.rfc-editor.org/rfc/rfc4226#section-5.3 | RFC 4226 §5.3}
 */
export function truncate(mac: Bytes, digits: number): string {
  if (!Number.isInteger(digits) || digits < 1 || digits > 10) {
    throw new RangeError(`Cannot make a number of ${digits} digits`);
  }
  const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength);
  const at = view.getUint8(mac.length - 1) & 0xf;
  return String((view.getUint32(at) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

/** Eight bytes, most significant first. @throws {RangeError} Not a whole number from 0 that is exact. */
export function eightBytes(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`Cannot count to ${value}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
