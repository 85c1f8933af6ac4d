import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromHex } from "./bytes.ts";
import { bitString, DER_NULL, integer, objectIdentifier, sequence } from "./der_writer.ts";
import { generateKeyPair } from "./keys.ts";
import { Oid } from "./oids.ts";
import { KeyAlgorithmDer, keyIdentifier, readPublicKey } from "./public_key.ts";

Deno.test("readPublicKey() takes RSA and EC keys apart", async () => {
  const rsa = readPublicKey((await generateKeyPair("rsa-2048")).spkiDer);
  assertEquals(rsa.kind === "rsa" && [rsa.modulus.length, rsa.exponent.toHex()], [256, "010001"]);
  const ec = readPublicKey((await generateKeyPair("p256")).spkiDer);
  assertEquals(ec.kind === "ec" && [ec.curve, ec.point.length, ec.point[0]], ["P-256", 65, 4]);
});

Deno.test("readPublicKey() calls other algorithms and other ways to write them other", () => {
  const key = bitString(sequence(integer(3233), integer(17)));
  const algorithms = [
    sequence(objectIdentifier(Oid.rsaEncryption)), // without its NULL
    sequence(objectIdentifier("1.2.840.113549.1.1.10"), DER_NULL), // RSA-PSS
    sequence(objectIdentifier(Oid.ecPublicKey), objectIdentifier("1.3.132.0.10")), // secp256k1
    sequence(objectIdentifier(Oid.ecPublicKey), sequence(integer(1))), // explicit parameters
    sequence(objectIdentifier("1.3.101.112")), // Ed25519
  ];
  for (const algorithm of algorithms) assertEquals(readPublicKey(sequence(algorithm, key)).kind, "other");
});

Deno.test("readPublicKey() refuses RSA keys with more or less than two numbers", () => {
  const bodies = [
    sequence(integer(7)),
    sequence(integer(7), integer(3), integer(1)),
    integer(7),
    fromHex(""),
  ];
  for (const body of bodies) {
    const spkiDer = sequence(KeyAlgorithmDer.rsa, bitString(body));
    assertEquals(assertThrows(() => readPublicKey(spkiDer), AppError).key, "pki/malformed");
  }
});

Deno.test("keyIdentifier() is SHA-1 over the key's bits, as RFC 5280 §4.2.1.2 says", () => {
  const spkiDer = sequence(KeyAlgorithmDer["P-256"], bitString(new TextEncoder().encode("abc")));
  assertEquals(keyIdentifier(spkiDer).toHex(), "a9993e364706816aba3e25717850c26c9cd0d89d");
});

Deno.test("readPublicKey() and keyIdentifier() answer mutated keys with nothing but AppError", async () => {
  const { spkiDer } = await generateKeyPair("rsa-2048");
  await fc.assert(
    fc.asyncProperty(mutations(), async (changes) => {
      const mutated = mutate(spkiDer, changes);
      await refuseOr(() => readPublicKey(mutated));
      await refuseOr(() => keyIdentifier(mutated));
    }),
    { numRuns: fuzzRuns() },
  );
});
