/**
 * Folders for the seconds that a tool needs files: private, removed even on failure, and swept when an earlier
 * run was killed before it could do so.
 *
 * @module
 */
import { ensurePrivateFolder } from "../platform/durable_file.ts";

const PREFIX = "keystore-";

/**
 * Runs something with a fresh folder (0700) that is gone afterwards, whatever happened.
 *
 * @param parent Belongs to this app alone: what earlier runs left in it is removed first.
 */
export async function withTemporaryFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  await ensurePrivateFolder(parent);
  const folder = await Deno.makeTempDir({ dir: parent, prefix: PREFIX });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Removes what killed runs left. Only where no other run can be in the middle of its work. */
export async function sweepTemporaryFolders(parent: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(parent)) {
      if (entry.isDirectory && entry.name.startsWith(PREFIX)) {
        await Deno.remove(`${parent}/${entry.name}`, { recursive: true });
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Writes a file that only this user can read. */
export async function writePrivateFile(path: string, content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(path, bytes, { mode: 0o600, createNew: true });
  return path;
}
