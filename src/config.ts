/**
 * Turns flags, environment and profile into one checked Config, once, at the start.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import { AppError, type Language } from "./errors.ts";
import { type FlagsOf, invalid, parseFlags } from "./flags.ts";
import { type Environment, readEnvironment } from "./platform/environment.ts";
import { inFolder, logFolders, nssFolder, stateFolder } from "./platform/folders.ts";
import { currentOs, type Os } from "./platform/os.ts";
import type { Profile } from "./profile.ts";
import { readSettings } from "./settings.ts";
import { load } from "./lazy.ts";

/** The version of the app, which is written in `deno.json` and nowhere else. */
export const VERSION: string = manifest.version;

/** The manual's name for the file. */
const LOG_FILE_NAME = "ApplicationLog.log";

const SHAPES = {
  "profile": "value",
  "state-dir": "value",
  "lang": "value",
  "json": "switch",
  "issue": "switch",
  "login-id": "value",
  "password-stdin": "switch",
  "list": "switch",
  "version": "switch",
  "help": "switch",
  "no-browser": "switch",
  "keep-running": "switch",
} as const;

const COMMANDS = ["issue", "list", "version", "help"] as const;

/** What the app is asked to do; without a command it opens its page. */
export type Command = "open" | (typeof COMMANDS)[number];

/** The command line, understood: all that `--help` and `--version` need. */
export interface Invocation {
  command: Command;
  json: boolean;
  /** Language of the command line's texts: the flag, else the environment. */
  language: Language;
  flags: FlagsOf<typeof SHAPES>;
}

/** All settings of one run, checked. */
export interface Config {
  version: string;
  language: Language;
  profile: Profile;
  /** Absolute; it may not exist yet. */
  stateFolder: string;
  /** Candidate log files, best first. */
  logPaths: string[];
  /** The user's NSS database, which browsers read; `HAKKO_NSS_DB` names another. Used on Linux only. */
  nssFolder: string;
  loginId: string | undefined;
  passwordFromStdin: boolean;
  noBrowser: boolean;
  keepRunning: boolean;
}

/** The world around the process; tests bring their own. */
export interface Surroundings {
  os: Os;
  env: Environment;
  cwd: () => string;
}

const REAL: Surroundings = { os: currentOs(), env: readEnvironment, cwd: () => Deno.cwd() };

/**
 * How to answer before anything is checked: a wrong command line is refused in the language, and in the form,
 * that it asks for.
 */
export function guessOutput(args: readonly string[], { env } = REAL): { json: boolean; language: Language } {
  const named = args.join("\n").match(/^--lang[=\n](ja|en)$/m)?.[1] as Language | undefined;
  return { json: args.includes("--json"), language: named ?? environmentLanguage(env) };
}

/** Understands the command line. @throws {AppError} `usage/invalid`. */
export function readInvocation(args: readonly string[], surroundings = REAL): Invocation {
  const { language: guessed } = guessOutput(args, surroundings);
  const flags = parseFlags(args, { shapes: SHAPES, language: guessed });
  const { lang } = flags;
  if (lang !== undefined && lang !== "ja" && lang !== "en") {
    throw invalid(guessed, { ja: "--lang は ja か en です", en: "--lang is ja or en" });
  }
  const language = lang ?? guessed;
  const commands = COMMANDS.filter((name) => flags[name]);
  if (commands.length > 1) {
    const both = commands.map((name) => `--${name}`).join(" ");
    throw invalid(language, { ja: `${both} は同時に指定できません`, en: `${both} do not go together` });
  }
  const command = commands[0] ?? "open";
  const misplaced = misplacedFlag(command, flags);
  if (misplaced !== undefined) {
    const [flag, owner] = misplaced;
    throw invalid(language, {
      ja: `${flag} は${owner === "open" ? "画面を開くとき" : ` ${owner} `}だけに使えます`,
      en: `${flag} goes with ${owner === "open" ? "opening the page" : owner} only`,
    });
  }
  return { command, json: flags.json === true, language, flags };
}

/**
 * Completes the configuration with the profile.
 *
 * @throws {AppError} `profile/invalid`; `state/not-writable` if this user has no home and names no folder.
 */
export async function readConfig(invocation: Invocation, surroundings = REAL): Promise<Config> {
  const { flags } = invocation;
  const profile = flags.profile === undefined ? readOwnProfile() : await readGivenProfile(flags.profile);
  const of = { ...surroundings, institutionCode: profile.institution.code };
  const named = flags["state-dir"];
  const state = named === undefined ? stateFolder(of) : absolutePath(named, surroundings);
  if (state === undefined) throw new AppError("state/not-writable", { path: "~" });
  const logs = named === undefined ? logFolders(of) : [state];
  const chosen = flags.lang as Language | undefined ?? readSettings(state).language;
  return {
    version: VERSION,
    language: chosen ?? invocation.language,
    profile,
    stateFolder: state,
    logPaths: logs.map((folder) => inFolder(folder, LOG_FILE_NAME)),
    nssFolder: nssFolder(surroundings) ?? inFolder(state, "nssdb"),
    loginId: flags["login-id"],
    passwordFromStdin: flags["password-stdin"] === true,
    noBrowser: flags["no-browser"] === true,
    keepRunning: flags["keep-running"] === true,
  };
}

/** Where the profile inside the app is. */
export const OWN_PROFILE_URL: URL = new URL("../assets/profile.json", import.meta.url);

/**
 * The profile that is shipped inside the app. It was checked when the app was built (`config_test.ts`,
 * `scripts/compile.ts`), so that the schema library's 5 ms are not spent before the first page.
 */
function readOwnProfile(): Profile {
  return JSON.parse(Deno.readTextFileSync(OWN_PROFILE_URL));
}

async function readGivenProfile(path: string): Promise<Profile> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    const problem = cause instanceof Deno.errors.NotFound ? "not found" : "not readable";
    throw new AppError("profile/invalid", { path, problem }, { cause });
  }
  const { parseProfile } = await load<typeof import("./profile.ts")>(import.meta.resolve("./profile.ts"));
  return parseProfile(text, path);
}

function misplacedFlag(
  command: Command,
  flags: Invocation["flags"],
): [flag: string, owner: string] | undefined {
  for (const name of ["login-id", "password-stdin"] as const) {
    if (command !== "issue" && flags[name] !== undefined) return [`--${name}`, "--issue"];
  }
  for (const name of ["no-browser", "keep-running"] as const) {
    if (command !== "open" && flags[name] !== undefined) return [`--${name}`, "open"];
  }
  return undefined;
}

/** Japanese is the default; only an environment that asks for English gets it. */
function environmentLanguage(env: Environment): Language {
  const locale = env("LC_ALL") || env("LC_MESSAGES") || env("LANG") || "";
  return /^en([_.-]|$)/i.test(locale) ? "en" : "ja";
}

function absolutePath(path: string, { os, cwd }: Surroundings): string {
  const isAbsolute = os === "windows" ? /^[A-Za-z]:[\\/]|^\\\\/.test(path) : path.startsWith("/");
  return isAbsolute ? path : inFolder(cwd(), path);
}
