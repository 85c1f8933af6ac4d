import { type AppError, type Language, toAppError } from "../errors.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { calendarFile } from "./calendar.ts";
import type { RemindersParts } from "./mod.ts";
import { type Notice, showNotice, type VisibleNotice } from "./notice.ts";
import { unavailable } from "./reasons.ts";
import { readState, type ReminderState, removeState, writeState } from "./state.ts";
import { SystemdTimer } from "./systemd.ts";
import { expiryNotice, testNotice } from "./texts.ts";
import { dueNotices } from "./thresholds.ts";
import type { Reminders, ReminderStatus } from "./types.ts";

/** A daily check that has not run for so long does not run any more. */
const OVERDUE_AFTER_MS = 2 * 24 * 60 * 60 * 1000;

/**
 * Variables that decide where things are and which language is spoken. A login shell may have them where the
 * user's systemd has not; the check is to see what the person saw who turned it on.
 */
const KEPT_VARIABLES = ["HAKKO_NSS_DB", "XDG_STATE_HOME", "LANG", "LC_ALL", "LC_MESSAGES"] as const;

/** A systemd timer and `notify-send`. */
export class LinuxReminders implements Reminders {
  readonly #parts: RemindersParts;
  readonly #timer: SystemdTimer;
  readonly #visible: VisibleNotice[] = [];

  constructor(parts: RemindersParts) {
    this.#parts = parts;
    this.#timer = new SystemdTimer({ ...parts, institutionCode: parts.institution.code });
  }

  async status(): Promise<ReminderStatus> {
    const { now, stateFolder } = this.#parts;
    const [isOn, state, next, refusal] = await Promise.all([
      this.#timer.isOn(),
      readState(stateFolder),
      this.#timer.next(),
      this.#refusal(),
    ]);
    const at = now();
    // While a check runs, the last elapse still counts as the next one.
    const nextCheck = isOn && next !== undefined && next > at ? next : undefined;
    return {
      isOn,
      lastCheck: state.lastCheck,
      nextCheck,
      isOverdue: isOn && isOverdue(state, at),
      unavailable: refusal,
    };
  }

  async turnOn(): Promise<ReminderStatus> {
    const { command, env, institution, find, language, log, now, stateFolder } = this.#parts;
    if (find("notify-send") === undefined) throw unavailable("notifySend", { language: language() });
    const environment = KEPT_VARIABLES.flatMap((name) => {
      const value = env(name);
      return value ? [[name, value] as const] : [];
    });
    await this.#timer.turnOn({
      description: institution.app[language()],
      command: [...command, "--remind", "check"],
      environment: Object.fromEntries(environment),
    });
    const state = await readState(stateFolder);
    await writeState(stateFolder, { ...state, turnedOnAt: now() }, now());
    log.info("reminder.turned-on");
    return await this.status();
  }

  async turnOff(): Promise<ReminderStatus> {
    await this.#timer.turnOff();
    await removeState(this.#parts.stateFolder);
    this.#parts.log.info("reminder.turned-off");
    return await this.status();
  }

  async test(): Promise<void> {
    await this.#show(testNotice(this.#frame()));
  }

  async check(): Promise<HeldCertificate[]> {
    const { list, log, now, stateFolder } = this.#parts;
    const certificates = await list();
    let state = await readState(stateFolder);
    const due = dueNotices(certificates, {
      now: now(),
      shown: (fingerprint) => state.shown.get(fingerprint)?.threshold,
    });
    for (const notice of due) {
      const { certificate: { fingerprint, serial, notAfter }, threshold, daysLeft } = notice;
      await this.#show(expiryNotice(notice, this.#frame()));
      // Written down after each one: a second notice is a lesser evil than none.
      state = { ...state, shown: new Map(state.shown).set(fingerprint, { threshold, notAfter }) };
      await writeState(stateFolder, state, now());
      log.info("reminder.shown", { serial, threshold, daysLeft });
    }
    await writeState(stateFolder, { ...state, lastCheck: now() }, now());
    log.info("reminder.checked", { certificates: certificates.length, shown: due.length });
    return due.map(({ certificate }) => certificate);
  }

  async answered(): Promise<boolean> {
    const waiting = this.#visible.splice(0).map(({ pressed }) => pressed);
    const first = Promise.withResolvers<boolean>();
    for (const pressed of waiting) pressed.then((isPressed) => isPressed && first.resolve(true));
    Promise.all(waiting).then((all) => first.resolve(all.includes(true)));
    return await first.promise;
  }

  calendar(certificate: HeldCertificate): string {
    const { institution, language, now } = this.#parts;
    return calendarFile(certificate, { institution, language: language(), now: now() });
  }

  async #show(notice: Notice): Promise<void> {
    const { language, run, find } = this.#parts;
    this.#visible.push(await showNotice(notice, { language: language(), run, find }));
  }

  #frame(): { app: RemindersParts["institution"]["app"]; language: Language; hasButton: boolean } {
    const { institution, language, canOpenPage } = this.#parts;
    return { app: institution.app, language: language(), hasButton: canOpenPage() };
  }

  async #refusal(): Promise<AppError | undefined> {
    const { find, language } = this.#parts;
    if (find("notify-send") === undefined) return unavailable("notifySend", { language: language() });
    try {
      await this.#timer.demand();
      return undefined;
    } catch (error) {
      return toAppError(error);
    }
  }
}

/** A time in the future, which a wrong clock has left, says nothing. */
function isOverdue({ lastCheck, turnedOnAt }: ReminderState, now: Date): boolean {
  const known = [lastCheck, turnedOnAt].filter((date) => date !== undefined && date <= now);
  return !known.some((date) => now.getTime() - date!.getTime() <= OVERDUE_AFTER_MS);
}
