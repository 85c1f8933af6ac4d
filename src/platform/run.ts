/**
 * Running other programs: found once by absolute path, never through a shell, never without an end.
 *
 * @module
 */
import { childEnvironment, readEnvironment } from "./environment.ts";
import { currentOs, type Os } from "./os.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a finished program left. */
export interface ProgramOutput {
  /** Exit code; 128 + n when signal n ended it, as shells count. */
  code: number;
  stdout: Bytes;
  stderr: Bytes;
  /** It was ended because it took longer than `timeoutMs`. */
  timedOut: boolean;
}

/** How to run a program. */
export interface RunOptions {
  /** What the program reads; nothing when left out. Secrets go this way, never by argument. */
  stdin?: Bytes;
  /** Milliseconds until it is killed; 30 s when left out. */
  timeoutMs?: number;
  /** Variables besides those of {@link childEnvironment}. */
  env?: Record<string, string>;
  cwd?: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Runs a program to its end. A code other than 0 is an answer, not an exception: the caller knows what it means.
 *
 * @param path Absolute, from {@link findProgram}: a relative one could be somebody else's program.
 * @param args One element per argument; no shell ever sees them, but other processes can: no secrets.
 * @throws {Deno.errors.NotFound | Deno.errors.NotCapable} if it cannot be started at all.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramOutput> {
  if (!isAbsolute(path, currentOs())) throw new TypeError("runProgram() takes absolute paths only");
  const child = new Deno.Command(path, {
    args: [...args],
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    // A program gets the variables that it needs by name: nobody else's LD_PRELOAD, and no secret by accident.
    clearEnv: true,
    env: { ...childEnvironment(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }).spawn();
  let timedOut = false;
  // Not setTimeout(): its first use loads 4 MiB of Node's timers in 4 ms, and the first page waits for a program.
  const tooLate = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  function end(): void {
    timedOut = true;
    kill(child);
  }
  tooLate.addEventListener("abort", end);
  try {
    const [output] = await Promise.all([
      child.output(),
      options.stdin === undefined ? undefined : feed(child, options.stdin),
    ]);
    return { code: output.code, stdout: output.stdout, stderr: output.stderr, timedOut };
  } finally {
    tooLate.removeEventListener("abort", end);
  }
}

/**
 * Where a program is: the first hit on PATH, looked up by its plain name.
 *
 * @returns An absolute path, or `undefined` if it is not installed.
 */
export function findProgram(name: string): string | undefined {
  const os = currentOs();
  return searchProgram(name, {
    os,
    path: readEnvironment("PATH") ?? (os === "windows" ? "" : "/usr/local/bin:/usr/bin:/bin"),
    isFile(path) {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false; // missing, or a folder that we may not read: not ours to run either way
      }
    },
  });
}

/** The pure half of {@link findProgram}. */
export function searchProgram(
  name: string,
  where: { os: Os; path: string; isFile: (path: string) => boolean },
): string | undefined {
  const windows = where.os === "windows";
  if (!/^[\w.-]+$/.test(name)) throw new TypeError("findProgram() takes plain names only");
  // Only .exe: .bat and .cmd run through a shell, which would reinterpret the arguments.
  const file = windows && !name.toLowerCase().endsWith(".exe") ? `${name}.exe` : name;
  for (const folder of where.path.split(windows ? ";" : ":")) {
    // An empty or relative entry means "wherever I happen to stand": a planted program.
    if (!isAbsolute(folder, where.os)) continue;
    const path = `${folder.replace(/[\\/]+$/, "")}${windows ? "\\" : "/"}${file}`;
    if (where.isFile(path)) return path;
  }
  return undefined;
}

function isAbsolute(path: string, os: Os): boolean {
  return os === "windows" ? /^[A-Za-z]:[\\/]/.test(path) : path.startsWith("/");
}

async function feed(child: Deno.ChildProcess, bytes: Bytes): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // The program ended without reading to the end: its exit code says what it thought of that.
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It ended in the same moment.
  }
}
