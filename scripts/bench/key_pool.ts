/**
 * Many distinct key pairs at little cost. An RSA-2048 key takes a third of a second to find, so each pair of
 * primes out of a small pool makes one: good enough to load a server with, and for nothing else.
 */
import { generatePrimeSync } from "node:crypto";
import { generateKeyPair, importKeyPair, type KeyPair } from "../../src/pki/keys.ts";
import type { KeyAlgorithm } from "../../src/protocol/messages.ts";

const PUBLIC_EXPONENT = 65537n;

/** Yields distinct key pairs, at most `most`. */
export async function* keyPool(algorithm: KeyAlgorithm, most: number): AsyncGenerator<KeyPair> {
  if (algorithm === "p256") {
    for (let made = 0; made < most; made++) yield await generateKeyPair("p256");
    return;
  }
  const primes: bigint[] = [];
  for (let made = 0; made < most;) {
    const p = usablePrime();
    for (const q of primes) {
      if (made++ >= most) return;
      yield await rsaKeyPair(p, q);
    }
    primes.push(p);
  }
}

/** 1024 bits with the two highest set, so that every product has 2048; p − 1 without the factor e. */
function usablePrime(): bigint {
  for (;;) {
    const prime = generatePrimeSync(1024, { bigint: true });
    if (prime >> 1022n === 3n && (prime - 1n) % PUBLIC_EXPONENT !== 0n) return prime;
  }
}

async function rsaKeyPair(p: bigint, q: bigint): Promise<KeyPair> {
  const d = inverse(PUBLIC_EXPONENT, (p - 1n) * (q - 1n));
  const jwk = {
    kty: "RSA",
    n: base64url(p * q),
    e: base64url(PUBLIC_EXPONENT),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(d % (p - 1n)),
    dq: base64url(d % (q - 1n)),
    qi: base64url(inverse(q, p)),
  };
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["sign"]);
  return await importKeyPair(new Uint8Array(await crypto.subtle.exportKey("pkcs8", key)));
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, newR, t, newT] = [modulus, value % modulus, 0n, 1n];
  while (newR !== 0n) {
    const quotient = r / newR;
    [r, newR] = [newR, r - quotient * newR];
    [t, newT] = [newT, t - quotient * newT];
  }
  return t < 0n ? t + modulus : t;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Uint8Array.fromHex(hex.length % 2 === 0 ? hex : `0${hex}`).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
