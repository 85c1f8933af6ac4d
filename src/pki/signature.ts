/**
 * Verifying signatures with WebCrypto: the portable way, for everybody who has nothing faster.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { ecdsaFromDer } from "./ecdsa.ts";
import { type PublicKey, readPublicKey } from "./public_key.ts";
import { decodeSignatureAlgorithm, type HashName } from "./signature_algorithm.ts";

/** One signature with all that is needed to judge it. */
export interface SignatureToVerify {
  /** The signer's SubjectPublicKeyInfo. */
  readonly spkiDer: Bytes;
  /** AlgorithmIdentifier of the signature. */
  readonly signatureAlgorithmDer: Bytes;
  /** Contents of the signature's BIT STRING: PKCS#1 v1.5, or DER for ECDSA. */
  readonly signature: Bytes;
  readonly data: Bytes;
}

/**
 * Tells whether a signature is the key's over the data. `false` also for keys, algorithms and encodings that
 * are not accepted; never throws for what is in the bytes.
 */
export type VerifySignature = (request: SignatureToVerify) => boolean | Promise<boolean>;

/**
 * {@link VerifySignature} for RSA (2048 to 4096 bits, PKCS#1 v1.5) and ECDSA (P-256, P-384), each with SHA-256,
 * SHA-384 or SHA-512.
 */
export async function verifySignature(request: SignatureToVerify): Promise<boolean> {
  const algorithm = decodeSignatureAlgorithm(request.signatureAlgorithmDer);
  if (!algorithm) return false;
  try {
    const key = readPublicKey(request.spkiDer);
    if (key.kind === "rsa" && algorithm.kind === "rsa") return await verifyRsa(request, key, algorithm.hash);
    if (key.kind === "ec" && algorithm.kind === "ec") return await verifyEcdsa(request, key, algorithm.hash);
    return false;
  } catch {
    // Ours for bytes that are no key or signature. WebCrypto should say DataError to a key it will not have; Deno's
    // takes an RSA exponent of 0 or a point off its curve and has an Error or TypeError for the first signature.
    return false;
  }
}

type RsaKey = Extract<PublicKey, { kind: "rsa" }>;
type EcKey = Extract<PublicKey, { kind: "ec" }>;

async function verifyRsa(request: SignatureToVerify, rsa: RsaKey, hash: HashName): Promise<boolean> {
  // The upper bound keeps a crafted key from occupying the machine: cost grows with the square of the size.
  if (rsa.modulus.length < 256 || rsa.modulus.length > 512) return false;
  const name = "RSASSA-PKCS1-v1_5";
  const key = await crypto.subtle.importKey("spki", request.spkiDer, { name, hash }, false, ["verify"]);
  return await crypto.subtle.verify(name, key, request.signature, request.data);
}

async function verifyEcdsa(request: SignatureToVerify, ec: EcKey, hash: HashName): Promise<boolean> {
  const raw = ecdsaFromDer(request.signature, ec.curve === "P-256" ? 32 : 48);
  const algorithm = { name: "ECDSA", namedCurve: ec.curve };
  const key = await crypto.subtle.importKey("spki", request.spkiDer, algorithm, false, ["verify"]);
  return await crypto.subtle.verify({ name: "ECDSA", hash }, key, raw, request.data);
}
