/**
 * Keeps a log file from growing for ever: `x.log` becomes `x.1.log`, that becomes `x.2.log`, and the last goes.
 *
 * @module
 */

/** One log file grows to this many bytes, give or take a record. */
export const MAX_LOG_BYTES = 1024 * 1024;
/** The current log and the older ones together: 5 MiB hold years of one user's operations. */
export const MAX_LOG_FILES = 5;

/**
 * Appends one line, rotating first if the file is full. Several processes may do so at the same time: an
 * append is one write at the end of the file, and only one of them rotates.
 *
 * The file is opened for each line. A process that kept it open would write on into `x.1.log` after another
 * one rotated; and there are some ten lines per certificate.
 *
 * @throws whatever the file system throws; the caller decides what a lost line means.
 */
export function appendLine(
  path: string,
  line: string,
  limits = { bytes: MAX_LOG_BYTES, files: MAX_LOG_FILES },
) {
  if (size(path) >= limits.bytes) rotate(path, limits);
  using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(line);
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** Where the n-th older log is. */
export function olderLog(path: string, n: number): string {
  return path.replace(/(\.[^./\\]+)?$/, `.${n}$1`);
}

function rotate(path: string, limits: { bytes: number; files: number }): void {
  using lock = Deno.openSync(`${path}.lock`, { write: true, create: true, mode: 0o600 });
  // Another process is at it: writing a little beyond the limit beats waiting for it.
  if (!lock.tryLockSync(true)) return;
  if (size(path) < limits.bytes) return;
  for (let n = limits.files - 1; n >= 1; n--) {
    const from = n === 1 ? path : olderLog(path, n - 1);
    try {
      Deno.renameSync(from, olderLog(path, n));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function size(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
