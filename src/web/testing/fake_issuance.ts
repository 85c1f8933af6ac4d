/** An engine in memory, for tests of the pages: no authority, no keystore, no files. */
import { AppError } from "../../errors.ts";
import type {
  AcquiredCertificate,
  Attempt,
  HeldCertificate,
  Issuance,
  Outcome,
  PendingSummary,
  Phase,
  PhaseState,
  Question,
} from "../../issuance/mod.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const PHASES: readonly Phase[] = ["key", "request", "issue", "import", "confirm"];

export const PASSWORD_QUESTION: Question = {
  kind: "password",
  title: { ja: "ログインパスワード", en: "Login password" },
  fields: [{
    name: "password",
    label: { ja: "ログインパスワード", en: "Login password" },
    secret: true,
    maxLength: 128,
    autocomplete: "one-time-code",
  }],
};

export const FURTHER_QUESTION: Question = {
  kind: "additional",
  title: { ja: "追加認証", en: "Additional authentication" },
  fields: [{
    name: "reply",
    label: { ja: "回答", en: "Answer" },
    secret: false,
    maxLength: 20,
    autocomplete: "off",
  }],
};

/** A certificate as the list shows it. */
export function sampleCertificate(changes: Partial<AcquiredCertificate> = {}): AcquiredCertificate {
  const notBefore = new Date("2026-11-22T06:54:00Z");
  const notAfter = new Date(notBefore.getTime() + 367 * DAY_MS);
  return {
    fingerprint: "ab".repeat(32),
    serial: "5f3c9a01d27be8846610f2ca93d47e01b8",
    holder: "信用 花子",
    loginId: "hanako-2224",
    organization: "株式会社みどり商事",
    notBefore,
    notAfter,
    renewableFrom: new Date(notAfter.getTime() - 40 * DAY_MS),
    storedAt: "sql:/home/hanako/.pki/nssdb",
    ...changes,
  };
}

/** What the next attempt does. */
export interface Script {
  /** Thrown by `begin()`. */
  beginError?: AppError;
  /** Asked after the password. */
  further?: Question;
  /** Thrown by `acquire()` in the phase that is named. */
  failure?: { phase: Phase; error: AppError };
  /** The attempt waits in this phase until `release()`. */
  holdAt?: Phase;
}

/** Login ID → password; every other pair is wrong. */
export class FakeIssuance implements Issuance {
  readonly accounts: Readonly<Record<string, string>>;
  script: Script;
  certificates: HeldCertificate[] = [];
  journal: PendingSummary[] = [];
  resumable: AcquiredCertificate[] = [];
  listError: AppError | undefined;
  /** How often each method was called. */
  readonly calls = { prepareKey: 0, begin: 0, answer: 0, acquire: 0, cancel: 0 };
  #current: FakeAttempt | undefined;

  constructor(accounts: Readonly<Record<string, string>>, script: Script = {}) {
    this.accounts = accounts;
    this.script = script;
  }

  prepareKey(): void {
    this.calls.prepareKey++;
  }

  list(): Promise<HeldCertificate[]> {
    return this.listError === undefined
      ? Promise.resolve([...this.certificates])
      : Promise.reject(this.listError);
  }

  async begin(request: { operation: "issue"; loginId: string }): Promise<Attempt> {
    this.calls.begin++;
    await Promise.resolve();
    if (this.script.beginError !== undefined) throw this.script.beginError;
    return this.#current = new FakeAttempt(request.loginId, this);
  }

  current(): FakeAttempt | undefined {
    return this.#current;
  }

  pending(): Promise<PendingSummary[]> {
    return Promise.resolve([...this.journal]);
  }

  resume(): Promise<AcquiredCertificate[]> {
    this.certificates.unshift(...this.resumable);
    return Promise.resolve(this.resumable.splice(0));
  }

  /** Lets a held attempt go on. */
  release(): void {
    this.#current?.gate.resolve();
  }
}

export class FakeAttempt implements Attempt {
  readonly correlationId = "0123456789abcdef0123456789abcdef";
  readonly operation = "issue" as const;
  readonly startedAt = new Date("2026-11-23T06:54:00Z");
  readonly loginId: string;
  readonly gate = Promise.withResolvers<void>();
  readonly #issuance: FakeIssuance;
  readonly #states = new Map<Phase, PhaseState>(PHASES.map((phase) => [phase, "waiting"]));
  #question: Question | undefined = PASSWORD_QUESTION;
  #acquired: Promise<AcquiredCertificate> | undefined;
  #outcome: Outcome | undefined;

  constructor(loginId: string, issuance: FakeIssuance) {
    this.loginId = loginId;
    this.#issuance = issuance;
  }

  get question(): Question | undefined {
    return this.#question;
  }

  async answer(values: Record<string, string>): Promise<void> {
    this.#issuance.calls.answer++;
    await Promise.resolve();
    const { accounts, script } = this.#issuance;
    const isRight = this.#question?.kind === "password"
      ? accounts[this.loginId] === values.password
      : values.reply === "blue";
    if (!isRight) {
      throw new AppError("registration/wrong-credentials", {}, { correlationId: this.correlationId });
    }
    this.#question = this.#question?.kind === "password" ? script.further : undefined;
  }

  acquire(): Promise<AcquiredCertificate> {
    return this.#acquired ??= this.#acquire();
  }

  async #acquire(): Promise<AcquiredCertificate> {
    const { calls, script, certificates } = this.#issuance;
    calls.acquire++;
    for (const phase of PHASES) {
      this.#states.set(phase, "running");
      if (script.holdAt === phase) await this.gate.promise;
      else await Promise.resolve();
      if (this.#outcome?.ok === false) throw this.#outcome.error;
      if (script.failure?.phase === phase) {
        this.#states.set(phase, "failed");
        this.#outcome = { ok: false, error: script.failure.error };
        throw script.failure.error;
      }
      this.#states.set(phase, "done");
    }
    const certificate = sampleCertificate({ loginId: this.loginId });
    certificates.unshift(certificate);
    this.#outcome = { ok: true, certificate };
    return certificate;
  }

  progress() {
    return PHASES.map((phase) => ({ phase, state: this.#states.get(phase)! }));
  }

  outcome(): Outcome | undefined {
    return this.#outcome;
  }

  async cancel(): Promise<void> {
    this.#issuance.calls.cancel++;
    await Promise.resolve();
    if (this.#states.get("request") !== "waiting") throw new AppError("issuance/too-late-to-cancel", {});
    this.#outcome = { ok: false, error: new AppError("issuance/cancelled", {}) };
    this.gate.resolve();
  }
}
