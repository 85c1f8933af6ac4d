/**
 * Encryption under a password: PBES2 (RFC 8018 §6.2) with PBKDF2-HMAC-SHA-256 and AES-256-CBC.
 *
 * @module
 */
import { type Bytes, utf8 } from "./bytes.ts";
import { type DerReader } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { DER_NULL, integer, objectIdentifier, octetString, sequence } from "./der_writer.ts";
import { malformed } from "./malformed.ts";
import { Oid } from "./oids.ts";

/** Most iterations that are run for a file from outside: a bound on the time that crafted ones take. */
export const MAX_ITERATIONS = 1_000_000;

/** Something encrypted, with what is needed (besides the password) to decrypt it. */
export interface Encrypted {
  /** AlgorithmIdentifier with its parameters, DER. */
  readonly algorithmDer: Bytes;
  readonly ciphertext: Bytes;
}

/** How to encrypt. */
export interface EncryptionSettings {
  readonly password: string;
  readonly iterations: number;
  readonly randomBytes: (length: number) => Bytes;
}

const HMAC_SHA256 = sequence(objectIdentifier(Oid.hmacWithSha256), DER_NULL);

/** Encrypts under a password, with a fresh salt and IV. */
export async function encryptPbes2(plaintext: Bytes, settings: EncryptionSettings): Promise<Encrypted> {
  const { password, iterations, randomBytes } = settings;
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = await deriveAesKey(password, { salt, iterations, use: "encrypt" });
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, plaintext));
  const derivation = sequence(octetString(salt), integer(iterations), HMAC_SHA256);
  const algorithmDer = sequence(
    objectIdentifier(Oid.pbes2),
    sequence(
      sequence(objectIdentifier(Oid.pbkdf2), derivation),
      sequence(objectIdentifier(Oid.aes256Cbc), octetString(iv)),
    ),
  );
  return { algorithmDer, ciphertext };
}

/**
 * Decrypts what {@link encryptPbes2} or another writer of the same form encrypted.
 *
 * @param algorithm Reader inside the AlgorithmIdentifier.
 * @throws {AppError} `pki/malformed` for other algorithms, too many iterations, or a wrong password.
 */
export async function decryptPbes2(
  algorithm: DerReader,
  { ciphertext, password }: { ciphertext: Bytes; password: string },
): Promise<Bytes> {
  const part = "encryption algorithm";
  if (algorithm.oid(part) !== Oid.pbes2) throw algorithm.error(part);
  const schemes = algorithm.sequence(part);
  algorithm.end();
  const pbkdf2 = schemes.sequence(part);
  const cipher = schemes.sequence(part);
  schemes.end();

  if (pbkdf2.oid(part) !== Oid.pbkdf2) throw pbkdf2.error(part);
  const derivation = pbkdf2.sequence(part);
  pbkdf2.end();
  const salt = derivation.octetString(part);
  const iterations = derivation.smallUnsigned(part);
  if (iterations === 0 || iterations > MAX_ITERATIONS) throw derivation.error("iterations");
  if (derivation.nextIs(Tag.INTEGER) && derivation.smallUnsigned(part) !== 32) throw derivation.error(part);
  const prf = derivation.sequence(part);
  derivation.end();
  if (prf.oid(part) !== Oid.hmacWithSha256) throw prf.error(part);
  prf.contents(Tag.NULL, part);
  prf.end();

  if (cipher.oid(part) !== Oid.aes256Cbc) throw cipher.error(part);
  const iv = cipher.octetString(part);
  cipher.end();
  if (iv.length !== 16) throw cipher.error(part);

  const key = await deriveAesKey(password, { salt, iterations, use: "decrypt" });
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, ciphertext));
  } catch (cause) {
    throw malformed(`${algorithm.what}: wrong password or altered`, cause);
  }
}

async function deriveAesKey(
  password: string,
  { salt, iterations, use }: { salt: Bytes; iterations: number; use: "encrypt" | "decrypt" },
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", utf8(password), "PBKDF2", false, ["deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return await crypto.subtle.deriveKey(pbkdf2, base, { name: "AES-CBC", length: 256 }, false, [use]);
}
