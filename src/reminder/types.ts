/**
 * What the pages and the command line see of the reminders.
 *
 * @module
 */
import type { AppError } from "../errors.ts";
import type { HeldCertificate } from "../issuance/mod.ts";

/** How things stand with the daily check. */
export interface ReminderStatus {
  isOn: boolean;
  /** When it last ran to its end. */
  lastCheck: Date | undefined;
  /** When it runs next; `undefined` while it is off, and where nobody knows. */
  nextCheck: Date | undefined;
  /** It is on and has not run for longer than it should: nobody would be reminded. */
  isOverdue: boolean;
  /** Why it cannot be turned on here: `reminder/unavailable`. */
  unavailable: AppError | undefined;
}

/** A daily check that shows a desktop notice before a certificate expires. */
export interface Reminders {
  /** Never throws: what cannot be found out counts as not there. */
  status(): Promise<ReminderStatus>;
  /** Puts the daily check in place; again is no error. @throws {AppError} `reminder/unavailable`. */
  turnOn(): Promise<ReminderStatus>;
  /** Takes it away, and all that it left; again is no error. */
  turnOff(): Promise<ReminderStatus>;
  /** Shows one notice now. @throws {AppError} `reminder/unavailable` if nothing shows notices here. */
  test(): Promise<void>;
  /**
   * What the daily check does: shows the notices that are due, each once.
   *
   * @returns Certificates for which one was shown.
   * @throws {AppError} `reminder/unavailable` if a notice is due and nothing shows notices here: it stays due.
   * Those of the keystore.
   */
  check(): Promise<HeldCertificate[]>;
  /**
   * Waits until every notice that was shown is gone. Only while somebody waits can their button be answered.
   *
   * @returns Whether 「アプリを開く」 was pressed on one: the caller opens the page.
   */
  answered(): Promise<boolean>;
  /** An iCalendar file (RFC 5545) with the day from which renewal is possible and the last day, with alarms. */
  calendar(certificate: HeldCertificate): string;
}
