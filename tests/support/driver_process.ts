/**
 * A program of this folder as a child process that takes orders: JSON lines in, JSON lines out. For tests that kill
 * it.
 *
 * @module
 */
import { TextLineStream } from "../../scripts/text_lines.ts";

/** A driver that runs until it is killed; `await using` kills it. */
export class DriverProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #complaints: Promise<string>;

  /** @param name File name in this folder. */
  constructor(name: string, options: { args?: readonly string[] } = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", import.meta.resolve(`./${name}`), ...options.args ?? []],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#complaints = new Response(this.#child.stderr).text();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Gives an order; the driver starts with it as soon as it has read it. */
  async order(order: unknown): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
  }

  /** What the driver says next. @throws {Error} if it ends instead. */
  async answer<T>(): Promise<T> {
    const { value } = await this.#lines.read();
    if (value !== undefined) return JSON.parse(value);
    const { code, signal } = await this.#child.status;
    throw new Error(`the driver ended (${signal ?? code}): ${await this.#complaints}`);
  }

  /** What the driver still says before it ends, or else `undefined`. */
  async lastWords(): Promise<unknown> {
    const { value } = await this.#lines.read();
    return value === undefined ? undefined : JSON.parse(value);
  }

  /** Kills it, unless it is dead already. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It was quicker.
    }
  }

  /**
   * Waits for the end.
   *
   * @returns The signal that ended it, or its exit code with what it said on stderr.
   */
  async end(): Promise<string> {
    const { code, signal } = await this.#child.status;
    await this.#lines.cancel();
    await this.#orders.abort().catch(() => {});
    const complaints = await this.#complaints;
    return signal ?? `exit code ${code}: ${complaints}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.end();
  }
}

/** Orders as they come, for the driver's side. */
export async function* readOrders<T>(): AsyncGenerator<T> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) yield JSON.parse(line);
}

/** Says something to the test. */
export function say(answer: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
  let written = 0;
  while (written < bytes.length) written += Deno.stdout.writeSync(bytes.subarray(written));
}

/** The end, as the power cut or the impatient user would have it: nothing runs after this line. */
export function killMyself(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("still alive");
}
