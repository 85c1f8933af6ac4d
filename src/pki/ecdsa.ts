/**
 * ECDSA signatures: WebCrypto speaks r‖s (IEEE P1363), X.509 and CMS speak DER (RFC 3279 §2.2.3).
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { readDer } from "./der_reader.ts";
import { integer, sequence } from "./der_writer.ts";

/** r‖s to `SEQUENCE { r, s }`. */
export function ecdsaToDer(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}

/**
 * `SEQUENCE { r, s }` to r‖s.
 *
 * @param length Octets of r and of s: 32 for P-256, 48 for P-384.
 * @throws {AppError} `pki/malformed`, also for numbers that are too long.
 */
export function ecdsaFromDer(der: Bytes, length: number): Bytes {
  const reader = readDer(der, "ECDSA signature");
  const numbers = reader.sequence("signature");
  reader.end();
  const raw = new Uint8Array(2 * length);
  for (const half of [0, 1]) {
    const number = numbers.unsigned("number");
    if (number.length > length) throw numbers.error("number");
    raw.set(number, (half + 1) * length - number.length);
  }
  numbers.end();
  return raw;
}
