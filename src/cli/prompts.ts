/**
 * Asking a person on a terminal; never where there is none, so that no script ever hangs.
 *
 * @module
 */
import { AppError, type Text } from "../errors.ts";
import type { Output } from "./output.ts";

/** One thing to ask for. */
export interface Asked {
  what: Text;
  secret: boolean;
  /** How a script passes it instead. */
  flag: string;
  /** What is wrong with an input, before it is taken; nothing when left out. */
  problem?: (value: string) => Text | undefined;
  /** Stops asking. */
  signal?: AbortSignal | undefined;
}

/** Longest first line of stdin, in bytes. */
const MAX_LINE_BYTES = 4_096;

/**
 * Makes sure that somebody is there to be asked.
 *
 * @throws {AppError} `usage/terminal-required` without a terminal on both sides, and with `--json`, which is for
 *   scripts.
 */
export function demandTerminal({ what, flag }: Pick<Asked, "what" | "flag">, output: Output): void {
  if (output.json || !Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new AppError("usage/terminal-required", { what: what[output.language], flag });
  }
}

/**
 * Asks for one value.
 *
 * @throws {AppError} `usage/terminal-required` as {@link demandTerminal} does; `issuance/cancelled` on Ctrl-C and
 *   by the signal.
 */
export async function ask(asked: Asked, output: Output): Promise<string> {
  demandTerminal(asked, output);
  const { what, secret, problem, signal } = asked;
  const message = what[output.language];
  const validate = (value: string) => problem?.(value)?.[output.language] ?? true;
  // A third of the whole program in time and memory: loaded only when somebody is there to be asked.
  const { input, password } = await import("@inquirer/prompts");
  const context = signal === undefined ? {} : { signal };
  try {
    return secret
      ? await password({ message, mask: true, toggleMask: false, validate }, context)
      : await input({ message, validate }, context);
  } catch (cause) {
    if (cause instanceof Error && (cause.name === "ExitPromptError" || cause.name === "AbortPromptError")) {
      throw new AppError("issuance/cancelled", {}, { cause });
    }
    throw cause;
  }
}

/**
 * The first line of stdin, without its end; what follows is not read.
 *
 * @throws {AppError} `input/invalid` if there is none, if it is not UTF-8, or if it does not end.
 */
export async function readFirstLine(stdin: ReadableStream<Uint8Array>): Promise<string> {
  const bytes: number[] = [];
  for await (const chunk of stdin) {
    const end = chunk.indexOf(10);
    bytes.push(...(end < 0 ? chunk : chunk.subarray(0, end)));
    if (bytes.length > MAX_LINE_BYTES) throw new AppError("input/invalid", {}, { field: "password" });
    if (end >= 0) break;
  }
  try {
    const line = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes)).replace(/\r$/, "");
    if (line !== "") return line;
  } catch {
    // not UTF-8
  }
  throw new AppError("input/invalid", {}, { field: "password" });
}
