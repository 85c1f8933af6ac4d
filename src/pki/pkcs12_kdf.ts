/**
 * Key derivation of PKCS#12 (RFC 7292 appendix B), which its MAC still needs and old bundles use throughout.
 *
 * @module
 */
import { type Bytes, concatBytes, sha1, sha256 } from "./bytes.ts";
import { utf16 } from "./der_writer.ts";

/** What the derived bytes are for (RFC 7292 appendix B.3). */
export const Pkcs12Purpose = { ENCRYPTION_KEY: 1, INITIALIZATION_VECTOR: 2, MAC_KEY: 3 } as const;

/** Octets that both hashes work through at a time: `v` of the RFC. */
const BLOCK_LENGTH = 64;

/** Parameters of {@link derivePkcs12Key}. */
export interface Pkcs12Derivation {
  readonly hash: "SHA-1" | "SHA-256";
  readonly salt: Uint8Array;
  readonly purpose: (typeof Pkcs12Purpose)[keyof typeof Pkcs12Purpose];
  readonly iterations: number;
  /** Octets wanted. */
  readonly length: number;
}

/** Derives bytes from a password; some microseconds per iteration, without pause. */
export function derivePkcs12Key(password: string, derivation: Pkcs12Derivation): Bytes {
  const { hash, salt, purpose, iterations, length } = derivation;
  const digest = hash === "SHA-1" ? sha1 : sha256;
  const diversifier = new Uint8Array(BLOCK_LENGTH).fill(purpose);
  const passwordBytes = concatBytes([utf16(password), new Uint8Array(2)]);
  const input = concatBytes([fillBlocks(salt), fillBlocks(passwordBytes)]);
  const blocks: Bytes[] = [];
  for (let filled = 0; filled < length; filled += blocks[0]!.length) {
    let block = digest(concatBytes([diversifier, input]));
    for (let i = 1; i < iterations; i++) block = digest(block);
    blocks.push(block);
    addToBlocks(input, block);
  }
  return concatBytes(blocks).slice(0, length);
}

/** Repeats bytes until they fill whole blocks. */
function fillBlocks(bytes: Uint8Array): Bytes {
  const filled = new Uint8Array(Math.ceil(bytes.length / BLOCK_LENGTH) * BLOCK_LENGTH);
  for (let i = 0; i < filled.length; i++) filled[i] = bytes[i % bytes.length]!;
  return filled;
}

/** Adds the repeated digest and one to each block, as a big-endian number (step 6C). */
function addToBlocks(input: Bytes, digest: Bytes): void {
  for (let start = 0; start < input.length; start += BLOCK_LENGTH) {
    let carry = 1;
    for (let i = BLOCK_LENGTH - 1; i >= 0; i--) {
      carry += input[start + i]! + digest[i % digest.length]!;
      input[start + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}
