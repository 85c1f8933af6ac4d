/**
 * The seam to whatever holds the CA's private key: OpenSSL's libcrypto where it is, WebCrypto otherwise, an HSM
 * one day. It signs what ca/issue.ts and ca/crl.ts give it and knows nothing about certificates.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
import { importKeyPair, signatureAlgorithmFor } from "../../pki/keys.ts";
import { type VerifySignature, verifySignature } from "../../pki/signature.ts";
import { openLibcrypto } from "./libcrypto.ts";

/** Signs with one private key. Calls may overlap. */
export interface Signer {
  /** For the log: which implementation. */
  readonly name: string;
  /** The public half, SubjectPublicKeyInfo. */
  readonly spkiDer: Bytes;
  /** AlgorithmIdentifier of its signatures. */
  readonly signatureAlgorithmDer: Bytes;
  /** @returns PKCS#1 v1.5, or DER for ECDSA. */
  sign(tbsDer: Bytes): Bytes | Promise<Bytes>;
}

/** How signatures are made and checked here; `"best"` is libcrypto if it loads. */
export type CryptoChoice = "best" | "webcrypto";

/**
 * Takes up a private key.
 *
 * @param pkcs8Der PrivateKeyInfo in the clear.
 * @throws {AppError} `pki/malformed` if it is not a key that can be used.
 */
export async function openSigner(pkcs8Der: Bytes, choice: CryptoChoice = "best"): Promise<Signer> {
  const keyPair = await importKeyPair(pkcs8Der);
  const signatureAlgorithmDer = signatureAlgorithmFor(keyPair.spkiDer);
  const { spkiDer } = keyPair;
  const libcrypto = choice === "best" ? openLibcrypto() : undefined;
  if (!libcrypto) {
    return { name: "webcrypto", spkiDer, signatureAlgorithmDer, sign: (tbsDer) => keyPair.sign(tbsDer) };
  }
  // On this thread, RSA too: handing a signature to another one costs a quarter of it, and whoever has more than
  // one core to use runs one process on each.
  const sign = libcrypto.loadPrivateKey(pkcs8Der);
  return { name: "libcrypto", spkiDer, signatureAlgorithmDer, sign };
}

/** The fastest check of signatures that this machine has. */
export function pickVerifier(choice: CryptoChoice = "best"): VerifySignature {
  return (choice === "best" ? openLibcrypto()?.verify : undefined) ?? verifySignature;
}
