/** What a command of the authority's command line is. */
import { parseArgs } from "@std/cli/parse-args";
import { AppError } from "../../errors.ts";

export type ExitCode = 0 | 1 | 2;

/** Flags that take a value, and flags that do not; `collect` may be given more than once. */
export interface FlagNames {
  readonly values?: readonly string[];
  readonly collect?: readonly string[];
  readonly switches?: readonly string[];
}

export interface Command {
  /** As typed, e.g. `user add`. */
  readonly name: string;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: FlagNames;
  /** How many words may follow. */
  readonly maxWords: number;
  run(invocation: CommandInvocation): Promise<ExitCode>;
}

/** One call of a command, its flags checked against {@link FlagNames}. */
export interface CommandInvocation {
  readonly directory: string;
  readonly isJson: boolean;
  readonly words: readonly string[];
  /** `undefined` if not given. */
  value(flag: string): string | undefined;
  values(flag: string): readonly string[];
  isOn(flag: string): boolean;
  /** One result: the object as a line with `--json`, the text otherwise. */
  print(result: Record<string, unknown>, text: string): void;
}

/**
 * Reads what follows a command's name.
 *
 * @throws {AppError} `usage/invalid`.
 */
export function readInvocation(command: Command, args: readonly string[]): CommandInvocation {
  const { values = [], collect = [], switches = [] } = command.flags;
  const parsed = parseArgs([...args], {
    string: ["directory", ...values, ...collect, "_"],
    collect: [...collect],
    boolean: ["json", ...switches],
    unknown(argument, key) {
      if (key !== undefined) {
        throw new AppError("usage/invalid", { problem: `${argument} is not known here` });
      }
    },
  });
  const words = parsed._.map(String);
  if (words.length > command.maxWords) {
    throw new AppError("usage/invalid", { problem: `"${words[command.maxWords]}" is one word too many` });
  }
  for (const flag of ["directory", ...values]) {
    if (parsed[flag] === "") throw new AppError("usage/invalid", { problem: `--${flag} needs a value` });
    if (Array.isArray(parsed[flag])) {
      throw new AppError("usage/invalid", { problem: `--${flag} comes twice` });
    }
  }
  const directory = parsed["directory"];
  if (typeof directory !== "string") {
    throw new AppError("usage/invalid", { problem: "--directory is missing" });
  }
  const isJson = parsed["json"] === true;
  return {
    directory,
    isJson,
    words,
    value: (flag) => parsed[flag] as string | undefined,
    values: (flag) => (parsed[flag] as string[] | undefined) ?? [],
    isOn: (flag) => parsed[flag] === true,
    print: (result, text) => console.log(isJson ? JSON.stringify(result) : text),
  };
}

/** A flag that a command cannot do without. @throws {AppError} `usage/invalid`. */
export function demand(invocation: CommandInvocation, flag: string): string {
  const value = invocation.value(flag);
  if (value === undefined) throw new AppError("usage/invalid", { problem: `--${flag} is missing` });
  return value;
}

/** A flag with few possible values. @throws {AppError} `usage/invalid`. */
export function choose<T extends string>(
  invocation: CommandInvocation,
  { flag, choices, otherwise }: { flag: string; choices: readonly T[]; otherwise: T },
): T {
  const value = invocation.value(flag);
  if (value === undefined) return otherwise;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new AppError("usage/invalid", { problem: `--${flag} is one of ${choices.join(", ")}` });
  }
  return choice;
}
