/**
 * The daily check as a timer of the user's own systemd. No text for people is parsed: exit codes say whether it
 * worked, and D-Bus says when it comes next.
 *
 * @module
 */
import type { Language } from "../errors.ts";
import { ensurePrivateFolder, removeDurably, writeDurably } from "../platform/durable_file.ts";
import type { Environment } from "../platform/environment.ts";
import type { findProgram, ProgramOutput, runProgram } from "../platform/run.ts";
import { unavailable } from "./reasons.ts";
import { serviceUnit, timerUnit, unitNames, type UnitsOf } from "./units.ts";

/** What the timer is made of. */
export interface TimerParts {
  institutionCode: string;
  env: Environment;
  language(): Language;
  run: typeof runProgram;
  find: typeof findProgram;
}

/** Far more than systemd needs, and still an answer. */
const TIMEOUT_MS = 15_000;
/** What D-Bus says for "never", in microseconds. */
const NEVER = 2n ** 64n - 1n;

/** One institution's timer. */
export class SystemdTimer {
  readonly #parts: TimerParts;
  readonly #names: { service: string; timer: string };

  constructor(parts: TimerParts) {
    this.#parts = parts;
    this.#names = unitNames(parts.institutionCode);
  }

  /** Makes sure that the user's systemd answers. @throws {AppError} `reminder/unavailable`. */
  async demand(): Promise<void> {
    const { language } = this.#parts;
    if (this.#folder() === undefined) throw unavailable("home", { language: language() });
    if (this.#parts.find("systemctl") === undefined) throw unavailable("systemd", { language: language() });
    const answer = await this.#systemctl("show", "--property=Version");
    if (answer?.code !== 0) {
      throw unavailable("session", { language: language(), cause: new Error(wordsOf(answer)) });
    }
  }

  /** Whether it is in place: read from the disk, where the next login reads it as well. */
  async isOn(): Promise<boolean> {
    const folder = this.#folder();
    if (folder === undefined) return false;
    const enabled = `${folder}/timers.target.wants/${this.#names.timer}`;
    return await isThere(enabled) && await isThere(`${folder}/${this.#names.service}`);
  }

  /** When it elapses next; `undefined` if it does not, or if nobody says. */
  async next(): Promise<Date | undefined> {
    const path = `/org/freedesktop/systemd1/unit/${escapeForPath(this.#names.timer)}`;
    const answer = await this.#run("busctl", [
      "--user",
      "get-property",
      "org.freedesktop.systemd1",
      path,
      "org.freedesktop.systemd1.Timer",
      "NextElapseUSecRealtime",
    ]);
    return answer?.code === 0 ? parseElapse(new TextDecoder().decode(answer.stdout)) : undefined;
  }

  /**
   * Puts it in place and starts it; over an older one as well.
   *
   * @throws {AppError} `reminder/unavailable`, and then nothing of it is left.
   */
  async turnOn(units: UnitsOf): Promise<void> {
    await this.demand();
    const folder = this.#folder()!;
    const { service, timer } = this.#names;
    try {
      await ensurePrivateFolder(folder);
      await write(`${folder}/${service}`, serviceUnit(units));
      await write(`${folder}/${timer}`, timerUnit(units));
      await this.#demand("daemon-reload");
      await this.#demand("enable", timer);
      await this.#demand("restart", timer); // unlike `start`, takes over what has changed
    } catch (error) {
      await this.turnOff();
      throw error;
    }
  }

  /** Takes it away, with or without a systemd that answers. A check that runs just now runs to its end. */
  async turnOff(): Promise<void> {
    const folder = this.#folder();
    if (folder === undefined) return;
    const { service, timer } = this.#names;
    await this.#systemctl("disable", "--now", timer);
    await this.#systemctl("clean", "--what=state", timer); // when it last elapsed
    await removeDurably(`${folder}/timers.target.wants/${timer}`);
    await removeDurably(`${folder}/${timer}`);
    await removeDurably(`${folder}/${service}`);
    await this.#systemctl("daemon-reload");
    await this.#systemctl("reset-failed", service);
  }

  async #demand(...args: string[]): Promise<void> {
    const answer = await this.#systemctl(...args);
    if (answer?.code === 0) return;
    const program = `systemctl --user ${args.join(" ")}`;
    throw unavailable({ program, says: wordsOf(answer) }, { language: this.#parts.language() });
  }

  #systemctl(...args: string[]): Promise<ProgramOutput | undefined> {
    return this.#run("systemctl", ["--user", "--no-pager", "--no-ask-password", ...args]);
  }

  /** @returns `undefined` if there is no such program, or if we may not run it. */
  async #run(name: string, args: readonly string[]): Promise<ProgramOutput | undefined> {
    const path = this.#parts.find(name);
    if (path === undefined) return undefined;
    try {
      return await this.#parts.run(path, args, { timeoutMs: TIMEOUT_MS });
    } catch {
      return undefined;
    }
  }

  /** Where the user's units are, by the XDG Base Directory Specification. */
  #folder(): string | undefined {
    const config = absolute(this.#parts.env("XDG_CONFIG_HOME"));
    const home = absolute(this.#parts.env("HOME"));
    const base = config ?? (home && `${home}/.config`);
    return base && `${base}/systemd/user`;
  }
}

/**
 * Reads what `busctl get-property` prints for a time, e.g. `t 1795651392702153`.
 *
 * @returns `undefined` for anything else, and for "never".
 */
export function parseElapse(text: string): Date | undefined {
  const digits = /^t (\d{1,20})\s*$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const microseconds = BigInt(digits);
  const date = new Date(Number(microseconds / 1000n));
  return microseconds === 0n || microseconds >= NEVER || Number.isNaN(date.getTime()) ? undefined : date;
}

/** A unit's name as a part of an object path: all but ASCII letters and digits as `_` and two hex digits. */
export function escapeForPath(unit: string): string {
  return unit.replace(/[^0-9A-Za-z]/g, (c) => `_${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function wordsOf(answer: ProgramOutput | undefined): string {
  if (answer === undefined) return "not started";
  if (answer.timedOut) return "timed out";
  return new TextDecoder().decode(answer.stderr).trim() || `exit code ${answer.code}`;
}

async function write(path: string, text: string): Promise<void> {
  await writeDurably(path, new TextEncoder().encode(text));
}

/** A link counts, whatever it points to. */
async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path.replace(/(?<=.)\/+$/, "") : undefined;
}
