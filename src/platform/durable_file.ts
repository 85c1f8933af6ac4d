/**
 * Files that are wholly there or not there at all, even when the power goes: written beside, flushed, renamed,
 * and the folder flushed as well, because a rename is an entry in the folder.
 *
 * @module
 */

/**
 * Makes sure of a folder that only this user may enter.
 *
 * @param path Absolute. Missing parents are created, private as well.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Replaces a file's content, durably and in one step, readable by this user only.
 *
 * @param path Absolute; its folder exists.
 */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const besides = `${path}.tmp`;
  const file = await Deno.open(besides, { write: true, create: true, truncate: true, mode: 0o600 });
  try {
    let written = 0;
    while (written < content.length) written += await file.write(content.subarray(written));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(besides, path);
  await syncFolder(path);
}

/** Removes a file, durably. Not there is success. */
export async function removeDurably(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return;
  }
  await syncFolder(path);
}

/** Flushes the folder that a path is in: what was created, renamed or removed there survives. */
async function syncFolder(path: string): Promise<void> {
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
  let handle: Deno.FsFile;
  try {
    handle = await Deno.open(folder, { read: true });
  } catch {
    return; // Windows does not open folders as files; NTFS journals the rename itself.
  }
  try {
    await handle.sync();
  } catch {
    // Some file systems (network shares) refuse to flush a folder: the content is flushed already.
  } finally {
    handle.close();
  }
}
