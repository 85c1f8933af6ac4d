import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { type Bytes, utf8 } from "./bytes.ts";
import { readDer } from "./der_reader.ts";
import { DER_NULL, integer, objectIdentifier, octetString, sequence } from "./der_writer.ts";
import { Oid } from "./oids.ts";
import { decryptPbes2, encryptPbes2 } from "./pbes2.ts";

const settings = {
  password: "password",
  iterations: 2,
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
};
const plaintext = utf8("plain");

function decrypt(algorithmDer: Bytes, ciphertext: Bytes, password = settings.password): Promise<Bytes> {
  return decryptPbes2(readDer(algorithmDer, "thing").sequence("algorithm"), { ciphertext, password });
}

Deno.test("decryptPbes2() gives back what encryptPbes2() encrypted", async () => {
  for (const length of [0, 1, 15, 16, 17, 1000]) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    const { algorithmDer, ciphertext } = await encryptPbes2(data, settings);
    assertEquals(await decrypt(algorithmDer, ciphertext), data);
  }
});

Deno.test("decryptPbes2() refuses ciphertexts of no block, half a block and a wrong end", async () => {
  const { algorithmDer, ciphertext } = await encryptPbes2(plaintext, settings);
  for (const wrong of [new Uint8Array(), ciphertext.slice(0, 8), new Uint8Array(32)]) {
    const error = await assertRejects(() => decrypt(algorithmDer, wrong), AppError);
    assertEquals(error.values["what"], "thing: wrong password or altered");
  }
});

Deno.test("decryptPbes2() takes the key length where it is written, and no other algorithm", async () => {
  const { algorithmDer, ciphertext } = await encryptPbes2(plaintext, settings);
  const reader = readDer(algorithmDer, "thing").sequence("algorithm");
  reader.oid("PBES2");
  const schemes = reader.sequence("schemes");
  const kdf = schemes.sequence("kdf");
  kdf.oid("kdf");
  const derivation = kdf.sequence("derivation");
  const salt = derivation.octetString("salt");
  const cipher = schemes.anyElement("cipher");
  const iv = octetString(cipher.slice(-16));

  interface Parts {
    scheme?: string;
    kdf?: string;
    iterations?: Bytes;
    keyLength?: Bytes[];
    prf?: Bytes[];
    cipher?: Bytes;
  }
  const sha256 = sequence(objectIdentifier(Oid.hmacWithSha256), DER_NULL);
  function algorithm(parts: Parts): Bytes {
    const { iterations = integer(2), keyLength = [], prf = [sha256] } = parts;
    const inner = sequence(octetString(salt), iterations, ...keyLength, ...prf);
    const kdfDer = sequence(objectIdentifier(parts.kdf ?? Oid.pbkdf2), inner);
    return sequence(objectIdentifier(parts.scheme ?? Oid.pbes2), sequence(kdfDer, parts.cipher ?? cipher));
  }
  assertEquals(await decrypt(algorithm({}), ciphertext), plaintext);
  assertEquals(await decrypt(algorithm({ keyLength: [integer(32)] }), ciphertext), plaintext);
  const refused: Record<string, Parts> = {
    "scrypt": { kdf: "1.3.6.1.4.1.11591.4.11" },
    "3DES": { scheme: Oid.pbeWithSha1And3KeyTripleDes },
    "no iteration": { iterations: integer(0) },
    "too many iterations": { iterations: integer(1_000_001) },
    "more iterations than a number holds": { iterations: integer(1n << 80n) },
    "negative iterations": { iterations: Uint8Array.of(2, 1, 0xff) },
    "another key length": { keyLength: [integer(16)] },
    "HMAC with SHA-1, the default": { prf: [] },
    "HMAC with SHA-512": { prf: [sequence(objectIdentifier("1.2.840.113549.2.11"), DER_NULL)] },
    "AES-128": { cipher: sequence(objectIdentifier("2.16.840.1.101.3.4.1.2"), iv) },
    "a short IV": { cipher: sequence(objectIdentifier(Oid.aes256Cbc), octetString(new Uint8Array(8))) },
  };
  for (const [why, parts] of Object.entries(refused)) {
    const error = await assertRejects(() => decrypt(algorithm(parts), ciphertext), AppError, "", why);
    assertEquals(error.key, "pki/malformed", why);
    // Refused as such, not because the wrong key that came of it decrypts nothing.
    assert(error.values["what"] !== "thing: wrong password or altered", why);
  }
});
