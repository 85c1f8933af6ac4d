/**
 * One person's way through the pages: what was typed, what to tell next, and what runs now. There is one per
 * app, because there is one person and one keystore.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Attempt, Issuance } from "../issuance/mod.ts";

/** Said once, on the next certificate list. */
export type Notice = { kind: "cancelled" } | { kind: "resumed"; loginId: string };

export class Walk {
  readonly #load: () => Promise<Issuance>;
  readonly #acquiring = new WeakSet<Attempt>();
  readonly #answered = new WeakMap<Attempt, number>();
  #issuance: Promise<Issuance> | undefined;
  #loaded: Issuance | undefined;
  #busy = false;
  #resuming = false;
  #notices: Notice[] = [];
  /** The login ID typed last; never the password. */
  loginId = "";
  /** The person was shown the certificate that is here already, and wants another one all the same. */
  issuesAnyway = false;
  /** What the error page shows. */
  lastError: AppError | undefined;
  /** What went wrong when reminders were turned on or off; told once. */
  remindersError: AppError | undefined;
  /** Grows when a page that lies open should look again. */
  revision = 0;

  constructor(load: () => Promise<Issuance>) {
    this.#load = load;
  }

  /**
   * The engine, loaded with the first page. What earlier runs left behind is then finished in the background.
   *
   * @param onResumeFailed Told what went wrong there; the pages go on without it.
   */
  async issuance(onResumeFailed: (error: unknown) => void): Promise<Issuance> {
    if (this.#issuance === undefined) {
      this.#issuance = this.#load();
      try {
        this.#loaded = await this.#issuance;
      } catch (error) {
        this.#issuance = undefined; // the next page tries again
        throw error;
      }
      void this.#resume(this.#loaded).catch(onResumeFailed);
    }
    return await this.#issuance;
  }

  async #resume(issuance: Issuance): Promise<void> {
    this.#resuming = true;
    try {
      for (const { loginId } of await issuance.resume()) {
        this.#notices.push({ kind: "resumed", loginId });
        this.revision++;
      }
      // What could not be finished may need the person now; the list was shown before that was known.
      if ((await issuance.pending()).length > 0) this.revision++;
    } finally {
      this.#resuming = false;
    }
  }

  /** Runs one submission at a time: thirty clicks are one enrolment. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new AppError("issuance/already-running", {});
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Names the question that an attempt asks now, so that an answer from a page that still shows an earlier one,
   * or that of another attempt, is known from its own.
   */
  stepOf(attempt: Attempt): string {
    return `${attempt.correlationId}.${this.#answered.get(attempt) ?? 0}`;
  }

  /** The attempt has moved on to its next question. */
  answered(attempt: Attempt): void {
    this.#answered.set(attempt, (this.#answered.get(attempt) ?? 0) + 1);
  }

  /** Starts the part that nobody has to wait for; it runs on when the page is closed. */
  acquire(attempt: Attempt, onEnd: () => void): void {
    this.#acquiring.add(attempt);
    void attempt.acquire().catch(() => {}).finally(() => {
      this.revision++;
      onEnd();
    }); // its error stays in outcome()
  }

  /** The attempt that fetches its certificate right now. */
  running(): Attempt | undefined {
    const attempt = this.#loaded?.current();
    if (attempt === undefined || attempt.outcome() !== undefined) return undefined;
    return this.#acquiring.has(attempt) ? attempt : undefined;
  }

  /** Whether the app must not end now. */
  isBusy(): boolean {
    return this.#busy || this.#resuming || this.running() !== undefined;
  }

  notify(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** Hands the notices out, once. */
  takeNotices(): Notice[] {
    return this.#notices.splice(0);
  }
}
