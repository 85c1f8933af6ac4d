/**
 * One acquisition at a time for one user, across processes: a locked file, which the system unlocks when its
 * process dies, however it dies.
 *
 * @module
 */
import { ensurePrivateFolder } from "../platform/durable_file.ts";

/** Held until released. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock without waiting.
 *
 * @param path Absolute; created when missing, and left there: removing it would let two processes lock two files.
 * @returns `undefined` if somebody else holds it, this process included.
 */
export async function takeLock(path: string): Promise<Lock | undefined> {
  await ensurePrivateFolder(path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))));
  const file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
  let isTaken = false;
  try {
    isTaken = await file.tryLock(true);
  } finally {
    if (!isTaken) file.close();
  }
  if (!isTaken) return undefined;
  return {
    release() {
      // Not by closing alone: a program that is being started has the file too, for the moment between fork and
      // exec, and the lock would last as long.
      file.unlockSync();
      file.close();
    },
  };
}
