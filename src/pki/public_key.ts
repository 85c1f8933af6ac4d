/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), taken apart.
 *
 * @module
 */
import { type Bytes, equalBytes, sha1 } from "./bytes.ts";
import { readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { DER_NULL, objectIdentifier, sequence } from "./der_writer.ts";
import { Oid } from "./oids.ts";

/** Elliptic curves in use here, named as WebCrypto names them. */
export type CurveName = "P-256" | "P-384";

/** A public key's numbers. */
export type PublicKey =
  /** Big-endian magnitudes without leading zero octets. */
  | { readonly kind: "rsa"; readonly modulus: Bytes; readonly exponent: Bytes }
  /** The point as SEC 1 encodes it; not checked to lie on the curve. */
  | { readonly kind: "ec"; readonly curve: CurveName; readonly point: Bytes }
  /** Any other algorithm or curve. */
  | { readonly kind: "other" };

/** AlgorithmIdentifiers of the keys that we read; shared, so do not write into them. */
export const KeyAlgorithmDer = {
  rsa: sequence(objectIdentifier(Oid.rsaEncryption), DER_NULL),
  "P-256": sequence(objectIdentifier(Oid.ecPublicKey), objectIdentifier(Oid.p256)),
  "P-384": sequence(objectIdentifier(Oid.ecPublicKey), objectIdentifier(Oid.p384)),
} as const;

/**
 * Reads a public key. RSA without the NULL parameter and EC with explicit parameters count as "other".
 *
 * @param spkiDer SubjectPublicKeyInfo, DER.
 * @throws {AppError} `pki/malformed`.
 */
export function readPublicKey(spkiDer: Bytes): PublicKey {
  const { algorithmDer, key } = readSpki(spkiDer);
  if (equalBytes(algorithmDer, KeyAlgorithmDer.rsa)) {
    const reader = readDer(key, "public key");
    const numbers = reader.sequence("RSAPublicKey");
    reader.end();
    const modulus = numbers.unsigned("modulus");
    const exponent = numbers.unsigned("exponent");
    numbers.end();
    return { kind: "rsa", modulus, exponent };
  }
  if (equalBytes(algorithmDer, KeyAlgorithmDer["P-256"])) return { kind: "ec", curve: "P-256", point: key };
  if (equalBytes(algorithmDer, KeyAlgorithmDer["P-384"])) return { kind: "ec", curve: "P-384", point: key };
  return { kind: "other" };
}

/**
 * A key identifier by the first method of RFC 5280 §4.2.1.2: SHA-1 over the key's bits, 20 bytes.
 *
 * @throws {AppError} `pki/malformed`.
 */
export function keyIdentifier(spkiDer: Bytes): Bytes {
  return sha1(readSpki(spkiDer).key);
}

function readSpki(spkiDer: Bytes): { algorithmDer: Bytes; key: Bytes } {
  const reader = readDer(spkiDer, "public key");
  const spki = reader.sequence("SubjectPublicKeyInfo");
  reader.end();
  const algorithmDer = spki.element(Tag.SEQUENCE, "algorithm");
  const key = spki.bitString("key");
  spki.end();
  return { algorithmDer, key };
}
