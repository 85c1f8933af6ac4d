/**
 * Tokens' secrets, sealed with a key that lies beside the CA's and not in the database: a copy of the database
 * alone makes no codes. AES-256-GCM (NIST SP 800-38D), bound to whose token it is.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type Bytes, concatBytes, utf8 } from "../../pki/bytes.ts";
import { writeSecretFile } from "../ca/key_files.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** Whose secret it is; a sealed one opens for nobody else. */
export interface SecretOwner {
  readonly loginId: string;
  readonly kind: string;
}

export interface TokenVault {
  seal(secret: Bytes, owner: SecretOwner): Promise<Bytes>;
  /** @throws {Error} if it was sealed with another key, for somebody else, or was changed. */
  open(sealed: Bytes, owner: SecretOwner): Promise<Bytes>;
}

/** @param keyBytes 32 bytes. */
export async function createTokenVault(
  keyBytes: Bytes,
  randomBytes: (length: number) => Bytes,
): Promise<TokenVault> {
  const key = await crypto.subtle.importKey("raw", keyBytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return {
    async seal(secret, owner) {
      const iv = randomBytes(NONCE_BYTES);
      const algorithm = { name: "AES-GCM", iv, additionalData: nameOf(owner) };
      return concatBytes([iv, new Uint8Array(await crypto.subtle.encrypt(algorithm, key, secret))]);
    },
    async open(sealed, owner) {
      const algorithm = {
        name: "AES-GCM",
        iv: sealed.slice(0, NONCE_BYTES),
        additionalData: nameOf(owner),
      };
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(NONCE_BYTES)));
    },
  };
}

/**
 * Makes the key of a new authority's vault: in one piece, and never over an existing one.
 *
 * @param path `pki/tokens.key`, 64 hex digits.
 * @throws {Deno.errors.AlreadyExists} if there is one.
 */
export async function createTokenKey(
  path: string,
  randomBytes: (length: number) => Bytes,
): Promise<void> {
  const draft = `${path}.${randomBytes(8).toHex()}`;
  await writeSecretFile(draft, `${randomBytes(KEY_BYTES).toHex()}\n`);
  try {
    await Deno.link(draft, path);
  } finally {
    await Deno.remove(draft);
  }
}

/**
 * Opens the vault of a directory. One that was made before there were tokens gets its key now.
 *
 * @param path As for {@link createTokenKey}.
 * @param parts `hasTokens`: whether anything was ever sealed; then only the old key is of use.
 * @throws {AppError} `profile/invalid` if the file holds no key, or is missing although there are tokens.
 */
export async function openTokenVault(
  path: string,
  { randomBytes, hasTokens }: {
    randomBytes: (length: number) => Bytes;
    hasTokens: () => Promise<boolean>;
  },
): Promise<TokenVault> {
  let key = await readKey(path);
  if (key === undefined) {
    if (await hasTokens()) throw new AppError("profile/invalid", { path, problem: "missing; restore it" });
    await createTokenKey(path, randomBytes).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error; // another process was faster
    });
    key = await readKey(path);
  }
  return await createTokenVault(key!, randomBytes);
}

/** @returns `undefined` if there is no file. @throws {AppError} `profile/invalid`. */
async function readKey(path: string): Promise<Bytes | undefined> {
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new AppError("profile/invalid", { path, problem: "not readable" }, { cause });
  }
  if (/^[0-9a-f]{64}$/.test(text)) return Uint8Array.fromHex(text);
  throw new AppError("profile/invalid", { path, problem: "not 64 hex digits" });
}

/** Login IDs hold no line feed. */
function nameOf({ loginId, kind }: SecretOwner): Bytes {
  return utf8(`${kind}\n${loginId}`);
}
