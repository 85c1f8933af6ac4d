/** The store of a directory, for commands that run beside the server or without it. */
import { authorityPaths, readConfig } from "../config.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";

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

export function realNow(): Date {
  return new Date();
}

export function realRandomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
