/**
 * Child processes that end when the demo ends, and whose end ends the demo.
 *
 * @module
 */
import { TextLineStream } from "../text_lines.ts";
import { ROOT } from "./paths.ts";

/** How long a child may take to end by itself before it is killed. */
const PATIENCE_MS = 8_000;

const running = new Set<Deno.ChildProcess>();

/** A program that runs until it is told to end. */
export interface Child {
  /** The first line on its stdout, parsed as JSON. */
  ready: Promise<unknown>;
  /** Resolves with a sentence when it has ended. */
  ended: Promise<string>;
}

/**
 * Starts one of this checkout's programs.
 *
 * @param name For messages.
 * @param args Deno's.
 */
export function startChild(name: string, args: readonly string[]): Child {
  const child = spawn(args, { stdin: "null", stderr: "inherit" });
  return {
    ready: firstLine(child.stdout, name),
    ended: child.status.then(({ code, signal }) => `${name} ended (${signal ?? code})`),
  };
}

/**
 * Runs one of this checkout's programs to its end.
 *
 * @param stdin What it reads, e.g. a password.
 * @throws {Error} with what it said, if it fails.
 */
export async function runToEnd(args: readonly string[], stdin = ""): Promise<string> {
  const child = spawn(args, { stdin: "piped", stderr: "piped" });
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(stdin)).then(() => writer.close());
  const [{ success, stdout, stderr }] = await Promise.all([
    child.output(),
    written.catch(() => {}), // it did not want to read
  ]);
  const decoder = new TextDecoder();
  if (!success) throw new Error((decoder.decode(stderr) + decoder.decode(stdout)).trim());
  return decoder.decode(stdout);
}

/** Ends all children, kindly first, and waits for them. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(async (child) => {
    kill(child, "SIGTERM");
    const timer = setTimeout(() => kill(child, "SIGKILL"), PATIENCE_MS);
    await child.status;
    clearTimeout(timer);
  }));
}

function spawn(
  args: readonly string[],
  { stdin, stderr }: { stdin: "null" | "piped"; stderr: "inherit" | "piped" },
): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin,
    stdout: "piped",
    stderr,
  })
    .spawn();
  running.add(child);
  void child.status.then(() => running.delete(child));
  return child;
}

async function firstLine(stdout: ReadableStream<Uint8Array<ArrayBuffer>>, name: string): Promise<unknown> {
  const lines = stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const { value } = await lines.read();
  if (value === undefined) throw new Error(`${name} could not be started`);
  void drain(lines);
  return JSON.parse(value);
}

/** Reads on for nobody: a full pipe would stop the child. */
async function drain(lines: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await lines.read()).done);
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
