/**
 * Byte strings: the one type that this room takes and gives, and the few things done with them.
 *
 * @module
 */
import { malformed } from "./malformed.ts";

/** Bytes over an ordinary (not shared) buffer, which is what WebCrypto, files and `fetch` take. */
export type Bytes = Uint8Array<ArrayBuffer>;

export { sha1, sha256 } from "./sha.ts";

const encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Whether both hold the same bytes. Not for secrets: the time tells where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether both hold the same bytes, in a time that depends on the length only. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Order of DER's SET OF: byte by byte, a shorter string before its continuations (X.690 §11.6). */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** One after the other, in a fresh buffer. */
export function concatBytes(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Lowercase hex, two digits per byte. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/**
 * Bytes of a hex text.
 *
 * @throws {AppError} `pki/malformed` unless it is an even number of hex digits and nothing else.
 */
export function fromHex(hex: string): Bytes {
  try {
    return Uint8Array.fromHex(hex);
  } catch (cause) {
    throw malformed("hex", cause);
  }
}
