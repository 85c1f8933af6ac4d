/**
 * SHA-1 and SHA-256 that answer at once.
 *
 * WebCrypto's digests are asynchronous and cost 65 µs each, which PKCS#12's key derivation would pay thousands of
 * times; the first import of `node:crypto` costs the app 28 ms and 10 MiB. SHA-1 is here for key identifiers
 * (RFC 5280 §4.2.1.2) and the PKCS#12 form of old systems, where no collision helps anybody; no signature in
 * Hakko uses it.
 *
 * @module
 */
import { sha1 as nobleSha1 } from "@noble/hashes/legacy.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(data: Uint8Array): Bytes {
  return nobleSha256(data) as Bytes;
}

/** SHA-1 of the bytes: 20 bytes. */
export function sha1(data: Uint8Array): Bytes {
  return nobleSha1(data) as Bytes;
}
