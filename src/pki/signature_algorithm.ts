/**
 * Signature algorithms (RFC 4055, 5758). Each has one encoding here: RSA with its NULL parameter, ECDSA without
 * any, so comparing bytes is enough. SHA-1, MD5 and RSA-PSS are not among them.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { DER_NULL, objectIdentifier, sequence } from "./der_writer.ts";
import { malformed } from "./malformed.ts";
import { Oid } from "./oids.ts";
import { readPublicKey } from "./public_key.ts";

/** Hashes that signatures may use, named as WebCrypto names them. */
export type HashName = "SHA-256" | "SHA-384" | "SHA-512";

/** A signature algorithm taken apart: RSA PKCS#1 v1.5 or ECDSA. */
export interface SignatureAlgorithm {
  readonly kind: "rsa" | "ec";
  readonly hash: HashName;
}

const OIDS = {
  rsa: { "SHA-256": Oid.sha256WithRsa, "SHA-384": Oid.sha384WithRsa, "SHA-512": Oid.sha512WithRsa },
  ec: { "SHA-256": Oid.ecdsaWithSha256, "SHA-384": Oid.ecdsaWithSha384, "SHA-512": Oid.ecdsaWithSha512 },
} as const;

const BY_HEX = new Map<string, SignatureAlgorithm>();
for (const kind of ["rsa", "ec"] as const) {
  for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    BY_HEX.set(encodeSignatureAlgorithm({ kind, hash }).toHex(), { kind, hash });
  }
}

/** AlgorithmIdentifier, DER. */
export function encodeSignatureAlgorithm({ kind, hash }: SignatureAlgorithm): Bytes {
  const oid = objectIdentifier(OIDS[kind][hash]);
  return kind === "rsa" ? sequence(oid, DER_NULL) : sequence(oid);
}

/** @returns `undefined` for every algorithm or encoding that is not accepted here. */
export function decodeSignatureAlgorithm(der: Bytes): SignatureAlgorithm | undefined {
  return BY_HEX.get(der.toHex());
}

/**
 * The algorithm that a key signs with: SHA-256, or SHA-384 for P-384.
 *
 * @returns AlgorithmIdentifier, DER.
 * @throws {AppError} `pki/malformed` for keys of other kinds.
 */
export function signatureAlgorithmFor(spkiDer: Bytes): Bytes {
  const key = readPublicKey(spkiDer);
  if (key.kind === "other") throw malformed("public key: algorithm");
  const hash = key.kind === "ec" && key.curve === "P-384" ? "SHA-384" : "SHA-256";
  return encodeSignatureAlgorithm({ kind: key.kind, hash });
}
