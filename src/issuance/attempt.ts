/**
 * One person's attempt: the authority's questions, then key, CSR, certificate. It runs to its end whoever
 * watches, and can be cancelled until the CSR is on its way.
 *
 * @module
 */
import { AppError, type ErrorKey, toAppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { EnrolmentAccess } from "../network/authority_client.ts";
import { equalBytes, sha256 } from "../pki/bytes.ts";
import { importKeyPair, type KeyPair } from "../pki/keys.ts";
import type { NextStep, Operation } from "../protocol/messages.ts";
import { abandonQuietly } from "./abandon.ts";
import { Course, type EntryUnderWay, isUnderWay } from "./course.ts";
import { isInstalled } from "./install.ts";
import type { EntryIn, JournalEntry } from "./journal.ts";
import type { KeySource } from "./key_source.ts";
import type { Workshop } from "./parts.ts";
import { type CreatedRequest, createRequest, type WantedRequest } from "./request.ts";
import { checkAnswer, type Question, readStep } from "./steps/mod.ts";
import { isInstalledRenewal } from "./succession.ts";
import {
  type AcquiredCertificate,
  type Attempt,
  type HeldCertificate,
  type Outcome,
  type Phase,
  PHASES,
  type PhaseState,
} from "./types.ts";

/** What an attempt starts from. */
export interface AttemptOptions {
  workshop: Workshop;
  keys: KeySource;
  correlationId: string;
  loginId: string;
  /** The certificate that is renewed, if one is. */
  renews: HeldCertificate | undefined;
  access: EnrolmentAccess;
  step: NextStep;
  /** The keystore's location. */
  storedAt: string;
  /** Called once, when nothing more will happen. */
  onEnd: () => void;
}

/** Errors of an answer after which the person may answer again. */
const MAY_REPEAT = new Set([
  ...[
    "registration/wrong-credentials",
    "registration/wrong-answer",
    "registration/code-used",
    "input/invalid",
  ],
  ...["authority/busy", "authority/unavailable"],
  ...["network/unreadable-answer", "network/untrusted-authority", "network/certificate-dates"],
  ...["network/inspected", "network/proxy-unreachable", "network/proxy-refused", "network/proxy-untrusted"],
  ...["network/proxy-credentials-needed", "network/proxy-scheme", "network/proxy-unusable"],
]);

/** Errors of a request by an earlier run's key, after which a new key may have more luck. */
const REFUSES_KEY = new Set<ErrorKey>(["registration/csr-refused", "registration/renewal-refused"]);

/** What the authority has answered to an earlier request: the next one gets its own answer. */
type Answered = Pick<EntryIn<"RECEIVED">, "certificate" | "chain" | "serial">;

/** {@link Attempt} against the real parts. */
export class IssuanceAttempt implements Attempt {
  readonly correlationId: string;
  readonly operation: Operation;
  readonly loginId: string;
  readonly renews: HeldCertificate | undefined;
  readonly startedAt: Date;
  readonly #options: AttemptOptions;
  readonly #workshop: Workshop;
  readonly #log: Log;
  readonly #phases = new Map<Phase, PhaseState>(PHASES.map((phase) => [phase, "waiting"]));
  readonly #cancelling = new AbortController();
  #question: Question | undefined;
  #wanted: WantedRequest | undefined;
  #acquiring: Promise<AcquiredCertificate> | undefined;
  #answering = false;
  #isSent = false;
  #outcome: Outcome | undefined;

  /** @throws {AppError} as `readStep()` does. */
  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#workshop = options.workshop;
    this.correlationId = options.correlationId;
    this.loginId = options.loginId;
    this.renews = options.renews;
    this.operation = options.renews === undefined ? "issue" : "renew";
    this.startedAt = options.workshop.now();
    this.#log = options.workshop.log.with({ correlationId: options.correlationId });
    this.#take(options.step);
  }

  get question(): Question | undefined {
    return this.#question;
  }

  /** What an entry of the journal gets to know of this run. */
  get #current(): EnrolmentAccess & { correlationId: string } {
    const { enrolmentId, token } = this.#options.access;
    return { enrolmentId, token, correlationId: this.correlationId };
  }

  /** Nothing is under way: a person has left the question open. */
  get isIdle(): boolean {
    return this.#acquiring === undefined && !this.#answering;
  }

  async answer(values: Readonly<Record<string, string>>): Promise<void> {
    if (this.#outcome?.ok === false) throw this.#outcome.error;
    if (this.#question === undefined) throw this.#error("registration/out-of-order");
    if (this.#answering) throw this.#error("issuance/already-running");
    const { kind } = this.#question;
    this.#answering = true;
    try {
      const answer = checkAnswer(this.#question, values);
      const { client } = this.#workshop;
      const earlier = await this.#findEarlier();
      this.#throwIfCancelled();
      const call = {
        correlationId: this.correlationId,
        signal: this.#cancelling.signal,
        idempotencyKey: earlier?.idempotencyKey,
      };
      const { step } = await client.answer(this.#options.access, { kind, answer }, call);
      this.#throwIfCancelled();
      this.#take(step);
      this.#log.info("issuance.answered", { kind, next: step.kind });
    } catch (thrown) {
      const error = this.#readError(thrown);
      this.#log.warn("issuance.answer-refused", { kind, code: error.code });
      if (!MAY_REPEAT.has(error.key)) await this.#giveUp(error);
      throw error;
    } finally {
      this.#answering = false;
    }
  }

  acquire(): Promise<AcquiredCertificate> {
    if (this.#acquiring !== undefined) return this.#acquiring;
    if (this.#outcome?.ok === false) return Promise.reject(this.#outcome.error);
    if (this.#question !== undefined) return Promise.reject(this.#error("registration/out-of-order"));
    this.#acquiring = this.#acquire();
    // It runs on when the page is closed; its outcome stays to be asked for.
    this.#acquiring.catch(() => {});
    return this.#acquiring;
  }

  progress() {
    return PHASES.map((phase) => ({ phase, state: this.#phases.get(phase) ?? "waiting" }));
  }

  outcome(): Outcome | undefined {
    return this.#outcome;
  }

  async cancel(): Promise<void> {
    if (this.#isSent) throw this.#error("issuance/too-late-to-cancel");
    if (this.#outcome !== undefined) return;
    const cancelled = this.#error("issuance/cancelled");
    this.#cancelling.abort(cancelled);
    this.#log.info("issuance.cancelled");
    if (this.#acquiring === undefined) await this.#giveUp(cancelled);
    else await this.#acquiring.catch(() => {});
  }

  async #acquire(): Promise<AcquiredCertificate> {
    try {
      const certificate = await this.#run();
      this.#outcome = { ok: true, certificate };
      this.#options.onEnd();
      return certificate;
    } catch (thrown) {
      const error = this.#readError(thrown);
      this.#phases.forEach((state, phase) => state === "running" && this.#phases.set(phase, "failed"));
      if (this.#isSent) this.#end(error);
      else await this.#giveUp(error);
      throw error;
    }
  }

  async #run(): Promise<AcquiredCertificate> {
    const { workshop, storedAt } = this.#options;
    const course = new Course({
      workshop,
      storedAt,
      correlationId: this.correlationId,
      onPhase: (phase, state) => this.#phases.set(phase, state),
    });
    const earlier = await this.#takeUpEarlier(course);
    if (earlier !== undefined) {
      try {
        return await course.run(earlier);
      } catch (error) {
        if (!(error instanceof AppError) || !REFUSES_KEY.has(error.key)) throw error;
        // The authority gave up what that key was for, long ago: this person still wants a certificate.
        this.#log.info("issuance.earlier-refused", { journalId: earlier.journalId });
        this.#startOver();
      }
    }
    return await course.run(await this.#submitNew());
  }

  /**
   * Goes on where an earlier run of the same person stopped, with its key and CSR: then the authority gives
   * the certificate that it may have issued already, instead of a second one.
   */
  async #takeUpEarlier(course: Course): Promise<EntryUnderWay | undefined> {
    const entry = await this.#findEarlier();
    if (entry === undefined) return undefined;
    this.#throwIfCancelled();
    this.#log.info("issuance.taken-up", { journalId: entry.journalId, state: entry.state });
    return entry.state === "INSTALLED" ? await this.#readmit(course, entry) : await this.#resubmit(entry);
  }

  async #readmit(course: Course, entry: EntryIn<"INSTALLED">): Promise<EntryUnderWay | undefined> {
    if (!await isInstalled(this.#workshop, entry)) {
      await this.#workshop.journal.discard(entry);
      return undefined;
    }
    this.#throwIfCancelled();
    this.#isSent = true;
    this.#phases.set("key", "done").set("request", "done");
    const readmitted = await course.readmit({ ...entry, ...this.#current });
    if (readmitted === undefined) this.#startOver();
    else this.#phases.set("issue", "done");
    return readmitted;
  }

  async #resubmit(entry: EntryIn<"SUBMITTED" | "RECEIVED">): Promise<EntryIn<"SUBMITTED">> {
    this.#phases.set("key", "done").set("request", "running");
    const request = await this.#sameRequest(entry);
    this.#throwIfCancelled();
    this.#isSent = true;
    const { certificate: _, chain: _too, serial: _again, ...kept }: typeof entry & Partial<Answered> = entry;
    const submitted = await this.#save({
      ...kept,
      ...request,
      ...this.#current,
      state: "SUBMITTED" as const,
    });
    this.#phases.set("request", "done");
    return submitted;
  }

  /** What was sent came to nothing: there is neither key nor request any more. */
  #startOver(): void {
    this.#isSent = false;
    this.#phases.set("key", "waiting").set("request", "waiting").set("issue", "waiting");
  }

  /** An installed renewal is none: its key cannot make another request, and the old certificate still can. */
  async #findEarlier(): Promise<EntryUnderWay | undefined> {
    const entries = await this.#workshop.journal.load();
    return entries.filter(isUnderWay).findLast((entry) =>
      entry.loginId === this.loginId && entry.operation === this.operation &&
      entry.renews?.fingerprint === this.renews?.fingerprint && !isInstalledRenewal(entry)
    );
  }

  /**
   * The earlier CSR. A new one by the same key if the authority names the person differently now, and for a renewal,
   * whose CSR belongs to one enrolment.
   */
  async #sameRequest(
    { csr, subject, pkcs8, renews }: EntryIn<"SUBMITTED" | "RECEIVED">,
  ): Promise<CreatedRequest> {
    const wanted = this.#wantedRequest();
    if (renews === undefined && equalBytes(Uint8Array.fromBase64(subject), wanted.subjectDer)) {
      return { csr, subject };
    }
    const keyPair = await importKeyPair(Uint8Array.fromBase64(pkcs8));
    try {
      return await createRequest(this.#workshop, wanted, { keyPair, renews });
    } finally {
      keyPair.pkcs8Der.fill(0);
    }
  }

  async #submitNew(): Promise<EntryIn<"SUBMITTED">> {
    const { journal, now, randomBytes } = this.#workshop;
    this.#phases.set("key", "running");
    const keyPair = await this.#options.keys.take();
    let entry: EntryIn<"KEY_CREATED" | "CSR_SAVED">;
    try {
      this.#throwIfCancelled();
      entry = await this.#save({
        version: 1,
        journalId: randomBytes(16).toHex(),
        state: "KEY_CREATED",
        operation: this.operation,
        loginId: this.loginId,
        renews: this.#renewedEntry(),
        correlationId: this.correlationId,
        startedAt: now().toISOString(),
        idempotencyKey: sha256(keyPair.spkiDer).toHex(),
        spki: keyPair.spkiDer.toBase64(),
        pkcs8: keyPair.pkcs8Der.toBase64(),
      });
      this.#phases.set("key", "done").set("request", "running");
      entry = await this.#saveRequest(entry, keyPair);
    } finally {
      keyPair.pkcs8Der.fill(0);
    }
    if (this.#cancelling.signal.aborted) await journal.discard(entry);
    this.#throwIfCancelled();
    // From here on it counts as sent: after this write nobody can know whether it was.
    this.#isSent = true;
    const submitted = await this.#save({ ...entry, state: "SUBMITTED" as const, ...this.#options.access });
    this.#phases.set("request", "done");
    return submitted;
  }

  async #saveRequest(entry: EntryIn<"KEY_CREATED">, keyPair: KeyPair): Promise<EntryIn<"CSR_SAVED">> {
    const { renews } = entry;
    try {
      const request = await createRequest(this.#workshop, this.#wantedRequest(), { keyPair, renews });
      return await this.#save({ ...entry, state: "CSR_SAVED", ...request });
    } catch (error) {
      // The old key does not sign any more: the new one is of no use.
      if (error instanceof AppError) await this.#workshop.journal.discard(entry);
      throw error;
    }
  }

  #wantedRequest(): WantedRequest {
    if (this.#wanted === undefined) throw this.#error("registration/out-of-order");
    return this.#wanted;
  }

  #renewedEntry(): JournalEntry["renews"] {
    return this.renews && { fingerprint: this.renews.fingerprint, serial: this.renews.serial };
  }

  async #save<E extends Parameters<Workshop["journal"]["save"]>[0]>(entry: E): Promise<E> {
    const saved = await this.#workshop.journal.save(entry);
    this.#log.info("issuance.state", { state: entry.state, journalId: entry.journalId });
    return saved;
  }

  #take(step: NextStep): void {
    const read = readStep(step);
    if ("submit" in read) {
      const { subject, nonce } = read.submit;
      if (this.renews !== undefined && nonce === undefined) {
        throw new AppError("network/unreadable-answer", {}, { cause: new Error("renewal without a nonce") });
      }
      this.#wanted = { subjectDer: Uint8Array.fromBase64(subject), nonce };
    }
    this.#question = "question" in read ? read.question : undefined;
  }

  /** Ends before anything was sent: the authority need not keep the enrolment. */
  async #giveUp(error: AppError): Promise<void> {
    if (this.#outcome !== undefined) return;
    this.#question = undefined;
    this.#end(error);
    await abandonQuietly(this.#workshop.client, this.#options);
  }

  #end(error: AppError): void {
    this.#outcome = { ok: false, error };
    this.#options.onEnd();
    this.#log.warn("issuance.failed", { code: error.code, error: error.message, cause: causes(error) });
  }

  #throwIfCancelled(): void {
    this.#cancelling.signal.throwIfAborted();
  }

  /** Every error that leaves an attempt carries its correlation ID. */
  #readError(thrown: unknown): AppError {
    if (this.#cancelling.signal.aborted) return this.#cancelling.signal.reason;
    return toAppError(thrown).withCorrelationId(this.correlationId);
  }

  #error(
    key:
      | "registration/out-of-order"
      | "issuance/cancelled"
      | "issuance/too-late-to-cancel"
      | "issuance/already-running",
  ): AppError {
    return new AppError(key, {}, { correlationId: this.correlationId });
  }
}

/** An error's causes on one line, for the log. */
function causes(error: Error): string {
  const texts: string[] = [];
  for (let cause = error.cause; cause instanceof Error && texts.length < 5; cause = cause.cause) {
    texts.push(cause.message);
  }
  return texts.join(" ← ").slice(0, 1000);
}
