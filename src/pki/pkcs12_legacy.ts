/**
 * Encryption of PKCS#12 as systems from before 2018 read it: 3DES under a key by SHA-1 (RFC 7292 appendix C).
 * Weak: only for bundles that live for the moment of an import.
 *
 * @module
 */
import { type Bytes, concatBytes } from "./bytes.ts";
import { integer, objectIdentifier, octetString, sequence } from "./der_writer.ts";
import { Oid } from "./oids.ts";
import type { Encrypted, EncryptionSettings } from "./pbes2.ts";
import { derivePkcs12Key, Pkcs12Purpose } from "./pkcs12_kdf.ts";

/** Encrypts under a password with pbeWithSHAAnd3-KeyTripleDES-CBC, with a fresh salt. */
export async function encryptTripleDes(plaintext: Bytes, settings: EncryptionSettings): Promise<Encrypted> {
  // WebCrypto has no 3DES. Imported here, because node:crypto costs the app 28 ms and 10 MiB.
  const { createCipheriv } = await import("node:crypto");
  const { password, iterations, randomBytes } = settings;
  const salt = randomBytes(8);
  const common = { hash: "SHA-1", salt, iterations } as const;
  const key = derivePkcs12Key(password, { ...common, purpose: Pkcs12Purpose.ENCRYPTION_KEY, length: 24 });
  const iv = derivePkcs12Key(password, {
    ...common,
    purpose: Pkcs12Purpose.INITIALIZATION_VECTOR,
    length: 8,
  });
  const cipher = createCipheriv("des-ede3-cbc", key, iv);
  const ciphertext = concatBytes([cipher.update(plaintext), cipher.final()]);
  const algorithmDer = sequence(
    objectIdentifier(Oid.pbeWithSha1And3KeyTripleDes),
    sequence(octetString(salt), integer(iterations)),
  );
  return { algorithmDer, ciphertext };
}
