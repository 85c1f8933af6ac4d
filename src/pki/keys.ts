/**
 * Key pairs, made and used with WebCrypto.
 *
 * @module
 */
import type { KeyAlgorithm } from "../protocol/messages.ts";
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes, utf8 } from "./bytes.ts";
import { ecdsaToDer } from "./ecdsa.ts";
import { readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { malformed } from "./malformed.ts";
import { KeyAlgorithmDer } from "./public_key.ts";

export { keyIdentifier } from "./public_key.ts";
export { signatureAlgorithmFor } from "./signature_algorithm.ts";

/** A private key with its public half. */
export interface KeyPair {
  readonly algorithm: KeyAlgorithm;
  /** PrivateKeyInfo (RFC 5208), DER, in the clear: a secret. */
  readonly pkcs8Der: Bytes;
  /** SubjectPublicKeyInfo, DER. */
  readonly spkiDer: Bytes;
  /** Signs with SHA-256, in the form that X.509 has: PKCS#1 v1.5, or DER for ECDSA. */
  sign(data: Bytes): Promise<Bytes>;
}

const WEB_ALGORITHMS = {
  "rsa-2048": {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
  p256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
} as const satisfies Record<KeyAlgorithm, object>;

/** Makes a fresh key pair. RSA takes between a tenth of a second and some seconds, without blocking. */
export async function generateKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(
    WEB_ALGORITHMS[algorithm],
    true,
    ["sign", "verify"],
  ) as CryptoKeyPair;
  const [pkcs8, spki] = await Promise.all([
    crypto.subtle.exportKey("pkcs8", privateKey),
    crypto.subtle.exportKey("spki", publicKey),
  ]);
  return keyPair({ algorithm, privateKey, pkcs8Der: new Uint8Array(pkcs8), spkiDer: new Uint8Array(spki) });
}

/**
 * Takes up a stored key pair and tries it once, so that a damaged file is found before it is used.
 *
 * @param pkcs8Der PrivateKeyInfo, DER: RSA of 2048 bits or P-256.
 * @throws {AppError} `pki/malformed` for anything else.
 */
export async function importKeyPair(pkcs8Der: Bytes): Promise<KeyPair> {
  const algorithm = algorithmOf(pkcs8Der);
  try {
    const web = WEB_ALGORITHMS[algorithm];
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8Der, web, true, ["sign"]);
    const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey("jwk", privateKey);
    const publicJwk = algorithm === "p256" ? { kty, crv, x, y } : { kty, n, e };
    const publicKey = await crypto.subtle.importKey("jwk", publicJwk as JsonWebKey, web, true, ["verify"]);
    if (algorithm === "rsa-2048" && modulusLengthOf(publicKey) !== 2048) {
      throw malformed("private key: length");
    }
    // Deno's import believes the numbers; only signing finds that they do not belong together.
    const trial = utf8("trial");
    const signature = await crypto.subtle.sign(web, privateKey, trial);
    if (!await crypto.subtle.verify(web, publicKey, signature, trial)) {
      throw malformed("private key: numbers");
    }
    const spkiDer = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
    return keyPair({ algorithm, privateKey, pkcs8Der, spkiDer });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw malformed("private key", cause);
  }
}

function keyPair(
  parts: { algorithm: KeyAlgorithm; privateKey: CryptoKey; pkcs8Der: Bytes; spkiDer: Bytes },
): KeyPair {
  const { algorithm, privateKey, pkcs8Der, spkiDer } = parts;
  async function sign(data: Bytes): Promise<Bytes> {
    const signature = new Uint8Array(await crypto.subtle.sign(WEB_ALGORITHMS[algorithm], privateKey, data));
    return algorithm === "p256" ? ecdsaToDer(signature) : signature;
  }
  return { algorithm, pkcs8Der, spkiDer, sign };
}

function algorithmOf(pkcs8Der: Bytes): KeyAlgorithm {
  const reader = readDer(pkcs8Der, "private key");
  const info = reader.sequence("PrivateKeyInfo");
  reader.end();
  info.unsigned("version");
  const algorithmDer = info.element(Tag.SEQUENCE, "algorithm");
  if (equalBytes(algorithmDer, KeyAlgorithmDer.rsa)) return "rsa-2048";
  if (equalBytes(algorithmDer, KeyAlgorithmDer["P-256"])) return "p256";
  throw info.error("algorithm");
}

function modulusLengthOf(key: CryptoKey): number {
  return (key.algorithm as RsaHashedKeyAlgorithm).modulusLength;
}
