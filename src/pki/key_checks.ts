/**
 * What a CA must know about a key before it certifies it (CA/Browser Forum BR §6.1.6, as boulder's goodkey does).
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Bytes } from "./bytes.ts";
import { type CurveName, readPublicKey } from "./public_key.ts";
import { hasSmallFactor, isNearSquare, matchesRoca } from "./rsa_weaknesses.ts";

/**
 * Refuses keys that are weak or unusual. RSA: 2048, 3072 or 4096 bits, exponent 65537, no factor below 752, no two
 * factors close to each other (100 rounds of Fermat's method), not from an Infineon chip with CVE-2017-15361.
 * EC: P-256 or P-384 by name, an uncompressed point on the curve.
 *
 * @param spkiDer SubjectPublicKeyInfo, DER.
 * @throws {AppError} `pki/weak-key`, or `pki/malformed` if it is not a public key.
 */
export function checkPublicKey(spkiDer: Bytes): void {
  const key = readPublicKey(spkiDer);
  if (key.kind === "other") throw weak("algorithm or curve not accepted");
  const reason = key.kind === "rsa"
    ? rsaWeakness(toBigInt(key.modulus), key.exponent)
    : pointWeakness(key.curve, key.point);
  if (reason) throw weak(reason);
}

function weak(reason: string): AppError<"pki/weak-key"> {
  return new AppError("pki/weak-key", { reason });
}

function toBigInt(magnitude: Uint8Array): bigint {
  return magnitude.length === 0 ? 0n : BigInt(`0x${magnitude.toHex()}`);
}

function rsaWeakness(modulus: bigint, exponent: Bytes): string | undefined {
  const bits = modulus.toString(16).length * 4 - Math.clz32(Number.parseInt(modulus.toString(16)[0]!, 16)) +
    28;
  if (bits !== 2048 && bits !== 3072 && bits !== 4096) return `RSA of ${bits} bits`;
  if (exponent.toHex() !== "010001") return "RSA exponent other than 65537";
  if (hasSmallFactor(modulus)) return "RSA modulus with a small factor";
  if (matchesRoca(modulus)) return "RSA modulus of a faulty chip (CVE-2017-15361)";
  if (isNearSquare(modulus)) return "RSA modulus with factors close to each other";
  return undefined;
}

interface Curve {
  readonly coordinateLength: number;
  /** The field's prime. */
  readonly p: bigint;
  /** y² = x³ − 3x + b. */
  readonly b: bigint;
}

/** FIPS 186-4 appendix D.1.2. */
const CURVES: Readonly<Record<CurveName, Curve>> = {
  "P-256": {
    coordinateLength: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  "P-384": {
    coordinateLength: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

function pointWeakness(name: CurveName, point: Bytes): string | undefined {
  const { coordinateLength, p, b } = CURVES[name];
  if (point.length !== 1 + 2 * coordinateLength || point[0] !== 4) return "EC point not uncompressed";
  const x = toBigInt(point.subarray(1, 1 + coordinateLength));
  const y = toBigInt(point.subarray(1 + coordinateLength));
  if (x >= p || y >= p || (y * y - (x * x * x - 3n * x + b)) % p !== 0n) return "EC point not on its curve";
  return undefined;
}
