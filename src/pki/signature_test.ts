import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fuzzRuns } from "./_fixtures.ts";
import { mutate, mutations } from "./_mutations.ts";
import { type Bytes, utf8 } from "./bytes.ts";
import { bitString, DER_NULL, integer, objectIdentifier, sequence } from "./der_writer.ts";
import { ecdsaToDer } from "./ecdsa.ts";
import { generateKeyPair, signatureAlgorithmFor } from "./keys.ts";
import { KeyAlgorithmDer } from "./public_key.ts";
import { type SignatureToVerify, verifySignature } from "./signature.ts";
import { decodeSignatureAlgorithm, encodeSignatureAlgorithm } from "./signature_algorithm.ts";

const data = utf8("data");
const P256_ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

async function signed(algorithm: "rsa-2048" | "p256"): Promise<SignatureToVerify> {
  const keyPair = await generateKeyPair(algorithm);
  const { spkiDer } = keyPair;
  const signatureAlgorithmDer = signatureAlgorithmFor(spkiDer);
  return { spkiDer, signatureAlgorithmDer, signature: await keyPair.sign(data), data };
}

const requests = { "rsa-2048": await signed("rsa-2048"), p256: await signed("p256") };

for (const [name, request] of Object.entries(requests)) {
  Deno.test(`verifySignature() accepts the key's own signature (${name})`, async () => {
    assert(await verifySignature(request));
  });

  Deno.test(`verifySignature() refuses other data, keys and algorithms (${name})`, async () => {
    const other = await generateKeyPair(name as "p256");
    const sha384 = decodeSignatureAlgorithm(request.signatureAlgorithmDer)!;
    const otherKind = sha384.kind === "rsa" ? "ec" : "rsa";
    const refused: SignatureToVerify[] = [
      { ...request, data: utf8("date") },
      { ...request, data: new Uint8Array() },
      { ...request, spkiDer: other.spkiDer },
      { ...request, spkiDer: name === "p256" ? requests["rsa-2048"].spkiDer : requests.p256.spkiDer },
      { ...request, spkiDer: new Uint8Array() },
      { ...request, signatureAlgorithmDer: encodeSignatureAlgorithm({ ...sha384, hash: "SHA-384" }) },
      { ...request, signatureAlgorithmDer: encodeSignatureAlgorithm({ kind: otherKind, hash: "SHA-256" }) },
      { ...request, signatureAlgorithmDer: new Uint8Array() },
      { ...request, signature: new Uint8Array() },
      { ...request, signature: new Uint8Array(256) },
      { ...request, signature: Uint8Array.of(0, ...request.signature) },
      { ...request, signature: Uint8Array.of(...request.signature, 0) },
    ];
    for (const [index, one] of refused.entries()) assertEquals(await verifySignature(one), false, `${index}`);
  });

  Deno.test(`verifySignature() says false to whatever is mutated (${name})`, async () => {
    const fields = fc.constantFrom("spkiDer", "signatureAlgorithmDer", "signature", "data");
    await fc.assert(
      fc.asyncProperty(fields, mutations(), fc.nat(7), async (field, changes, bit) => {
        let mutated: Bytes = mutate(request[field], changes);
        if (mutated.toHex() === request[field].toHex()) {
          mutated = mutated.slice();
          mutated[0]! ^= 1 << bit;
        }
        assertEquals(await verifySignature({ ...request, [field]: mutated }), false);
      }),
      { numRuns: fuzzRuns() },
    );
  });
}

Deno.test("verifySignature() refuses SHA-1, RSA-PSS and algorithms with other parameters", async () => {
  const algorithms = [
    sequence(objectIdentifier("1.2.840.113549.1.1.5"), DER_NULL), // SHA-1 with RSA
    sequence(objectIdentifier("1.2.840.10045.4.1")), // ECDSA with SHA-1
    sequence(objectIdentifier("1.2.840.113549.1.1.10"), sequence()), // RSA-PSS
    sequence(objectIdentifier("1.2.840.113549.1.1.11")), // RSA without its NULL
    sequence(objectIdentifier("1.2.840.10045.4.3.2"), DER_NULL), // ECDSA with one
  ];
  for (const signatureAlgorithmDer of algorithms) {
    assertEquals(decodeSignatureAlgorithm(signatureAlgorithmDer), undefined);
    for (const request of Object.values(requests)) {
      assertEquals(await verifySignature({ ...request, signatureAlgorithmDer }), false);
    }
  }
});

Deno.test("verifySignature() refuses ECDSA numbers that are zero, the order or beyond it", async () => {
  const numbers = [0n, 1n, P256_ORDER - 1n, P256_ORDER, P256_ORDER + 1n, 2n ** 256n - 1n];
  for (const r of numbers) {
    for (const s of numbers) {
      const signature = sequence(integer(r), integer(s));
      assertEquals(await verifySignature({ ...requests.p256, signature }), false, `${r} ${s}`);
    }
  }
});

Deno.test("verifySignature() accepts SHA-256, SHA-384 and SHA-512 with P-256 and P-384", async () => {
  for (const namedCurve of ["P-256", "P-384"]) {
    for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"]);
      const raw = await crypto.subtle.sign({ name: "ECDSA", hash }, pair.privateKey, data);
      const spkiDer = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
      const signature = ecdsaToDer(new Uint8Array(raw));
      const signatureAlgorithmDer = encodeSignatureAlgorithm({ kind: "ec", hash });
      assert(
        await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data }),
        `${namedCurve} ${hash}`,
      );
    }
  }
});

Deno.test("verifySignature() says false to RSA keys with numbers that are no key's", async () => {
  const request = requests["rsa-2048"];
  const modulus = 2n ** 2047n + 1n;
  for (
    const [n, e] of [[modulus, 0n], [modulus, 1n], [modulus, 2n], [2n ** 2047n, 3n], [
      modulus,
      2n ** 33n + 1n,
    ]]
  ) {
    const spkiDer = sequence(KeyAlgorithmDer.rsa, bitString(sequence(integer(n!), integer(e!))));
    assertEquals(await verifySignature({ ...request, spkiDer }), false, `${e}`);
  }
});

Deno.test("verifySignature() refuses RSA keys below 2048 and above 4096 bits, whoever signed", async () => {
  const rsa = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 1024,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const pair = await crypto.subtle.generateKey(rsa, true, ["sign", "verify"]) as CryptoKeyPair;
  const signature = new Uint8Array(await crypto.subtle.sign(rsa.name, pair.privateKey, data));
  const spkiDer = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const signatureAlgorithmDer = encodeSignatureAlgorithm({ kind: "rsa", hash: "SHA-256" });
  assertEquals(await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data }), false);

  const huge = sequence(KeyAlgorithmDer.rsa, bitString(sequence(integer(2n ** 8200n + 1n), integer(65537))));
  assertEquals(await verifySignature({ ...requests["rsa-2048"], spkiDer: huge }), false);
});

Deno.test("signatureAlgorithmFor() names SHA-256, and SHA-384 for P-384", async () => {
  assertEquals(decodeSignatureAlgorithm(requests.p256.signatureAlgorithmDer), {
    kind: "ec",
    hash: "SHA-256",
  });
  const rsa = decodeSignatureAlgorithm(requests["rsa-2048"].signatureAlgorithmDer);
  assertEquals(rsa, { kind: "rsa", hash: "SHA-256" });
  const p384 = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
    "sign",
    "verify",
  ]);
  const spkiDer = new Uint8Array(await crypto.subtle.exportKey("spki", p384.publicKey));
  assertEquals(decodeSignatureAlgorithm(signatureAlgorithmFor(spkiDer)), { kind: "ec", hash: "SHA-384" });
});
