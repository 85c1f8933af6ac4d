/**
 * SHA-1 and SHA-256 that answer at once (FIPS 180-4).
 *
 * WebCrypto's digests are asynchronous and cost 65 µs each, which PKCS#12's key derivation would pay
 * thousands of times; the first import of `node:crypto` costs the app 28 ms and 10 MiB. A certificate
 * takes these some microseconds. SHA-1 is here for key identifiers (RFC 5280 §4.2.1.2) and the PKCS#12 form
 * of old systems, where no collision helps anybody; no signature in Hakko uses it.
 *
 * @module
 */
type Bytes = Uint8Array<ArrayBuffer>;

const BLOCK_LENGTH = 64;
const schedule = new Int32Array(80);

/** The first 32 bits of the fractional parts of the square or cube roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
function fractionalRoots(count: number, root: (n: number) => number): Int32Array {
  const words = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    if (isPrime(candidate)) words[found++] = (root(candidate) % 1) * 2 ** 32;
  }
  return words;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}

const SHA256_START = fractionalRoots(8, Math.sqrt);
const SHA256_ROUND = fractionalRoots(64, Math.cbrt);
const SHA1_START = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(data: Uint8Array): Bytes {
  return digest(data, SHA256_START, sha256Block);
}

/** SHA-1 of the bytes: 20 bytes. */
export function sha1(data: Uint8Array): Bytes {
  return digest(data, SHA1_START, sha1Block);
}

/** Runs the compression over the padded message (FIPS 180-4 §5.1.1). */
function digest(data: Uint8Array, start: Int32Array, compress: (state: Int32Array) => void): Bytes {
  const state = start.slice();
  const wholeEnd = data.length - data.length % BLOCK_LENGTH;
  for (let at = 0; at < wholeEnd; at += BLOCK_LENGTH) {
    loadBlock(data, at);
    compress(state);
  }
  const rest = data.length - wholeEnd;
  const tail = new Uint8Array(rest < 56 ? BLOCK_LENGTH : 2 * BLOCK_LENGTH);
  tail.set(data.subarray(wholeEnd));
  tail[rest] = 0x80;
  const bits = new DataView(tail.buffer, tail.length - 8);
  bits.setUint32(0, Math.floor(data.length / 0x2000_0000));
  bits.setUint32(4, data.length << 3);
  for (let at = 0; at < tail.length; at += BLOCK_LENGTH) {
    loadBlock(tail, at);
    compress(state);
  }
  const result = new Uint8Array(state.length * 4);
  const view = new DataView(result.buffer);
  for (let i = 0; i < state.length; i++) view.setInt32(4 * i, state[i]!);
  return result;
}

function loadBlock(data: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++, at += 4) {
    schedule[i] = data[at]! << 24 | data[at + 1]! << 16 | data[at + 2]! << 8 | data[at + 3]!;
  }
}

function sha256Block(state: Int32Array): void {
  const w = schedule;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const choice = g ^ e & (f ^ g);
    const t1 = h + s1 + choice + SHA256_ROUND[i]! + w[i]! | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const majority = a & b | c & (a | b);
    h = g;
    g = f;
    f = e;
    e = d + t1 | 0;
    d = c;
    c = b;
    b = a;
    a = t1 + s0 + majority | 0;
  }
  add(state, [a, b, c, d, e, f, g, h]);
}

function sha1Block(state: Int32Array): void {
  const w = schedule;
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = x << 1 | x >>> 31;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!;
  for (let i = 0; i < 80; i++) {
    let mix: number;
    if (i < 20) mix = (d ^ b & (c ^ d)) + 0x5a827999;
    else if (i < 40) mix = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) mix = (b & c | d & (b | c)) + 0x8f1bbcdc;
    else mix = (b ^ c ^ d) + 0xca62c1d6;
    const next = (a << 5 | a >>> 27) + mix + e + w[i]! | 0;
    e = d;
    d = c;
    c = b << 30 | b >>> 2;
    b = a;
    a = next;
  }
  add(state, [a, b, c, d, e]);
}

function add(state: Int32Array, words: number[]): void {
  for (let i = 0; i < words.length; i++) state[i] = state[i]! + words[i]!;
}
