/**
 * Reminders: a daily check by the system's own scheduler, a desktop notice before a certificate expires, and a
 * calendar file for everybody else. The room's front door.
 *
 * @module
 */
import type { Language, Text } from "../errors.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import type { Log } from "../log/log.ts";
import type { Environment } from "../platform/environment.ts";
import type { Os } from "../platform/os.ts";
import type { findProgram, runProgram } from "../platform/run.ts";
import { LinuxReminders } from "./linux.ts";
import type { Reminders } from "./types.ts";
import { UnsupportedReminders } from "./unsupported.ts";

export type { Reminders, ReminderStatus } from "./types.ts";

/** What the reminders are made of. */
export interface RemindersParts {
  os: Os;
  env: Environment;
  /** Whose they are; the code names the timer, and the app's name stands on the notices. */
  institution: { code: string; name: Text; app: Text };
  /**
   * How to start this app again as it was started: the program's absolute path and its arguments, among them
   * `--profile` and `--state-dir` (absolute) where they were given, but no command. In an executable the program
   * is `Deno.execPath()`; in a checkout it is Deno, and `run …/main.ts` is among the arguments.
   */
  command: readonly string[];
  /** Absolute; it may not exist yet. */
  stateFolder: string;
  /** This user's certificates that are not expired; asked only when a check runs. */
  list(): Promise<HeldCertificate[]>;
  /** Whether a notice's button could show the page: there is a screen, and a browser. */
  canOpenPage(): boolean;
  language(): Language;
  now(): Date;
  log: Log;
  run: typeof runProgram;
  find: typeof findProgram;
}

/** Chooses the reminders of this system. Nothing happens before the first call. */
export function openReminders(parts: RemindersParts): Reminders {
  return parts.os === "linux" ? new LinuxReminders(parts) : new UnsupportedReminders(parts);
}
