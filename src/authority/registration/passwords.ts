/**
 * Passwords: scrypt (RFC 7914), off the event loop, two at a time so that a storm of guesses costs time and not
 * memory (32 MiB each).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { scrypt, type ScryptOptions } from "node:crypto";
import { AppError } from "../../errors.ts";
import { equalSecrets } from "../../pki/bytes.ts";

/** Cost of new hashes: N = 2^log2N. */
export interface ScryptCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

export interface Passwords {
  /** @returns `$scrypt$ln=…,r=…,p=…$salt$hash`, as PHC strings are, base64 without padding. */
  hash(password: string): Promise<string>;
  /**
   * Compares in the same time whether there is such a user or not.
   *
   * @param stored `undefined` if there is no such user: computes as much and says no.
   * @throws {AppError} `authority/busy` if too many wait already.
   */
  verify(password: string, stored: string | undefined): Promise<boolean>;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const AT_ONCE = 2;
/** Waiting longer than about ten seconds helps nobody. */
const QUEUE_LIMIT = 128;

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

export function createPasswords(
  cost: ScryptCost,
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>,
): Passwords {
  const gate = createGate();
  // Nobody's password: the salt is random and the hash is of nothing.
  const dummy = encodePhc({ cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });

  async function hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    return encodePhc({ cost, salt, hash: await gate(() => derive(password, { cost, salt })) });
  }

  async function verify(password: string, stored: string | undefined): Promise<boolean> {
    const known = decodePhc(stored ?? dummy);
    const computed = await gate(() => derive(password, known));
    return equalSecrets(computed, known.hash) && stored !== undefined;
  }

  return { hash, verify };
}

interface StoredHash {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

function encodePhc({ cost, salt, hash }: StoredHash): string {
  const options = { omitPadding: true };
  return `$scrypt$ln=${cost.log2N},r=${cost.r},p=${cost.p}$${salt.toBase64(options)}$${
    hash.toBase64(options)
  }`;
}

function decodePhc(phc: string): StoredHash {
  const match = PHC.exec(phc);
  if (!match) throw new Error("a stored password hash cannot be read");
  const [, log2N, r, p, salt, hash] = match;
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Uint8Array.fromBase64(salt!),
    hash: Uint8Array.fromBase64(hash!),
  };
}

/** NFKC, because the same Japanese or full-width letters reach us composed in different ways (RFC 8265 §4.1). */
function derive(
  password: string,
  { cost, salt }: { cost: ScryptCost; salt: Uint8Array },
): Promise<Uint8Array> {
  const N = 2 ** cost.log2N;
  const options: ScryptOptions = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r * cost.p };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), Buffer.from(salt), HASH_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(new Uint8Array(key));
    });
  });
}

/** Lets {@link AT_ONCE} works run; the others wait in order. */
function createGate() {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async function enter<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= QUEUE_LIMIT) throw new AppError("authority/busy", {}, { retryAfterSeconds: 30 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
