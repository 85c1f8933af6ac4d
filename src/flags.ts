/**
 * Command-line flags, strictly: every flag is known, comes once, and has the value that it needs.
 *
 * The libraries for this are made for lenient command lines (`--no-x`, repeated flags, `--json=maybe` all mean
 * something there) and cost 1 to 5 ms of the 10 that the app may take to its first page.
 *
 * @module
 */
import { AppError, type Language, type Text } from "./errors.ts";

/** What each flag takes: nothing, or one value. */
export type FlagShapes = Readonly<Record<string, "switch" | "value">>;

/** What was given: `true` for a switch, the text for a value, nothing for a flag that is not there. */
export type FlagsOf<S extends FlagShapes> = { [F in keyof S]?: S[F] extends "switch" ? true : string };

/** Longest part of a wrong argument that a message repeats. */
const MAX_QUOTED = 40;

/**
 * Reads `--flag`, `--flag value` and `--flag=value`.
 *
 * @param args As the process got them.
 * @param shapes By name without the dashes.
 * @throws {AppError} `usage/invalid`. Its text repeats the names of flags but no values: people type passwords
 *   in the wrong place.
 */
export function parseFlags<S extends FlagShapes>(
  args: readonly string[],
  options: { shapes: S; language: Language },
): FlagsOf<S> {
  const flags: Record<string, string | true> = {};
  for (let at = 0; at < args.length; at++) {
    const [, name, , inline] = /^--([^=]+)(=(.*))?$/s.exec(args[at]!) ?? [];
    if (name === undefined) {
      throw invalid(options.language, {
        ja: "引数が多すぎるか、-- がありません",
        en: "arguments without a flag are not taken",
      });
    }
    const shape = Object.hasOwn(options.shapes, name) ? options.shapes[name] : undefined;
    const shown = `--${printable(name)}`;
    if (shape === undefined) {
      throw invalid(options.language, {
        ja: `${shown} というオプションはありません`,
        en: `there is no ${shown}`,
      });
    }
    if (Object.hasOwn(flags, name)) {
      throw invalid(options.language, { ja: `${shown} が2回あります`, en: `${shown} is given twice` });
    }
    if (shape === "switch") {
      if (inline !== undefined) {
        throw invalid(options.language, { ja: `${shown} は値をとりません`, en: `${shown} takes no value` });
      }
      flags[name] = true;
      continue;
    }
    const value = inline ?? args[++at];
    // `--login-id --json` is a forgotten value, not a login ID; a value that begins so is written with `=`.
    if (value === undefined || value === "" || (inline === undefined && value.startsWith("--"))) {
      throw invalid(options.language, { ja: `${shown} の値がありません`, en: `${shown} needs a value` });
    }
    flags[name] = value;
  }
  return flags as FlagsOf<S>;
}

/** A wrong command line, in one language. */
export function invalid(language: Language, problem: Text): AppError {
  return new AppError("usage/invalid", { problem: problem[language] });
}

function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?").slice(0, MAX_QUOTED);
}
