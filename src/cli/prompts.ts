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
}

/** Longest first line of stdin, in bytes. */
const MAX_LINE_BYTES = 4_096;

/**
 * Makes sure that somebody is there to be asked.
 *
 * @throws {AppError} `usage/terminal-required` without a terminal on both sides, and with `--json`, which is for
 *   scripts.
 */
export function demandTerminal({ what, flag }: Omit<Asked, "secret">, output: Output): void {
  if (output.json || !Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new AppError("usage/terminal-required", { what: what[output.language], flag });
  }
}

/**
 * Asks for one value.
 *
 * @throws {AppError} `usage/terminal-required` as {@link demandTerminal} does; `issuance/cancelled` on Ctrl-C.
 */
export async function ask(asked: Asked, output: Output): Promise<string> {
  demandTerminal(asked, output);
  const { what, secret } = asked;
  const message = what[output.language];
  // A third of the whole program in time and memory: loaded only when somebody is there to be asked.
  const { input, password } = await import("@inquirer/prompts");
  try {
    return secret ? await password({ message, mask: true }) : await input({ message });
  } catch (cause) {
    if (cause instanceof Error && cause.name === "ExitPromptError") {
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
