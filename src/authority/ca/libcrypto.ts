/**
 * OpenSSL 3's libcrypto through FFI: signs RSA 3 times and P-256 20 times as fast as the runtime's own code.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
import { KeyAlgorithmDer, type PublicKey, readPublicKey } from "../../pki/public_key.ts";
import type { SignatureToVerify } from "../../pki/signature.ts";
import { decodeSignatureAlgorithm, type HashName } from "../../pki/signature_algorithm.ts";
import { bitString, sequence } from "../../pki/der_writer.ts";
import { AppError } from "../../errors.ts";

/**
 * Where Linux distributions have it; deno.json's permissions name the same places. With a permission for single
 * files the library has to be named by its whole path, and addresses cannot be taken: hence BIOs and BIGNUMs below.
 */
const LIBRARIES = [
  "/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
  "/usr/lib/aarch64-linux-gnu/libcrypto.so.3",
  "/usr/lib64/libcrypto.so.3",
  "/usr/lib/libcrypto.so.3",
];

const SYMBOLS = {
  BIO_new_mem_buf: { parameters: ["buffer", "i32"], result: "pointer" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  d2i_PrivateKey_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  d2i_PUBKEY_bio: { parameters: ["pointer", "pointer"], result: "pointer" },
  BN_bin2bn: { parameters: ["buffer", "i32", "pointer"], result: "pointer" },
  RSA_new: { parameters: [], result: "pointer" },
  RSA_set0_key: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
  RSA_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_new: { parameters: [], result: "pointer" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_get_size: { parameters: ["pointer"], result: "i32" },
  EVP_PKEY_copy_parameters: { parameters: ["pointer", "pointer"], result: "i32" },
  EVP_PKEY_set1_encoded_public_key: { parameters: ["pointer", "buffer", "usize"], result: "i32" },
  EVP_PKEY_set1_RSA: { parameters: ["pointer", "pointer"], result: "i32" },
  EVP_MD_CTX_new: { parameters: [], result: "pointer" },
  EVP_MD_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_sha256: { parameters: [], result: "pointer" },
  EVP_sha384: { parameters: [], result: "pointer" },
  EVP_sha512: { parameters: [], result: "pointer" },
  EVP_DigestSignInit: { parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"], result: "i32" },
  EVP_DigestSign: { parameters: ["pointer", "buffer", "buffer", "buffer", "usize"], result: "i32" },
  EVP_DigestVerifyInit: {
    parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
  EVP_DigestVerify: { parameters: ["pointer", "buffer", "usize", "buffer", "usize"], result: "i32" },
  ERR_clear_error: { parameters: [], result: "void" },
} as const;

export interface Libcrypto {
  /**
   * Takes up a private key; it stays inside libcrypto until the process ends.
   *
   * @returns Signs with it and SHA-256: PKCS#1 v1.5, or DER for ECDSA.
   * @throws {Error} if libcrypto cannot read it.
   */
  loadPrivateKey(pkcs8Der: Bytes): (data: Bytes) => Bytes;
  verify(request: SignatureToVerify): boolean;
}

let opened: Libcrypto | undefined | null = null;

/** The library; `undefined` where there is none or FFI is not allowed. */
export function openLibcrypto(): Libcrypto | undefined {
  if (opened === null) opened = load();
  return opened;
}

function load(): Libcrypto | undefined {
  for (const path of LIBRARIES) {
    // Asked first: where a permission is missing, trying would stop and ask the person at the terminal.
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      const { symbols } = Deno.dlopen(path, SYMBOLS);
      return { loadPrivateKey: keyLoader(symbols), verify: verifier(symbols) };
    } catch {
      // Not there, or not OpenSSL 3.
    }
  }
  return undefined;
}

type Symbols = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

type KeyReader = "d2i_PrivateKey_bio" | "d2i_PUBKEY_bio";

/** Decodes a key. @throws {Error} if it is none. */
function readKey(symbols: Symbols, reader: KeyReader, der: Bytes): Deno.PointerValue {
  const bio = symbols.BIO_new_mem_buf(der, der.length);
  const key = symbols[reader](bio, null);
  symbols.BIO_free(bio);
  if (key === null) throw new Error("libcrypto cannot read the key");
  return key;
}

function keyLoader(symbols: Symbols) {
  const sha256 = symbols.EVP_sha256();

  function loadPrivateKey(pkcs8Der: Bytes): (data: Bytes) => Bytes {
    const key = readKey(symbols, "d2i_PrivateKey_bio", pkcs8Der);
    const capacity = symbols.EVP_PKEY_get_size(key);
    // Reused: nothing else runs between the two calls below.
    const signature = new Uint8Array(capacity);
    const length = new BigUint64Array(1);

    return function sign(data: Bytes): Bytes {
      const context = symbols.EVP_MD_CTX_new();
      length[0] = BigInt(capacity);
      const isSigned = symbols.EVP_DigestSignInit(context, null, sha256, null, key) === 1 &&
        symbols.EVP_DigestSign(context, signature, length, data, BigInt(data.length)) === 1;
      symbols.EVP_MD_CTX_free(context);
      if (!isSigned) throw new Error("libcrypto cannot sign");
      return signature.slice(0, Number(length[0]));
    };
  }
  return loadPrivateKey;
}

/** Base points: any valid key will do to tell libcrypto the curve (SEC 2 §2.4.2, §2.5.1). */
const CURVE_POINTS = {
  "P-256": "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "P-384":
    "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" +
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
} as const;

function verifier(symbols: Symbols) {
  const digests: Record<HashName, Deno.PointerValue> = {
    "SHA-256": symbols.EVP_sha256(),
    "SHA-384": symbols.EVP_sha384(),
    "SHA-512": symbols.EVP_sha512(),
  };
  const templates = {
    "P-256": loadTemplate(symbols, "P-256"),
    "P-384": loadTemplate(symbols, "P-384"),
  };

  /**
   * Builds the key from its numbers: OpenSSL 3's `d2i_PUBKEY` goes through its decoder framework, which takes
   * longer than all the rest of an issuance.
   */
  function loadPublicKey(publicKey: PublicKey): Deno.PointerValue {
    if (publicKey.kind === "other") return null;
    const key = symbols.EVP_PKEY_new();
    if (setPublicKey(key, publicKey)) return key;
    symbols.EVP_PKEY_free(key);
    return null;
  }

  function setPublicKey(key: Deno.PointerValue, publicKey: Exclude<PublicKey, { kind: "other" }>): boolean {
    if (publicKey.kind === "ec") {
      const { curve, point } = publicKey;
      return symbols.EVP_PKEY_copy_parameters(key, templates[curve]) === 1 &&
        symbols.EVP_PKEY_set1_encoded_public_key(key, point, BigInt(point.length)) === 1;
    }
    const { modulus, exponent } = publicKey;
    const rsa = symbols.RSA_new();
    // The numbers belong to the RSA from here on, and it goes with its last owner.
    const isSet = symbols.RSA_set0_key(
          rsa,
          symbols.BN_bin2bn(modulus, modulus.length, null),
          symbols.BN_bin2bn(exponent, exponent.length, null),
          null,
        ) === 1 && symbols.EVP_PKEY_set1_RSA(key, rsa) === 1;
    symbols.RSA_free(rsa);
    return isSet;
  }

  function verify(request: SignatureToVerify): boolean {
    const algorithm = decodeSignatureAlgorithm(request.signatureAlgorithmDer);
    const publicKey = readKeyOrUndefined(request.spkiDer);
    if (!algorithm || publicKey?.kind !== algorithm.kind || !isReasonable(publicKey)) return false;
    const key = loadPublicKey(publicKey);
    if (key === null) {
      symbols.ERR_clear_error();
      return false;
    }
    const context = symbols.EVP_MD_CTX_new();
    const { signature, data } = request;
    const isValid = symbols.EVP_DigestVerifyInit(context, null, digests[algorithm.hash], null, key) === 1 &&
      symbols.EVP_DigestVerify(context, signature, BigInt(signature.length), data, BigInt(data.length)) === 1;
    symbols.EVP_MD_CTX_free(context);
    symbols.EVP_PKEY_free(key);
    if (!isValid) symbols.ERR_clear_error();
    return isValid;
  }
  return verify;
}

function loadTemplate(symbols: Symbols, curve: keyof typeof CURVE_POINTS): Deno.PointerValue {
  const spkiDer = sequence(KeyAlgorithmDer[curve], bitString(Uint8Array.fromHex(CURVE_POINTS[curve])));
  return readKey(symbols, "d2i_PUBKEY_bio", spkiDer);
}

function readKeyOrUndefined(spkiDer: Bytes): PublicKey | undefined {
  try {
    return readPublicKey(spkiDer);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The same bounds as pki/signature.ts: a crafted RSA key must not occupy the machine. */
function isReasonable(key: PublicKey): boolean {
  if (key.kind !== "rsa") return true;
  return key.modulus.length >= 256 && key.modulus.length <= 512 && key.exponent.length <= 4;
}
