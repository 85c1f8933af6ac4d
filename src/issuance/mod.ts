/**
 * The engine: one certificate from a login ID to the keystore, in steps that know neither pages nor OS commands,
 * and that survive a crash at any point. The room's front door.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../errors.ts";
import type { KeystoreStatus } from "../keystore/mod.ts";
import { decodePem } from "../pki/pem.ts";
import { loginId as loginIdSchema } from "../protocol/messages.ts";
import { abandonQuietly, IssuanceAttempt } from "./attempt.ts";
import { heldCertificates } from "./certificates.ts";
import { Journal } from "./journal.ts";
import { KeySource } from "./key_source.ts";
import { type Lock, takeLock } from "./lock.ts";
import type { IssuanceParts, Workshop } from "./parts.ts";
import { resumeEntries } from "./resume.ts";
import type { AcquiredCertificate, Attempt, HeldCertificate, Issuance, PendingSummary } from "./types.ts";

export type { JournalState } from "./journal.ts";
export type { Authority, IssuanceParts } from "./parts.ts";
export type { Question, QuestionField } from "./steps/mod.ts";
export type {
  AcquiredCertificate,
  Attempt,
  HeldCertificate,
  Issuance,
  Outcome,
  PendingSummary,
  Phase,
  PhaseProgress,
  PhaseState,
} from "./types.ts";

/** Bytes of a correlation ID: short enough to be read out on the telephone, long enough to be found in a log. */
const CORRELATION_ID_BYTES = 8;

/**
 * Puts the engine together. Nothing happens before the first call.
 *
 * @throws {AppError} `pki/malformed` if a trust anchor of the profile cannot be read.
 */
export function createIssuance(parts: IssuanceParts): Issuance {
  const { stateFolder, log, onState, profile } = parts;
  return new Engine({
    ...parts,
    journal: new Journal({ folder: `${stateFolder}/journal`, log, onState }),
    trustAnchorsDer: profile.authority.trustAnchors.flatMap((pem) => decodePem(pem, "CERTIFICATE")),
  });
}

class Engine implements Issuance {
  readonly #workshop: Workshop;
  readonly #keys: KeySource;
  #attempt: IssuanceAttempt | undefined;
  #lock: Lock | undefined;
  #isBeginning = false;
  #resuming: Promise<AcquiredCertificate[]> | undefined;
  #hasResumed = false;
  /** The keystore's check while a person types; used once, because a keystore can change. */
  #checked: Promise<KeystoreStatus> | undefined;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
    this.#keys = new KeySource(workshop.profile.key.algorithm);
  }

  prepareKey(): void {
    this.#keys.prepare();
    this.#checked ??= this.#workshop.keystore.check();
    this.#checked.catch(() => this.#checked = undefined); // asked again when it matters
  }

  async list(): Promise<HeldCertificate[]> {
    const { keystore, trustAnchorsDer, now } = this.#workshop;
    return await heldCertificates(await keystore.list(), { trustAnchorsDer, now: now() });
  }

  async begin(request: { operation: "issue"; loginId: string }): Promise<Attempt> {
    const correlationId = this.#workshop.randomBytes(CORRELATION_ID_BYTES).toHex();
    try {
      return await this.#begin({ ...request, correlationId });
    } catch (error) {
      const { loginId, operation } = request;
      const failed = error instanceof AppError ? error.withCorrelationId(correlationId) : error;
      const code = failed instanceof AppError ? failed.code : String(failed);
      // What was typed is of no interest if it is no login ID: it may be a password in the wrong field.
      const who = v.is(loginIdSchema, loginId) ? { loginId } : {};
      this.#workshop.log.warn("issuance.not-begun", { correlationId, operation, ...who, code });
      throw failed;
    }
  }

  current(): Attempt | undefined {
    return this.#attempt;
  }

  async pending(): Promise<PendingSummary[]> {
    const entries = await this.#workshop.journal.load();
    // An installed certificate whose enrolment has run out asks for nothing: its first login has confirmed it,
    // or the next issue replaces it.
    return entries.filter((entry) => entry.state !== "INSTALLED" || entry.token !== undefined).map((
      entry,
    ) => ({
      journalId: entry.journalId,
      loginId: entry.loginId,
      state: entry.state,
      startedAt: new Date(entry.startedAt),
      needsAuthentication: entry.state === "SUBMITTED" && entry.token === undefined,
    }));
  }

  resume(): Promise<AcquiredCertificate[]> {
    return this.#resuming ??= this.#resume().finally(() => this.#resuming = undefined);
  }

  async #begin(
    { operation, loginId, correlationId }: { operation: "issue"; loginId: string; correlationId: string },
  ): Promise<Attempt> {
    if (!v.is(loginIdSchema, loginId)) throw new AppError("input/invalid", {}, { field: "loginId" });
    if (this.#isBeginning || this.#isBusy()) throw new AppError("issuance/already-running", {});
    this.#isBeginning = true;
    try {
      // A person who left a question open and starts again means the new one.
      if (this.#attempt?.outcome() === undefined) await this.#attempt?.cancel();
      // What an earlier run left may be all that is missing.
      if (!this.#hasResumed || this.#resuming !== undefined) await this.resume();
      this.#lock = await this.#takeLock();
      try {
        return this.#attempt = await this.#start({ operation, loginId, correlationId });
      } catch (error) {
        this.#release();
        throw error;
      }
    } finally {
      this.#isBeginning = false;
    }
  }

  async #start(
    request: { operation: "issue"; loginId: string; correlationId: string },
  ): Promise<IssuanceAttempt> {
    const { operation, loginId, correlationId } = request;
    const { client, log } = this.#workshop;
    // Before anything is asked of the person or the authority: is there a place for the certificate?
    const { location: storedAt } = await this.#checkKeystore();
    const { enrolmentId, token, step } = await client.start({ operation, loginId }, { correlationId });
    log.info("issuance.begun", { correlationId, operation, loginId, enrolmentId, step: step.kind });
    const access = { enrolmentId, token };
    try {
      return new IssuanceAttempt({
        workshop: this.#workshop,
        keys: this.#keys,
        correlationId,
        loginId,
        access,
        step,
        storedAt,
        onEnd: () => this.#release(),
      });
    } catch (error) {
      await abandonQuietly(client, { access, correlationId });
      throw error;
    }
  }

  async #checkKeystore(): Promise<KeystoreStatus> {
    const checked = await this.#checked?.catch(() => undefined);
    this.#checked = undefined;
    return checked ?? await this.#workshop.keystore.check();
  }

  async #resume(): Promise<AcquiredCertificate[]> {
    if (this.#attempt !== undefined && this.#attempt.outcome() === undefined) return [];
    // Somebody else is at work: it resumed when it started.
    const lock = await takeLock(this.#lockPath());
    if (lock === undefined) return [];
    try {
      const acquired = await resumeEntries(this.#workshop);
      this.#hasResumed = true;
      return acquired;
    } finally {
      lock.release();
    }
  }

  async #takeLock(): Promise<Lock> {
    let lock: Lock | undefined;
    try {
      lock = await takeLock(this.#lockPath());
    } catch (cause) {
      throw new AppError("state/not-writable", { path: this.#workshop.stateFolder }, { cause });
    }
    if (lock === undefined) throw new AppError("issuance/already-running", {});
    return lock;
  }

  #isBusy(): boolean {
    return this.#attempt !== undefined && this.#attempt.outcome() === undefined && !this.#attempt.isIdle;
  }

  #release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #lockPath(): string {
    return `${this.#workshop.stateFolder}/issuance.lock`;
  }
}
