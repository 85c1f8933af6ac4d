/**
 * The engine: one certificate from a login ID to the keystore, in steps that know neither pages nor OS commands,
 * and that survive a crash at any point. The room's front door.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../errors.ts";
import type { KeystoreStatus } from "../keystore/mod.ts";
import type { EnrolmentRequest } from "../network/authority_client.ts";
import { decodePem } from "../pki/pem.ts";
import { type EnrolmentStarted, loginId as loginIdSchema } from "../protocol/messages.ts";
import { abandonQuietly } from "./abandon.ts";
import { IssuanceAttempt } from "./attempt.ts";
import { checkClock } from "./clock.ts";
import { readDeviceId } from "./device_id.ts";
import { takeStock } from "./holdings.ts";
import { Journal } from "./journal.ts";
import { KeySource } from "./key_source.ts";
import { type Lock, takeLock } from "./lock.ts";
import type { IssuanceParts, Workshop } from "./parts.ts";
import { findRenewable, FINGERPRINT_PATTERN } from "./renewal.ts";
import { resumeEntries } from "./resume.ts";
import { learnOfSuccessor } from "./succession.ts";
import type {
  AcquiredCertificate,
  AcquisitionRequest,
  Attempt,
  HeldCertificate,
  Issuance,
  PendingSummary,
  UnlistedCertificate,
} from "./types.ts";

export type { JournalState } from "./journal.ts";
export type { Authority, IssuanceParts } from "./parts.ts";
export type { Question, QuestionField } from "./steps/mod.ts";
export { readNumber } from "./steps/number.ts";
export type {
  AcquiredCertificate,
  AcquisitionRequest,
  Attempt,
  HeldCertificate,
  Issuance,
  Outcome,
  PendingSummary,
  Phase,
  PhaseProgress,
  PhaseState,
  UnlistedCertificate,
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
    superseded: new Set(),
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
    return (await takeStock(this.#workshop)).listed;
  }

  async unlisted(): Promise<UnlistedCertificate[]> {
    return (await takeStock(this.#workshop)).unlisted;
  }

  async begin(request: AcquisitionRequest): Promise<Attempt> {
    const correlationId = this.#workshop.randomBytes(CORRELATION_ID_BYTES).toHex();
    try {
      return await this.#begin(request, correlationId);
    } catch (error) {
      const failed = error instanceof AppError ? error.withCorrelationId(correlationId) : error;
      const code = failed instanceof AppError ? failed.code : String(failed);
      const { operation } = request;
      this.#workshop.log.warn("issuance.not-begun", { correlationId, operation, ...forLog(request), code });
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
      operation: entry.operation,
      loginId: entry.loginId,
      state: entry.state,
      startedAt: new Date(entry.startedAt),
      needsAuthentication: entry.state === "SUBMITTED" && entry.token === undefined,
    }));
  }

  resume(): Promise<AcquiredCertificate[]> {
    return this.#resuming ??= this.#resume().finally(() => this.#resuming = undefined);
  }

  async #begin(request: AcquisitionRequest, correlationId: string): Promise<Attempt> {
    if (request.operation === "issue" && !v.is(loginIdSchema, request.loginId)) {
      throw new AppError("input/invalid", {}, { field: "loginId" });
    }
    if (this.#isBeginning || this.#isBusy()) throw new AppError("issuance/already-running", {});
    this.#isBeginning = true;
    try {
      // A person who left a question open and starts again means the new one.
      if (this.#attempt?.outcome() === undefined) await this.#attempt?.cancel();
      // What an earlier run left may be all that is missing.
      if (!this.#hasResumed || this.#resuming !== undefined) await this.resume();
      this.#lock = await this.#takeLock();
      try {
        return this.#attempt = await this.#start(request, correlationId);
      } catch (error) {
        this.#release();
        throw error;
      }
    } finally {
      this.#isBeginning = false;
    }
  }

  async #start(request: AcquisitionRequest, correlationId: string): Promise<IssuanceAttempt> {
    const { client, log, now } = this.#workshop;
    // Before anything is asked of the person or the authority: is there a place for the certificate?
    const { location: storedAt } = await this.#checkKeystore();
    const { loginId, renews } = await this.#whose(request, correlationId);
    const device = await readDeviceId(this.#workshop);
    const { enrolmentId, token, step, time } = await this.#startEnrolment(
      renews === undefined
        ? { operation: "issue", loginId, device }
        : { operation: "renew", loginId, device, serial: renews.serial },
      { correlationId, renews },
    );
    const { operation } = request;
    log.info("issuance.begun", { correlationId, operation, loginId, enrolmentId, step: step.kind });
    const access = { enrolmentId, token };
    try {
      checkClock(now(), time);
      return new IssuanceAttempt({
        workshop: this.#workshop,
        keys: this.#keys,
        correlationId,
        loginId,
        renews,
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

  async #whose(
    request: AcquisitionRequest,
    correlationId: string,
  ): Promise<{ loginId: string; renews: HeldCertificate | undefined }> {
    if (request.operation === "issue") return { loginId: request.loginId, renews: undefined };
    const { fingerprint } = request;
    const renews = await findRenewable(this.#workshop, { fingerprint, correlationId });
    return { loginId: renews.loginId, renews };
  }

  async #startEnrolment(
    request: EnrolmentRequest,
    { correlationId, renews }: { correlationId: string; renews: HeldCertificate | undefined },
  ): Promise<EnrolmentStarted> {
    try {
      return await this.#workshop.client.start(request, { correlationId });
    } catch (error) {
      const isSuperseded = error instanceof AppError && error.key === "registration/renewal-superseded";
      if (isSuperseded && renews) await learnOfSuccessor(this.#workshop, renews);
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
    const lock = await this.#tryLock();
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
    const lock = await this.#tryLock();
    if (lock === undefined) throw new AppError("issuance/already-running", {});
    return lock;
  }

  async #tryLock(): Promise<Lock | undefined> {
    try {
      return await takeLock(this.#lockPath());
    } catch (cause) {
      throw new AppError("state/not-writable", { path: this.#workshop.stateFolder }, { cause });
    }
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

/** Who or what it was about. What was typed is of no interest if it is none: it may be a password in the wrong field. */
function forLog(request: AcquisitionRequest): { loginId?: string; fingerprint?: string } {
  if (request.operation === "issue") {
    return v.is(loginIdSchema, request.loginId) ? { loginId: request.loginId } : {};
  }
  return FINGERPRINT_PATTERN.test(request.fingerprint) ? { fingerprint: request.fingerprint } : {};
}
