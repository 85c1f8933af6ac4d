/**
 * Files that only this user may read, replaced in one step so that a reader never sees half of one.
 *
 * @module
 */

/**
 * Creates a folder for this user only, with the folders above it; an existing one keeps its permissions.
 *
 * @throws {Deno.errors.PermissionDenied | Deno.errors.NotADirectory} and what else the file system says.
 */
export function ensurePrivateFolder(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a file for this user only, in one step. A crash leaves the old content or the new. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${Deno.pid}.tmp`;
  Deno.writeTextFileSync(draft, text, { mode: 0o600 });
  try {
    Deno.renameSync(draft, path);
  } catch (error) {
    removeQuietly(draft);
    throw error;
  }
}

/** Removes a file. Not there is success; so is not being allowed to: nobody can do anything about it then. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // as said above
  }
}
