import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { type Bytes, concatBytes, fromHex } from "./bytes.ts";
import { bitString, DER_NULL, integer, objectIdentifier, sequence } from "./der_writer.ts";
import { checkPublicKey } from "./key_checks.ts";
import { generateKeyPair } from "./keys.ts";
import { KeyAlgorithmDer, readPublicKey } from "./public_key.ts";
import { hasSmallFactor } from "./rsa_weaknesses.ts";

function rsaKey(modulus: bigint, exponent = 65537): Bytes {
  return sequence(KeyAlgorithmDer.rsa, bitString(sequence(integer(modulus), integer(exponent))));
}

function refusal(spkiDer: Bytes): string | undefined {
  const error = assertThrows(() => checkPublicKey(spkiDer), AppError);
  assertEquals(error.key, "pki/weak-key");
  return error.values["reason"];
}

/** The first odd number from `start` on without small factors: close enough to a prime for these tests. */
function roughPrime(start: bigint): bigint {
  let candidate = start | 1n;
  while (hasSmallFactor(candidate)) candidate += 2n;
  return candidate;
}

function randomBits(bits: number): bigint {
  return BigInt(`0x${crypto.getRandomValues(new Uint8Array(bits / 8)).toHex()}`);
}

/** Has its two top bits set, so that a product of two has twice the bits. */
function randomRoughPrime(bits: number): bigint {
  return roughPrime(randomBits(bits) | 3n << BigInt(bits - 2));
}

Deno.test("checkPublicKey() accepts fresh keys of every accepted kind", async () => {
  for (const algorithm of ["rsa-2048", "p256"] as const) {
    checkPublicKey((await generateKeyPair(algorithm)).spkiDer);
  }
  const p384 = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
    "sign",
    "verify",
  ]);
  checkPublicKey(new Uint8Array(await crypto.subtle.exportKey("spki", p384.publicKey)));
  for (const bits of [1024, 1536, 2048]) {
    checkPublicKey(rsaKey(randomRoughPrime(bits) * randomRoughPrime(bits)));
  }
});

Deno.test("checkPublicKey() refuses RSA sizes other than 2048, 3072 and 4096 bits", () => {
  for (const bits of [0, 1, 512, 1024, 2047, 2049, 2056, 4095, 4097, 8192]) {
    const modulus = bits === 0 ? 0n : 1n << BigInt(bits - 1) | 1n;
    assertEquals(refusal(rsaKey(modulus))?.startsWith("RSA of "), true, `${bits}`);
  }
  assertEquals(refusal(rsaKey(1n << 2046n)), "RSA of 2047 bits");
});

Deno.test("checkPublicKey() refuses exponents other than 65537", () => {
  const modulus = randomRoughPrime(1024) * randomRoughPrime(1024);
  for (const exponent of [0, 1, 3, 17, 65535, 65536, 65539, 2 ** 32 + 1]) {
    assertEquals(refusal(rsaKey(modulus, exponent)), "RSA exponent other than 65537");
  }
});

Deno.test("checkPublicKey() finds every small factor up to 751", () => {
  for (const factor of [2n, 3n, 5n, 7n, 251n, 503n, 743n, 751n]) {
    let modulus = 0n;
    while (modulus.toString(2).length !== 2048) {
      modulus = factor * roughPrime((1n << 2047n) / factor + randomBits(1024));
    }
    assertEquals(refusal(rsaKey(modulus)), "RSA modulus with a small factor", `${factor}`);
  }
});

Deno.test("checkPublicKey() finds factors that lie close to each other", () => {
  const p = randomRoughPrime(1024);
  for (const q of [p, roughPrime(p + 2n), roughPrime(p + 2n ** 100n), roughPrime(p + 2n ** 500n)]) {
    assertEquals(refusal(rsaKey(p * q)), "RSA modulus with factors close to each other");
  }
  checkPublicKey(rsaKey(p * roughPrime(p - 2n ** 600n)));
});

Deno.test("checkPublicKey() finds moduli with the fingerprint of CVE-2017-15361", () => {
  const primes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157].map(BigInt);
  const product = primes.reduce((a, b) => a * b);
  for (const power of [1n, 5n, 1234n]) {
    const residue = 65537n ** power % product;
    let modulus = ((1n << 2047n) / product + randomBits(512)) * product + residue;
    while (hasSmallFactor(modulus) || modulus % 2n === 0n) modulus += product;
    assertEquals(refusal(rsaKey(modulus)), "RSA modulus of a faulty chip (CVE-2017-15361)");
  }
});

Deno.test("checkPublicKey() refuses points that are compressed, off the curve, out of range or at infinity", async () => {
  const { spkiDer } = await generateKeyPair("p256");
  const key = readPublicKey(spkiDer);
  const point = key.kind === "ec" ? key.point : new Uint8Array();
  const offCurve = point.slice();
  offCurve[64]! ^= 1;
  const p = fromHex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  const points = {
    "EC point not uncompressed": [
      Uint8Array.of(2, ...point.subarray(1, 33)),
      Uint8Array.of(0),
      new Uint8Array(),
      point.subarray(0, 64),
      Uint8Array.of(6, ...point.subarray(1)),
      concatBytes([point, Uint8Array.of(0)]),
    ],
    "EC point not on its curve": [
      offCurve,
      Uint8Array.of(4, ...new Uint8Array(64)),
      Uint8Array.of(4, ...p, ...point.subarray(33)),
      Uint8Array.of(4, ...point.subarray(1, 33), ...p),
    ],
  };
  for (const [reason, list] of Object.entries(points)) {
    for (const one of list) {
      assertEquals(refusal(sequence(KeyAlgorithmDer["P-256"], bitString(one))), reason);
    }
  }
  assertEquals(refusal(sequence(KeyAlgorithmDer["P-384"], bitString(point))), "EC point not uncompressed");
});

Deno.test("checkPublicKey() refuses a second way to write a point: a coordinate above the field's prime", () => {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  function power(base: bigint, exponent: bigint): bigint {
    let result = 1n;
    for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = result * square % p;
      square = square * square % p;
    }
    return result;
  }
  function key(x: bigint, y: bigint): Bytes {
    const [xHex, yHex] = [x, y].map((number) => number.toString(16).padStart(64, "0"));
    return sequence(KeyAlgorithmDer["P-256"], bitString(fromHex(`04${xHex}${yHex}`)));
  }
  let found = 0;
  for (let x = 3n; found < 3; x++) {
    const square = (x * x * x - 3n * x + b) % p;
    const y = power(square, (p + 1n) / 4n);
    if (y * y % p !== square) continue;
    found++;
    checkPublicKey(key(x, y));
    assertEquals(refusal(key(x + p, y)), "EC point not on its curve");
  }
});

Deno.test("checkPublicKey() refuses other algorithms and curves", () => {
  const algorithms = [
    sequence(objectIdentifier("1.3.101.112")),
    sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.3.132.0.10")),
    sequence(objectIdentifier("1.2.840.113549.1.1.10"), DER_NULL),
  ];
  for (const algorithm of algorithms) {
    const reason = refusal(sequence(algorithm, bitString(new Uint8Array(32))));
    assertEquals(reason, "algorithm or curve not accepted");
  }
});

Deno.test("checkPublicKey() answers mutated keys with nothing but AppError", async () => {
  for (const algorithm of ["rsa-2048", "p256"] as const) {
    const { spkiDer } = await generateKeyPair(algorithm);
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        await refuseOr(() => checkPublicKey(mutate(spkiDer, changes)));
      }),
      { numRuns: fuzzRuns() },
    );
  }
});
