/** An engine in memory, for tests of the pages: no authority, no keystore, no files. */
import { AppError } from "../../errors.ts";
import type {
  AcquiredCertificate,
  AcquisitionRequest,
  Attempt,
  HeldCertificate,
  Issuance,
  Outcome,
  PendingSummary,
  Phase,
  PhaseState,
  Question,
  UnlistedCertificate,
} from "../../issuance/mod.ts";
import type { Operation } from "../../protocol/messages.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const PHASES: readonly Phase[] = ["key", "request", "issue", "import", "confirm"];

export const PASSWORD_QUESTION: Question = {
  kind: "password",
  title: { ja: "認証", en: "Authentication" },
  fields: [{
    name: "password",
    label: { ja: "ログインパスワード", en: "Login password" },
    secret: true,
    maxLength: 128,
    autocomplete: "one-time-code",
  }],
};

/** Of the first attempt; that of each later one is turned by one digit. */
const CORRELATION_ID = "0123456789abcdef0123456789abcdef";

/** As `encodeTransaction()` of src/otp writes it: about as long as it gets. */
const TRANSACTION_CODE = "HAKKO1*RENEW*" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ %*+-./:".repeat(7);

function number(name: string, label: { ja: string; en: string }, digits: number) {
  return {
    ...{ name, label, secret: false, maxLength: digits, digits },
    ...{ inputMode: "numeric" as const, autocomplete: "one-time-code" },
  };
}

export const TRANSACTION_QUESTION: Question = {
  kind: "transaction",
  title: { ja: "トランザクション認証", en: "Transaction authentication" },
  lead: {
    ja:
      "二次元コードをトランザクション認証用トークンで読み取り、表示されたトランザクション認証番号を入力してください。",
    en: "Read the 2D code with your transaction authentication token and enter the number that it shows.",
  },
  code: TRANSACTION_CODE,
  fields: [
    number("transactionNumber", {
      ja: "トランザクション認証番号",
      en: "Transaction authentication number",
    }, 8),
  ],
};

export const OTP_QUESTION: Question = {
  kind: "otp",
  title: { ja: "ワンタイムパスワード認証", en: "One-time password" },
  fields: [number("oneTimePassword", { ja: "ワンタイムパスワード", en: "One-time password" }, 6)],
};

export const OTP_TIME_SYNC_QUESTION: Question = {
  kind: "otp-time-sync",
  title: { ja: "ワンタイムパスワード認証(時刻同期)", en: "One-time password (time-synchronous)" },
  fields: [
    number("currentPassword", { ja: "ワンタイムパスワード(現在)", en: "One-time password (now)" }, 6),
    number("nextPassword", {
      ja: "ワンタイムパスワード(1分後)",
      en: "One-time password (one minute later)",
    }, 6),
  ],
};

export const ADDITIONAL_QUESTION: Question = {
  kind: "question",
  title: { ja: "追加認証", en: "Additional authentication" },
  prompt: "お好きな色は何ですか。",
  fields: [{
    name: "reply",
    label: { ja: "回答", en: "Answer" },
    secret: false,
    maxLength: 20,
    autocomplete: "off",
  }],
};

/** What the fake takes for right, by field. */
export const RIGHT_ANSWERS: Readonly<Record<string, string>> = {
  transactionNumber: "12345678",
  oneTimePassword: "123456",
  currentPassword: "123456",
  nextPassword: "234567",
  reply: "blue",
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
  beginError?: AppError | undefined;
  /** Thrown by `answer()`, once. */
  answerError?: AppError | undefined;
  /** Asked after the password, in this order. */
  further?: readonly Question[];
  /** Thrown by `acquire()` in the phase that is named. */
  failure?: { phase: Phase; error: AppError };
  /** The attempt waits in this phase until `release()`. */
  holdAt?: Phase;
  /** What every request goes through: those of `begin()`, `answer()`, `resume()`, and of the phases "issue" and "confirm". */
  network?: () => Promise<void>;
}

/** Login ID → password; every other pair is wrong. */
export class FakeIssuance implements Issuance {
  readonly accounts: Readonly<Record<string, string>>;
  script: Script;
  certificates: HeldCertificate[] = [];
  others: UnlistedCertificate[] = [];
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

  unlisted(): Promise<UnlistedCertificate[]> {
    return this.listError === undefined ? Promise.resolve([...this.others]) : Promise.reject(this.listError);
  }

  async begin(request: AcquisitionRequest): Promise<Attempt> {
    this.calls.begin++;
    await this.script.network?.();
    if (this.script.beginError !== undefined) throw this.script.beginError;
    const renews = request.operation === "renew" ? this.#find(request.fingerprint) : undefined;
    const loginId = request.operation === "renew" ? renews!.loginId : request.loginId;
    return this.#current = new FakeAttempt({ loginId, renews, issuance: this, number: this.calls.begin });
  }

  #find(fingerprint: string): HeldCertificate {
    const held = this.certificates.find((certificate) => certificate.fingerprint === fingerprint);
    if (held !== undefined) return held;
    const other = this.others.find((certificate) => certificate.fingerprint === fingerprint);
    if (other?.why === "key-missing") throw new AppError("keystore/key-missing", {});
    if (other?.why === "expired") {
      throw new AppError("registration/renewal-expired", { notAfter: other.notAfter.toISOString() });
    }
    throw new AppError("issuance/nothing-to-renew", {});
  }

  current(): FakeAttempt | undefined {
    return this.#current;
  }

  pending(): Promise<PendingSummary[]> {
    return Promise.resolve([...this.journal]);
  }

  async resume(): Promise<AcquiredCertificate[]> {
    if (this.resumable.length > 0) {
      // It never throws for one entry.
      const isThrough = await (this.script.network?.() ?? Promise.resolve()).then(() => true, () => false);
      if (!isThrough) return [];
    }
    this.certificates.unshift(...this.resumable);
    return this.resumable.splice(0);
  }

  /** Lets a held attempt go on. */
  release(): void {
    this.#current?.gate.resolve();
  }
}

export class FakeAttempt implements Attempt {
  readonly correlationId: string;
  readonly operation: Operation;
  readonly renews: HeldCertificate | undefined;
  readonly startedAt = new Date("2026-11-23T06:54:00Z");
  readonly loginId: string;
  readonly gate = Promise.withResolvers<void>();
  readonly #issuance: FakeIssuance;
  readonly #states = new Map<Phase, PhaseState>(PHASES.map((phase) => [phase, "waiting"]));
  readonly #questions: Question[];
  #acquired: Promise<AcquiredCertificate> | undefined;
  #outcome: Outcome | undefined;

  constructor(
    { loginId, renews, issuance, number }: {
      loginId: string;
      renews: HeldCertificate | undefined;
      issuance: FakeIssuance;
      /** Which attempt of this engine it is. */
      number: number;
    },
  ) {
    this.correlationId = CORRELATION_ID.slice(number - 1) + CORRELATION_ID.slice(0, number - 1);
    this.operation = renews === undefined ? "issue" : "renew";
    this.renews = renews;
    this.loginId = loginId;
    this.#issuance = issuance;
    this.#questions = [PASSWORD_QUESTION, ...issuance.script.further ?? []];
  }

  get question(): Question | undefined {
    return this.#questions[0];
  }

  async answer(values: Record<string, string>): Promise<void> {
    this.#issuance.calls.answer++;
    await this.#issuance.script.network?.();
    const { accounts, script } = this.#issuance;
    const { answerError } = script;
    script.answerError = undefined;
    if (answerError !== undefined) throw answerError;
    const isPassword = this.question?.kind === "password";
    const isRight = isPassword
      ? accounts[this.loginId] === values.password
      : Object.entries(values).every(([name, value]) => RIGHT_ANSWERS[name] === value);
    if (!isRight) {
      const key = isPassword ? "registration/wrong-credentials" : "registration/wrong-answer";
      throw new AppError(key, {}, { correlationId: this.correlationId });
    }
    this.#questions.shift();
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
      if (phase === "issue" || phase === "confirm") await this.#passNetwork(phase);
      if (this.#outcome?.ok === false) throw this.#outcome.error;
      if (script.failure?.phase === phase) {
        this.#states.set(phase, "failed");
        this.#outcome = { ok: false, error: script.failure.error };
        throw script.failure.error;
      }
      this.#states.set(phase, "done");
    }
    const certificate = sampleCertificate({
      loginId: this.loginId,
      ...(this.renews === undefined ? {} : { fingerprint: "ef".repeat(32), serial: "77".repeat(17) }),
    });
    if (this.renews !== undefined) certificates.splice(certificates.indexOf(this.renews), 1);
    certificates.unshift(certificate);
    this.#outcome = { ok: true, certificate };
    return certificate;
  }

  async #passNetwork(phase: Phase): Promise<void> {
    try {
      await this.#issuance.script.network?.();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#states.set(phase, "failed");
      this.#outcome = { ok: false, error: error.withCorrelationId(this.correlationId) };
    }
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
