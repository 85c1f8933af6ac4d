/**
 * The directory's PEM files. Private keys are readable for their owner only, and encrypted if there is a passphrase.
 *
 * @module
 */
import { createPrivateKey } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { decodePem, encodePem, type PemLabel } from "../../pki/pem.ts";

/**
 * A private key as PEM.
 *
 * @param passphrase Encrypts it: PKCS#8 with PBES2, AES-256, PBKDF2 (RFC 8018).
 */
export function encodeKeyPem(pkcs8Der: Bytes, passphrase?: string): string {
  if (passphrase === undefined) return encodePem(pkcs8Der, "PRIVATE KEY");
  const key = createPrivateKey({ key: encodePem(pkcs8Der, "PRIVATE KEY"), format: "pem" });
  return String(key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }));
}

/**
 * Reads a private key.
 *
 * @returns PrivateKeyInfo in the clear.
 * @throws {AppError} `profile/invalid` naming the file: missing, damaged, or encrypted with another passphrase.
 */
export async function readKeyFile(path: string, passphrase?: string): Promise<Bytes> {
  try {
    const pem = await Deno.readTextFile(path);
    if (!pem.includes("ENCRYPTED")) return decodePem(pem, "PRIVATE KEY")[0]!;
    if (passphrase === undefined) {
      throw new AppError("profile/invalid", { path, problem: "encrypted; a passphrase is needed" });
    }
    const key = createPrivateKey({ key: pem, format: "pem", passphrase });
    return new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  } catch (cause) {
    if (cause instanceof AppError && cause.key === "profile/invalid") throw cause;
    throw new AppError("profile/invalid", { path, problem: "not a usable private key" }, { cause });
  }
}

/** Writes a file that only its owner may read. @throws {Error} if it is there already. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600, createNew: true });
}

/**
 * Reads the first block of a PEM file, a certificate unless another label is given.
 *
 * @throws {AppError} `profile/invalid` naming the file.
 */
export async function readPemFile(path: string, label: PemLabel = "CERTIFICATE"): Promise<Bytes> {
  try {
    return decodePem(await Deno.readTextFile(path), label)[0]!;
  } catch (cause) {
    throw new AppError("profile/invalid", { path, problem: `no ${label} in it` }, { cause });
  }
}
