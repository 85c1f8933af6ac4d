/**
 * Weaknesses of RSA moduli that can be seen from outside. All functions take an odd or even n of any size.
 *
 * @module
 */

/** All primes below 752, as boulder takes them. */
const SMALL_PRIMES = primesBelow(752);

/**
 * Primes whose residues give away the faulty generator: there, 65537 generates a small part of the group only
 * (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017).
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/** For each of {@link ROCA_PRIMES}: the residues that powers of 65537 take. */
const ROCA_RESIDUES = ROCA_PRIMES.map((prime) => {
  const residues = new Set<number>();
  for (let power = 1; !residues.has(power); power = power * (65537 % prime) % prime) residues.add(power);
  return residues;
});

/** Products of consecutive small primes, each below 2^53: one long division serves several primes. */
const PRIME_GROUPS = groupPrimes(SMALL_PRIMES);

/** Whether a prime below 752 divides n. */
export function hasSmallFactor(n: bigint): boolean {
  for (const { product, primes } of PRIME_GROUPS) {
    const rest = Number(n % product);
    for (const prime of primes) if (rest % prime === 0) return true;
  }
  return false;
}

/** Whether n has the fingerprint of moduli made by Infineon's RSALib; one in 2^28 others has it by chance. */
export function matchesRoca(n: bigint): boolean {
  return ROCA_PRIMES.every((prime, i) => ROCA_RESIDUES[i]!.has(Number(n % BigInt(prime))));
}

/**
 * Whether Fermat's method splits n: then its factors are so close that anybody finds them (CVE-2022-26320).
 *
 * @param rounds 100 find factors that differ by less than about 2^(bits/4 + 4).
 */
export function isNearSquare(n: bigint, rounds = 100): boolean {
  let a = integerSquareRoot(n);
  if (a * a === n) return true;
  a += 1n;
  let difference = a * a - n;
  for (let round = 0; round < rounds; round++) {
    if (mayBeSquare(difference) && integerSquareRoot(difference) ** 2n === difference) return true;
    difference += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

/** Residues that squares have modulo 64 and modulo 45045 = 63·65·11: they let 1 in 140 numbers pass. */
const SQUARES_64 = squareResidues(64);
const SQUARES_45045 = squareResidues(45045);

function mayBeSquare(n: bigint): boolean {
  return SQUARES_64[Number(BigInt.asUintN(6, n))] === 1 && SQUARES_45045[Number(n % 45045n)] === 1;
}

function squareResidues(modulus: number): Uint8Array {
  const residues = new Uint8Array(modulus);
  for (let i = 0; i < modulus; i++) residues[i * i % modulus] = 1;
  return residues;
}

/** The largest integer whose square is at most n (Newton's method from above). */
function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  const bits = n.toString(16).length * 4;
  // Start from the root of the leading 52 bits, rounded up: each round doubles the digits that are right.
  const shift = BigInt(Math.max(0, bits - 52) & ~1);
  let root = (BigInt(Math.ceil(Math.sqrt(Number(n >> shift)))) + 1n) << (shift / 2n);
  while (true) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let n = 2; n < limit; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

function groupPrimes(primes: readonly number[]): { product: bigint; primes: number[] }[] {
  const groups: { product: bigint; primes: number[] }[] = [];
  let product = 1;
  let members: number[] = [];
  for (const prime of primes) {
    if (product * prime > Number.MAX_SAFE_INTEGER) {
      groups.push({ product: BigInt(product), primes: members });
      product = 1;
      members = [];
    }
    product *= prime;
    members.push(prime);
  }
  groups.push({ product: BigInt(product), primes: members });
  return groups;
}
