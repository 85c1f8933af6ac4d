/** Base32 (RFC 4648 §6), in which secrets are typed in and which QR codes hold at five and a half bits a letter. */
import type { Bytes } from "./hmac.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Upper case, without padding: that is what authenticator apps show and take. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "", bits = 0, held = 0;
  for (const byte of bytes) {
    held = held << 8 | byte;
    bits += 8;
    while (bits >= 5) text += ALPHABET[held >>> (bits -= 5) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[held << (5 - bits) & 31];
}

/**
 * Takes what people type: any case, spaces and hyphens between groups, padding or none.
 *
 * @throws {RangeError} A letter that is not in the alphabet, a length that no bytes have, or bits left over that
 * are not 0: each is a typing error.
 */
export function decodeBase32(text: string): Bytes {
  const letters = text.replace(/[\s-]/g, "").replace(/={0,6}$/, "").toUpperCase();
  const bytes = new Uint8Array(Math.floor(letters.length * 5 / 8));
  let at = 0, bits = 0, held = 0;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new RangeError("Cannot read base32: a letter is not of its alphabet");
    held = held << 5 | value;
    bits += 5;
    if (bits >= 8) bytes[at++] = held >>> (bits -= 8);
    held &= (1 << bits) - 1;
  }
  if (bits >= 5 || held !== 0) throw new RangeError("Cannot read base32: the end is missing");
  return bytes;
}
