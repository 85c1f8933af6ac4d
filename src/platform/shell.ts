/**
 * Runs a command line that a person has written for the system's shell: in their own environment, as if they had
 * typed it, but never without an end. Programs that Hakko itself chooses go through `run.ts`.
 *
 * @module
 */
import { type Environment, readEnvironment } from "./environment.ts";
import { currentOs, type Os } from "./os.ts";
import { findProgram } from "./run.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Runs the command line `$1` by the shell `$0` so that nothing of it stays behind. This process may signal its own
 * child only, hence that child leads a group and signals it: whatever is left when the command ends, and everything
 * when it is told to end, for good after a second. Jobs in the background have no stdin, unless by a detour.
 */
export const IN_A_GROUP = `
trap 'trap "" TERM; kill -TERM 0; { sleep 1; kill -KILL 0; } & wait $command; kill -KILL 0' TERM
exec 3<&0 4>&2 2>/dev/null
"$0" -c "$1" <&3 2>&4 3<&- 4>&- &
command=$!
exec 3<&- 4>&-
wait $command
code=$?
trap "" TERM
kill -TERM 0
exit $code`;

/** How to run it. */
export interface ShellOptions {
  /** What the command reads. */
  stdin: Bytes;
  /** Variables besides those that this process has. */
  env: Record<string, string>;
  /** Milliseconds until it is ended. */
  timeoutMs: number;
  /** Bytes that it may print; what prints more is ended. */
  maxBytes: number;
  /** Ends it earlier. */
  signal: AbortSignal;
}

/** What became of it. */
export interface ShellOutput {
  /** Exit code; 128 + n when signal n ended it. */
  code: number;
  stdout: Bytes;
  /** Why it was ended, if it did not end by itself. */
  ended: "too-late" | "too-long" | "stopped" | undefined;
}

/** A shell, and how it wants a command line. */
export interface ShellCall {
  path: string;
  args: string[];
  /** The last argument is for the shell as it is: Windows has no other way to quote for `cmd`. */
  raw: boolean;
}

/**
 * Runs the command to its end. Its stderr is this process's, for the person who wrote it; it has no terminal. What
 * it has started and not put into another group ends with it, on Windows the shell alone.
 *
 * @returns Or why it cannot be started.
 */
export async function runShell(
  command: string,
  options: ShellOptions,
): Promise<ShellOutput | "no-shell" | "not-permitted"> {
  const call = shellCall(command, { os: currentOs(), env: readEnvironment, find: findProgram });
  if (call === undefined) return "no-shell";
  let child: Deno.ChildProcess;
  try {
    child = spawn(call, options.env);
  } catch (error) {
    return error instanceof Deno.errors.NotCapable ? "not-permitted" : "no-shell";
  }
  let ended: ShellOutput["ended"];
  const reader = child.stdout.getReader();
  function end(why: ShellOutput["ended"]): void {
    ended ??= why;
    kill(child);
    // What is left may hold the pipe open for as long as it likes.
    reader.cancel().catch(() => {});
  }
  const tooLate = AbortSignal.timeout(options.timeoutMs);
  const onTooLate = () => end("too-late");
  const onStopped = () => end("stopped");
  tooLate.addEventListener("abort", onTooLate);
  options.signal.addEventListener("abort", onStopped);
  if (options.signal.aborted) onStopped();
  try {
    const fed = feed(child, options.stdin);
    const chunks: Bytes[] = [];
    let length = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value);
      length += read.value.length;
      if (length > options.maxBytes) end("too-long");
    }
    const { code } = await child.status;
    await fed;
    return { code, stdout: new Uint8Array(await new Blob(chunks).arrayBuffer()), ended };
  } finally {
    tooLate.removeEventListener("abort", onTooLate);
    options.signal.removeEventListener("abort", onStopped);
  }
}

/** The pure half of {@link runShell}. */
export function shellCall(
  command: string,
  on: { os: Os; env: Environment; find: (name: string) => string | undefined },
): ShellCall | undefined {
  if (on.os === "windows") {
    const root = on.env("SystemRoot");
    if (root === undefined) return undefined;
    // /d: no AutoRun from the registry. /s with quotes around it all: the rest is taken as it was written.
    return { path: `${root}\\System32\\cmd.exe`, args: ["/d", "/s", "/c", `"${command}"`], raw: true };
  }
  const path = on.find("sh");
  return path === undefined ? undefined : { path, args: ["-c", IN_A_GROUP, path, command], raw: false };
}

/**
 * Starts the shell. Deno starts nothing that inherits a variable of the dynamic loader, as that would be a way around
 * the permission to run nothing but the shell, and names them when it refuses. An empty one counts as not set.
 */
function spawn(call: ShellCall, env: Record<string, string>): Deno.ChildProcess {
  const start = (env: Record<string, string>) =>
    new Deno.Command(call.path, {
      args: call.args,
      windowsRawArguments: call.raw,
      detached: !call.raw, // leads a group
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  try {
    return start(env);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const refused = error.message.match(/\b(LD|DYLD)_\w+/g) ?? [];
    return start({ ...env, ...Object.fromEntries(refused.map((name) => [name, ""])) });
  }
}

async function feed(child: Deno.ChildProcess, bytes: Bytes): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // It has ended, or does not want to read: fine, if it knows the answer all the same.
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It ended in the same moment.
  }
}
