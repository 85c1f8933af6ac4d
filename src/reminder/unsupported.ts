import { AppError } from "../errors.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { calendarFile } from "./calendar.ts";
import type { RemindersParts } from "./mod.ts";
import { unavailable } from "./reasons.ts";
import type { Reminders, ReminderStatus } from "./types.ts";

/** Where there is no daily check: it says so. The calendar file works everywhere. */
export class UnsupportedReminders implements Reminders {
  readonly #parts: RemindersParts;

  constructor(parts: RemindersParts) {
    this.#parts = parts;
  }

  status(): Promise<ReminderStatus> {
    return Promise.resolve({
      isOn: false,
      lastCheck: undefined,
      nextCheck: undefined,
      isOverdue: false,
      unavailable: this.#refusal(),
    });
  }

  turnOn(): Promise<ReminderStatus> {
    return Promise.reject(this.#refusal());
  }

  turnOff(): Promise<ReminderStatus> {
    return this.status();
  }

  test(): Promise<void> {
    return Promise.reject(this.#refusal());
  }

  check(): Promise<HeldCertificate[]> {
    return Promise.reject(this.#refusal());
  }

  answered(): Promise<boolean> {
    return Promise.resolve(false);
  }

  calendar(certificate: HeldCertificate): string {
    const { institution, language, now } = this.#parts;
    return calendarFile(certificate, { institution, language: language(), now: now() });
  }

  #refusal(): AppError {
    const { os, language } = this.#parts;
    return unavailable(os === "windows" ? "windows" : "system", { language: language() });
  }
}
