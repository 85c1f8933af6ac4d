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
  "again": "switch",
  "renew": "switch",
  "serial": "value",
  "if-due": "switch",
  "password-stdin": "switch",
  "otp-command": "value",
  "needs-renewal": "switch",
  "list": "switch",
  "remind": "value",
  "status": "switch",
  "doctor": "switch",
  "support-bundle": "value",
  "proxy": "value",
  "version": "switch",
  "help": "switch",
  "no-browser": "switch",
  "keep-running": "switch",
} as const;

/** The names of all flags, without their dashes. */
export const FLAGS: readonly string[] = Object.keys(SHAPES);

const COMMANDS = [
  ...["issue", "renew", "needs-renewal", "list", "remind", "status"] as const,
  ...["doctor", "support-bundle", "version", "help"] as const,
] as const;

/** Where a flag belongs that does not go with every command. */
const OWNERS: readonly (readonly [flag: keyof typeof SHAPES, owners: readonly Command[]])[] = [
  ["login-id", ["issue"]],
  ["again", ["issue"]],
  ["password-stdin", ["issue", "renew"]],
  ["otp-command", ["issue", "renew"]],
  ["serial", ["renew", "needs-renewal"]],
  ["if-due", ["renew"]],
  ["no-browser", ["open"]],
  ["keep-running", ["open"]],
];

/** What `--remind` takes. */
const REMINDER_ORDERS = ["on", "off", "test", "check"] as const;

/** What to do about the daily check: put it in place, take it away, show a notice now, or be it. */
export type ReminderOrder = (typeof REMINDER_ORDERS)[number];

/** Longest serial number: 20 octets (RFC 5280 §4.1.2.2), and one that only keeps it from being negative. */
const MAX_SERIAL_DIGITS = 42;

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
  /** Issue although there is a certificate. */
  again: boolean;
  /** The certificate that is meant: lowercase hex without leading zeros. */
  serial: string | undefined;
  /** Nothing due is no failure. */
  ifDue: boolean;
  passwordFromStdin: boolean;
  /** The person's own command, for a shell, that answers all steps but the password. */
  otpCommand: string | undefined;
  remind: ReminderOrder | undefined;
  /** Where the support bundle is written; absolute. */
  supportBundle: string | undefined;
  /** `direct` or a proxy's URL; nothing: as the profile and the system have it. */
  proxy: string | undefined;
  noBrowser: boolean;
  keepRunning: boolean;
  /** Flags with which a later start is the same app: profile, state folder and proxy, where they were named. */
  startFlags: string[];
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
  const commands = COMMANDS.filter((name) => flags[name] !== undefined);
  if (commands.length > 1) {
    const both = commands.map((name) => `--${name}`).join(" ");
    throw invalid(language, { ja: `${both} は同時に指定できません`, en: `${both} do not go together` });
  }
  const command = commands[0] ?? "open";
  refuseMisplaced(command, { flags, language });
  if (flags.remind !== undefined && !isReminderOrder(flags.remind)) {
    const orders = REMINDER_ORDERS.join(" ");
    throw invalid(language, { ja: `--remind は ${orders} のどれかです`, en: `--remind is one of ${orders}` });
  }
  if (flags.serial !== undefined && plainSerial(flags.serial) === undefined) {
    throw invalid(language, {
      ja: "--serial は --list が表示する16進数のシリアル番号です",
      en: "--serial is a serial number in hexadecimal, as --list shows it",
    });
  }
  if (flags.proxy !== undefined && !isProxyFlag(flags.proxy)) {
    throw invalid(language, {
      ja: "--proxy は direct か http://ホスト名:ポート です(ユーザ名とパスワードは含めません)",
      en: "--proxy is direct or http://host:port, without user name and password",
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
  const { remind, "support-bundle": bundle } = flags;
  return {
    version: VERSION,
    language: chosen ?? invocation.language,
    profile,
    stateFolder: state,
    logPaths: logs.map((folder) => inFolder(folder, LOG_FILE_NAME)),
    nssFolder: nssFolder(surroundings) ?? inFolder(state, "nssdb"),
    loginId: flags["login-id"],
    again: flags.again === true,
    serial: flags.serial === undefined ? undefined : plainSerial(flags.serial),
    ifDue: flags["if-due"] === true,
    passwordFromStdin: flags["password-stdin"] === true,
    otpCommand: flags["otp-command"],
    remind: remind !== undefined && isReminderOrder(remind) ? remind : undefined,
    supportBundle: bundle === undefined ? undefined : absolutePath(bundle, surroundings),
    proxy: flags.proxy,
    noBrowser: flags["no-browser"] === true,
    keepRunning: flags["keep-running"] === true,
    startFlags: [
      ...(flags.profile === undefined ? [] : ["--profile", absolutePath(flags.profile, surroundings)]),
      ...(named === undefined ? [] : ["--state-dir", state]),
      ...(flags.proxy === undefined ? [] : ["--proxy", flags.proxy]),
    ],
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

/**
 * A serial number as any tool writes it: capitals, colons and a leading zero octet mean nothing.
 *
 * @returns Lowercase hex without leading zeros; `undefined` if it is no such number.
 */
export function plainSerial(text: string): string | undefined {
  const digits = text.replaceAll(":", "").toLowerCase();
  const isSerial = /^[0-9a-f]+$/.test(digits) && digits.length <= MAX_SERIAL_DIGITS;
  return isSerial ? digits.replace(/^0+(?=.)/, "") : undefined;
}

function isReminderOrder(text: string): text is ReminderOrder {
  return (REMINDER_ORDERS as readonly string[]).includes(text);
}

/** No credentials: other users of this machine can read arguments. */
function isProxyFlag(text: string): boolean {
  if (text === "direct") return true;
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  const isBare = url.pathname === "/" && url.search === "" && url.hash === "";
  return isBare && url.hostname !== "" && url.username === "" && url.password === "";
}

function refuseMisplaced(
  command: Command,
  { flags, language }: { flags: Invocation["flags"]; language: Language },
): void {
  for (const [flag, owners] of OWNERS) {
    if (flags[flag] === undefined || owners.includes(command)) continue;
    const names = owners.filter((owner) => owner !== "open").map((owner) => `--${owner}`);
    throw invalid(language, {
      ja: `--${flag} は${names.length === 0 ? "画面を開くとき" : ` ${names.join(" ")} `}だけに使えます`,
      en: `--${flag} goes with ${names.length === 0 ? "opening the page" : names.join(" and ")} only`,
    });
  }
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
