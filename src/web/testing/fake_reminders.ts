/** Reminders in memory, for tests of the pages: no timer, no notices. */
import type { AppError } from "../../errors.ts";
import type { HeldCertificate } from "../../issuance/mod.ts";
import type { Reminders, ReminderStatus } from "../../reminder/types.ts";

export class FakeReminders implements Reminders {
  state: ReminderStatus = {
    isOn: false,
    lastCheck: undefined,
    nextCheck: undefined,
    isOverdue: false,
    unavailable: undefined,
  };
  /** Thrown by `turnOn()` and `turnOff()`. */
  error: AppError | undefined;
  /** How often each method was called. */
  readonly calls = { turnOn: 0, turnOff: 0, calendar: 0 };

  status(): Promise<ReminderStatus> {
    return Promise.resolve({ ...this.state });
  }

  turnOn(): Promise<ReminderStatus> {
    this.calls.turnOn++;
    return this.#turn({ isOn: true, nextCheck: new Date("2026-11-24T01:00:00Z") });
  }

  turnOff(): Promise<ReminderStatus> {
    this.calls.turnOff++;
    return this.#turn({ isOn: false, nextCheck: undefined, isOverdue: false });
  }

  test(): Promise<void> {
    return Promise.resolve();
  }

  check(): Promise<HeldCertificate[]> {
    return Promise.resolve([]);
  }

  answered(): Promise<boolean> {
    return Promise.resolve(false);
  }

  calendar({ serial }: HeldCertificate): string {
    this.calls.calendar++;
    return `BEGIN:VCALENDAR\r\nX-SERIAL:${serial}\r\nEND:VCALENDAR\r\n`;
  }

  #turn(changes: Partial<ReminderStatus>): Promise<ReminderStatus> {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.state = { ...this.state, ...changes };
    return this.status();
  }
}
