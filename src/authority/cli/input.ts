/** Secrets on their way in: from a file, from stdin, or from a terminal; never from the command line. */
import { AppError } from "../../errors.ts";

/**
 * The first line of a file, e.g. a passphrase.
 *
 * @returns `undefined` if no file is named.
 * @throws {AppError} `usage/invalid` if it cannot be read or is empty.
 */
export async function readSecretFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const [line = ""] = (await Deno.readTextFile(path)).split(/\r?\n/, 1);
    if (line !== "") return line;
  } catch (cause) {
    throw new AppError("usage/invalid", { problem: `cannot read ${path}` }, { cause });
  }
  throw new AppError("usage/invalid", { problem: `${path} is empty` });
}

/** The first lines of stdin. @throws {AppError} `usage/invalid` if one is missing or empty. */
export async function readSecretsFromStdin(count: number): Promise<string[]> {
  const text = await new Response(Deno.stdin.readable).text();
  const lines = text.split(/\r?\n/, count);
  const missing = Array.from({ length: count }, (_, at) => lines[at] ?? "").indexOf("");
  if (missing < 0) return lines;
  throw new AppError("usage/invalid", { problem: `stdin has no line ${missing + 1}` });
}

/** Asks on the terminal, twice. @throws {AppError} `usage/terminal-required` where there is none. */
export async function askNewSecret(what: string, flag: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) throw new AppError("usage/terminal-required", { what, flag });
  const { password } = await import("@inquirer/prompts");
  const first = await password({ message: what, mask: true, toggleMask: false });
  const second = await password({ message: `${what}, again`, mask: true, toggleMask: false });
  if (first !== second) throw new AppError("usage/invalid", { problem: "the two are not the same" });
  return first;
}
