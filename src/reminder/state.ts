/**
 * What the daily check remembers: `reminders.json` in the state folder.
 *
 * @module
 */
import { ensurePrivateFolder, removeDurably, writeDurably } from "../platform/durable_file.ts";
import { inFolder } from "../platform/folders.ts";
import { NOTICE_DAYS, type NoticeDays } from "./thresholds.ts";

/** The most urgent notice that was shown for one certificate. */
export interface ShownNotice {
  threshold: NoticeDays;
  /** After it nobody needs to remember. */
  notAfter: Date;
}

export interface ReminderState {
  /** When a check last ran to its end. */
  lastCheck: Date | undefined;
  turnedOnAt: Date | undefined;
  /** By the certificate's fingerprint. */
  shown: ReadonlyMap<string, ShownNotice>;
}

const FILE_NAME = "reminders.json";

/**
 * Reads it. What is missing or damaged counts as never having happened: the worst that follows is a notice that
 * comes twice.
 */
export async function readState(stateFolder: string): Promise<ReminderState> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(inFolder(stateFolder, FILE_NAME)));
  } catch {
    // Not there, not readable, or not JSON.
  }
  const { lastCheck, turnedOnAt, shown } = recordOf(value);
  return {
    lastCheck: dateOf(lastCheck),
    turnedOnAt: dateOf(turnedOnAt),
    shown: new Map(
      Object.entries(recordOf(shown)).flatMap(([fingerprint, entry]) => {
        const threshold = NOTICE_DAYS.find((days) => days === recordOf(entry)["threshold"]);
        const notAfter = dateOf(recordOf(entry)["notAfter"]);
        return threshold === undefined || notAfter === undefined
          ? []
          : [[fingerprint, { threshold, notAfter }] as const];
      }),
    ),
  };
}

/** Replaces it, durably, without certificates that have ended. @throws what the file system throws. */
export async function writeState(stateFolder: string, state: ReminderState, now: Date): Promise<void> {
  await ensurePrivateFolder(stateFolder);
  const shown = [...state.shown].filter(([, { notAfter }]) => notAfter > now);
  const text = `${JSON.stringify({ ...state, shown: Object.fromEntries(shown) })}\n`;
  await writeDurably(inFolder(stateFolder, FILE_NAME), new TextEncoder().encode(text));
}

/** Forgets everything. Nothing there is success. */
export async function removeState(stateFolder: string): Promise<void> {
  await removeDurably(inFolder(stateFolder, FILE_NAME));
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function dateOf(value: unknown): Date | undefined {
  const date = typeof value === "string" ? new Date(value) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}
