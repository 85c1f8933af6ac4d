/** The store of a directory, for commands that run beside the server or without it. */
import { authorityPaths, readConfig } from "../config.ts";
import { createPasswords } from "../registration/passwords.ts";
import { openTokenVault } from "../registration/token_vault.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import type { UserParts } from "./new_user.ts";

/** Opens, works, closes. @throws {AppError} `profile/invalid` if there is no authority in the directory. */
export async function withStore<T>(directory: string, work: (store: Store) => Promise<T>): Promise<T> {
  await readConfig(directory);
  const store = openSqliteStore(authorityPaths(directory).database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The same, with what registering people needs. */
export async function withUserParts<T>(
  directory: string,
  work: (store: Store, parts: UserParts) => Promise<T>,
): Promise<T> {
  const config = await readConfig(directory);
  return await withStore(directory, async (store) =>
    await work(store, {
      config,
      passwords: createPasswords(config.registration.scrypt, realRandomBytes),
      vault: await openTokenVault(authorityPaths(directory).tokenKey, {
        randomBytes: realRandomBytes,
        hasTokens: () => store.hasTokens(),
      }),
      now: realNow,
    }));
}

export function realNow(): Date {
  return new Date();
}

export function realRandomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
