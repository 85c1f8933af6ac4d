/**
 * The way from a saved CSR to a confirmed certificate. Attempts and the resumption after a crash both walk it,
 * from whatever state the journal has.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { Call, CsrRequest } from "../network/authority_client.ts";
import type { Bytes } from "../pki/bytes.ts";
import { describeCertificate } from "./certificates.ts";
import { checkAnswer } from "./distrust.ts";
import { importCertificate, proveKey } from "./install.ts";
import type { EntryIn, JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import { isAccessGone, isCertificateRefused, isRefusedForGood } from "./refusals.ts";
import { isInstalledRenewal, settle, supersede, withdraw } from "./succession.ts";
import type { AcquiredCertificate, Phase, PhaseState } from "./types.ts";

/** An entry that knows its enrolment. */
export type EntryUnderWay = EntryIn<"SUBMITTED" | "RECEIVED" | "INSTALLED">;

/** Whether an entry's CSR may have been sent: what came before leads nowhere after a crash. */
export function isUnderWay(entry: JournalEntry): entry is EntryUnderWay {
  return entry.state !== "KEY_CREATED" && entry.state !== "CSR_SAVED";
}

/** Who walks, and who watches. */
export interface CourseOptions {
  workshop: Workshop;
  /** The keystore's location, for the result. */
  storedAt: string;
  /** That of the operation that walks now. */
  correlationId: string;
  onPhase?: (phase: Phase, state: PhaseState) => void;
}

/** Walks an entry to its end. Each instance walks one. */
export class Course {
  readonly #workshop: Workshop;
  readonly #options: CourseOptions;
  readonly #log: Log;
  #isConfirmed = false;

  constructor(options: CourseOptions) {
    this.#options = options;
    this.#workshop = options.workshop;
    this.#log = options.workshop.log.with({ correlationId: options.correlationId });
  }

  /** Whether the authority knows that the certificate has arrived. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /**
   * Walks on from the entry's state. The journal keeps what a later run can go on with, and forgets what it
   * cannot.
   *
   * @throws {AppError} what stopped it. Not if only the confirmation got lost: the certificate is usable, the
   * journal keeps the entry, and a later start or the first login confirms.
   */
  async run(entry: EntryUnderWay): Promise<AcquiredCertificate> {
    const received = entry.state === "SUBMITTED"
      ? await this.#phase("issue", () => this.#submit(entry))
      : entry;
    const { installed, proofDer } = await this.#phase("import", () => this.#install(received));
    await this.#phase("confirm", () => this.#confirm(installed, proofDer));
    const { opensDaysBefore } = this.#workshop.profile.renewal;
    const certificate = describeCertificate(Uint8Array.fromBase64(installed.certificate), opensDaysBefore);
    this.#log.info("issuance.acquired", { serial: certificate.serial, fingerprint: certificate.fingerprint });
    return { ...certificate, storedAt: this.#options.storedAt };
  }

  /**
   * Takes up an installed first certificate under a new enrolment: the same CSR gives the same certificate. (A
   * renewal's CSR belongs to its enrolment, and its key is in the keystore, where no CSR is made.)
   *
   * @returns `undefined` if the authority has another one by now: the old one is of no use and has been removed.
   */
  async readmit(entry: EntryIn<"INSTALLED">): Promise<EntryIn<"INSTALLED"> | undefined> {
    const { client, journal } = this.#workshop;
    try {
      const issued = await client.submitCsr(this.#access(entry), this.#csr(entry), this.#call());
      if (issued.certificate === entry.certificate) return await journal.save(entry);
    } catch (error) {
      if (!isRefusedForGood(error)) throw error;
    }
    await withdraw(this.#workshop, entry);
    return undefined;
  }

  async #submit(entry: EntryIn<"SUBMITTED">): Promise<EntryIn<"RECEIVED">> {
    const { client, journal } = this.#workshop;
    try {
      const issued = await client.submitCsr(this.#access(entry), this.#csr(entry), this.#call());
      const { serial, certificate } = issued;
      const chain = await this.#distrust({ ...entry, serial, certificate, chain: issued.chain });
      return await this.#save({ ...entry, state: "RECEIVED", serial, certificate, chain });
    } catch (error) {
      if (isRefusedForGood(error)) await journal.discard(entry);
      else if (isAccessGone(error)) await this.#forgetToken(entry);
      throw error;
    }
  }

  async #install(
    entry: EntryIn<"RECEIVED" | "INSTALLED">,
  ): Promise<{ installed: EntryIn<"INSTALLED">; proofDer: Bytes }> {
    if (entry.state === "INSTALLED") {
      return { installed: entry, proofDer: await proveKey(this.#workshop, entry) };
    }
    await importCertificate(this.#workshop, entry);
    const proofDer = await proveKey(this.#workshop, entry);
    const { pkcs8: _inTheKeystoreNow, ...rest } = entry;
    return { installed: await this.#save({ ...rest, state: "INSTALLED" }), proofDer };
  }

  async #confirm(entry: EntryIn<"INSTALLED">, proofDer: Bytes): Promise<void> {
    const { client, journal } = this.#workshop;
    try {
      await client.confirm(this.#access(entry), proofDer, this.#call());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (isCertificateRefused(error)) {
        await withdraw(this.#workshop, entry);
        throw error;
      }
      this.#log.warn("issuance.confirmation-deferred", { code: error.code, serial: entry.serial });
      if (!isAccessGone(error)) return;
      await this.#forgetToken(entry);
      if (isInstalledRenewal(entry) && !await settle(this.#workshop, entry)) throw error;
      return;
    }
    this.#isConfirmed = true;
    if (isInstalledRenewal(entry)) await supersede(this.#workshop, entry);
    else await journal.finish(entry);
  }

  /** What has been received earlier is checked again: the journal is a file like any other. */
  async recheck(entry: EntryIn<"RECEIVED">): Promise<void> {
    try {
      await this.#distrust(entry);
    } catch (error) {
      if (isRefusedForGood(error)) await this.#workshop.journal.discard(entry);
      throw error;
    }
  }

  async #distrust(
    entry: Pick<EntryIn<"RECEIVED">, "certificate" | "chain" | "serial" | "spki" | "subject">,
  ): Promise<string[]> {
    const { now, trustAnchorsDer } = this.#workshop;
    const issuers = await checkAnswer({
      certificateDer: Uint8Array.fromBase64(entry.certificate),
      serial: entry.serial,
      chainDer: entry.chain.map((der) => Uint8Array.fromBase64(der)),
      spkiDer: Uint8Array.fromBase64(entry.spki),
      subjectDer: Uint8Array.fromBase64(entry.subject),
      trustAnchorsDer,
      now: now(),
    });
    return issuers.map((der) => der.toBase64());
  }

  async #forgetToken(entry: EntryUnderWay): Promise<void> {
    const { token: _gone, ...rest } = entry;
    await this.#workshop.journal.save(rest as EntryUnderWay);
  }

  async #save<E extends JournalEntry>(entry: E): Promise<E> {
    const saved = await this.#workshop.journal.save(entry);
    this.#log.info("issuance.state", { state: entry.state, journalId: entry.journalId });
    return saved;
  }

  #access({ enrolmentId, token }: EntryUnderWay) {
    // Without a token only a person can go on; whoever walks without one has not looked.
    if (token === undefined) throw new Error("an entry without a token cannot go on by itself");
    return { enrolmentId, token };
  }

  #csr({ csr, signedCsr, idempotencyKey }: EntryUnderWay): CsrRequest {
    return signedCsr === undefined
      ? { csrDer: Uint8Array.fromBase64(csr), idempotencyKey }
      : { signedCsrDer: Uint8Array.fromBase64(signedCsr), idempotencyKey };
  }

  #call(): Call {
    return { correlationId: this.#options.correlationId };
  }

  async #phase<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    this.#options.onPhase?.(phase, "running");
    try {
      const done = await work();
      this.#options.onPhase?.(phase, "done");
      return done;
    } catch (error) {
      this.#options.onPhase?.(phase, "failed");
      throw error;
    }
  }
}
