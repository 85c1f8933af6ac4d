/**
 * One person's way through the pages: what was typed, what to tell next, and what runs now. There is one per
 * app, because there is one person and one keystore.
 *
 * @module
 */
import type { Context } from "@hono/hono";
import { AppError } from "../errors.ts";
import type { Attempt, Issuance } from "../issuance/mod.ts";
import type { ProxyAuthentication } from "../network/proxy/types.ts";

/** How the result of some work is told: to the page that waits for it, whichever that is when it is there. */
export type Reply = (c: Context) => Response | Promise<Response>;

/** What the error page shows. */
export interface Failure {
  error: AppError;
  /** When trying again makes sense, if the authority said so. */
  retryAt: Date | undefined;
}

/** Work that a proxy's question interrupted; it goes on by itself. */
interface Interrupted {
  work: Promise<Reply>;
  isOver: boolean;
}

/** Said once, on the next certificate list. */
export type Notice = { kind: "cancelled" } | { kind: "resumed"; loginId: string };

export class Walk {
  readonly #load: () => Promise<Issuance>;
  readonly #proxyAuthentication: ProxyAuthentication | undefined;
  readonly #acquiring = new WeakSet<Attempt>();
  readonly #answered = new WeakMap<Attempt, number>();
  #issuance: Promise<Issuance> | undefined;
  #loaded: Issuance | undefined;
  #busy = false;
  #resuming: Promise<void> | undefined;
  #interrupted: Interrupted | undefined;
  #revision = 0;
  #seenChallenge = "";
  #notices: Notice[] = [];
  /** The login ID typed last; never the password. */
  loginId = "";
  /** The person was shown the certificate that is here already, and wants another one all the same. */
  issuesAnyway = false;
  /** The name typed last for the proxy; never the password. */
  proxyUsername = "";
  /** What the error page shows. */
  failure: Failure | undefined;
  /** Does once more what the authority had no time for. It holds no password. */
  again: (() => Promise<Reply>) | undefined;
  /** What went wrong when reminders were turned on or off; told once. */
  remindersError: AppError | undefined;

  constructor(load: () => Promise<Issuance>, proxyAuthentication?: ProxyAuthentication) {
    this.#load = load;
    this.#proxyAuthentication = proxyAuthentication;
  }

  /** Another number when a page that lies open should look again. */
  get revision(): number {
    const challenge = JSON.stringify(this.#proxyAuthentication?.pending()) ?? "";
    if (challenge !== this.#seenChallenge) this.#revision++;
    this.#seenChallenge = challenge;
    return this.#revision;
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
      const resuming = this.#resume(this.#loaded).catch(onResumeFailed);
      this.#resuming = resuming;
      void resuming.finally(() => this.#resuming = undefined);
    }
    return await this.#issuance;
  }

  async #resume(issuance: Issuance): Promise<void> {
    for (const { loginId } of await issuance.resume()) {
      this.#notices.push({ kind: "resumed", loginId });
      this.#revision++;
    }
    // What could not be finished may need the person now; the list was shown before that was known.
    if ((await issuance.pending()).length > 0) this.#revision++;
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
      this.#revision++;
      onEnd();
    }); // its error stays in outcome()
  }

  /** Whether an attempt fetches its certificate, or has done so, well or badly. */
  hasAcquired(attempt: Attempt): boolean {
    return this.#acquiring.has(attempt);
  }

  /** The attempt that fetches its certificate right now. */
  running(): Attempt | undefined {
    const attempt = this.#loaded?.current();
    if (attempt === undefined || attempt.outcome() !== undefined) return undefined;
    return this.#acquiring.has(attempt) ? attempt : undefined;
  }

  /** Whether the app must not end now. What waits for a person does not keep it: nobody may be there. */
  isBusy(): boolean {
    if (this.#proxyAuthentication?.pending() !== undefined) return false;
    return this.#busy || this.#resuming !== undefined || this.running() !== undefined;
  }

  /** The proxy asks before this work can go on: whoever answers gets its result. */
  interrupt(work: Promise<Reply>): void {
    if (this.#interrupted?.work === work) return;
    const interrupted: Interrupted = { work, isOver: false };
    this.#interrupted = interrupted;
    void work.finally(() => interrupted.isOver = true);
  }

  /** Whether interrupted work is still under way. */
  isInterrupted(): boolean {
    return this.#interrupted?.isOver === false;
  }

  /** The interrupted work whose result nobody has been told. */
  interrupted(): Promise<Reply> | undefined {
    return this.#interrupted?.work;
  }

  /** Its result was told. */
  told(work: Promise<Reply>): void {
    if (this.#interrupted?.work === work) this.#interrupted = undefined;
  }

  /** Resolves when nothing is under way that could make a proxy ask. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#interrupted?.work, this.running()?.acquire(), this.#resuming]);
  }

  /** Remembers what went wrong, so that a reload shows it again; the time to try again stays what it was. */
  fail(error: AppError, now: Date): Failure {
    if (this.failure?.error === error) return this.failure;
    return this.failure = { error, retryAt: retryTime(error, now) };
  }

  notify(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** Hands the notices out, once. */
  takeNotices(): Notice[] {
    return this.#notices.splice(0);
  }
}

/** When an error's Retry-After is over. */
export function retryTime({ retryAfterSeconds }: AppError, now: Date): Date | undefined {
  return retryAfterSeconds === undefined ? undefined : new Date(now.getTime() + retryAfterSeconds * 1000);
}
