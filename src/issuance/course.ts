/**
 * The way from a saved CSR to a confirmed certificate. Attempts and the resumption after a crash both walk it,
 * from whatever state the journal has.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { Call } from "../network/authority_client.ts";
import type { Bytes } from "../pki/bytes.ts";
import { fingerprint } from "../pki/certificate.ts";
import { describeCertificate } from "./certificates.ts";
import { checkAnswer } from "./distrust.ts";
import { importCertificate, proveKey } from "./install.ts";
import type { EntryIn, JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import { isAccessGone, isCertificateRefused, isRefusedForGood } from "./refusals.ts";
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
    const certificate = describeCertificate(Uint8Array.fromBase64(installed.certificate));
    this.#log.info("issuance.acquired", { serial: certificate.serial, fingerprint: certificate.fingerprint });
    return { ...certificate, storedAt: this.#options.storedAt };
  }

  /**
   * Takes up an installed certificate under a new enrolment: the same CSR gives the same certificate.
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
    await this.#cleanUp(entry);
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
        await this.#cleanUp(entry);
        throw error;
      }
      if (isAccessGone(error)) await this.#forgetToken(entry);
      this.#log.warn("issuance.confirmation-deferred", { code: error.code, serial: entry.serial });
      return;
    }
    this.#isConfirmed = true;
    await journal.finish(entry);
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

  async #cleanUp(entry: EntryIn<"INSTALLED">): Promise<void> {
    this.#log.warn("issuance.certificate-removed", { serial: entry.serial });
    await this.#workshop.keystore.remove(fingerprint(Uint8Array.fromBase64(entry.certificate)));
    await this.#workshop.journal.discard(entry);
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
    if (token === undefined) throw new AppError("issuance/interrupted", {});
    return { enrolmentId, token };
  }

  #csr(entry: EntryUnderWay) {
    return { csrDer: Uint8Array.fromBase64(entry.csr), idempotencyKey: entry.idempotencyKey };
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
