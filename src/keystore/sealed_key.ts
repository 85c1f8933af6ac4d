/**
 * A private key sealed for a file: AES-256-GCM under a key of its own, derived (HKDF, RFC 5869) from the
 * keystore's random master key. Layout: magic, 32 bytes of salt, 12 of nonce, ciphertext with tag.
 *
 * @module
 */
import { type Bytes, concatBytes, equalBytes, utf8 } from "../pki/bytes.ts";

const MAGIC = utf8("HAKKO-SEALED-KEY-1\n");
const SALT_BYTES = 32;
const NONCE_BYTES = 12;

/** Bytes of the master key. */
export const MASTER_KEY_BYTES = 32;

/** What is sealed, for whom, under what. */
export interface Seal {
  masterKey: Bytes;
  /** The certificate's fingerprint: a sealed key put beside another certificate does not open. */
  fingerprint: string;
}

/** Seals a PKCS#8 key. */
export async function sealKey(
  pkcs8Der: Bytes,
  { masterKey, fingerprint, randomBytes }: Seal & { randomBytes: (length: number) => Bytes },
): Promise<Bytes> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(NONCE_BYTES);
  const key = await deriveKey({ masterKey, fingerprint }, salt);
  const additionalData = utf8(fingerprint);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, pkcs8Der);
  return concatBytes([MAGIC, salt, iv, new Uint8Array(sealed)]);
}

/**
 * Opens a sealed key.
 *
 * @throws {Error} if the file, the master key or the certificate is another one, or anything was changed.
 */
export async function openSealedKey(sealed: Bytes, seal: Seal): Promise<Bytes> {
  if (!equalBytes(sealed.subarray(0, MAGIC.length), MAGIC)) throw new Error("not a sealed key");
  const salt = sealed.slice(MAGIC.length, MAGIC.length + SALT_BYTES);
  const iv = sealed.slice(MAGIC.length + SALT_BYTES, MAGIC.length + SALT_BYTES + NONCE_BYTES);
  const key = await deriveKey(seal, salt);
  const additionalData = utf8(seal.fingerprint);
  const ciphertext = sealed.slice(MAGIC.length + SALT_BYTES + NONCE_BYTES);
  return new Uint8Array(
    await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, ciphertext),
  );
}

async function deriveKey({ masterKey, fingerprint }: Seal, salt: Bytes): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", masterKey, "HKDF", false, ["deriveKey"]);
  return await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: utf8(`hakko file keystore v1 ${fingerprint}`) },
    master,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
