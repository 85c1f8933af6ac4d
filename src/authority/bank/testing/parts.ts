/** The bank's pages on a gate and a session store that tests can look into. */
import { AppError } from "../../../errors.ts";
import { createMemoryLog, type MemoryLog } from "../../../../tests/support/memory_log.ts";
import { loadBankAssets } from "../assets.ts";
import type { BankParts, CertificateHolder } from "../parts.ts";
import type { SessionRow, SessionStore } from "../sessions.ts";

/** Brand of the default profile. */
const BRAND = { accentLight: "#1f5fa8", accentDark: "#8ab8f0" };

export const PORTAL = "https://127.0.0.1:22242";
export const CERTIFICATE_LOGIN = "https://127.0.0.1:22243";

/** Somebody whose certificate is good until the end of 2027-11-24 in Tokyo. */
export const HOLDER: CertificateHolder = {
  serial: "0102030405060708090a0b0c0d0e0f1011",
  notAfter: new Date("2027-11-24T14:59:59Z"),
  loginId: "tanaka01",
  name: "田中 花子",
  company: "株式会社さくら商事",
  role: "user",
};

/** Sessions in memory, in a map that tests can look into. */
export class MemorySessions implements SessionStore {
  readonly rows = new Map<string, SessionRow>();
  readonly #lastLogins = new Map<string, Date>();

  insertSession(row: SessionRow): void {
    this.rows.set(row.tokenHash, { ...row });
    this.#lastLogins.set(row.loginId, row.createdAt);
  }
  findSession(tokenHash: string): SessionRow | undefined {
    return this.rows.get(tokenHash);
  }
  touchSession(tokenHash: string, seenAt: Date): void {
    const row = this.rows.get(tokenHash);
    if (row) row.seenAt = seenAt;
  }
  deleteSession(tokenHash: string): void {
    this.rows.delete(tokenHash);
  }
  lastLoginAt(loginId: string): Date | undefined {
    return this.#lastLogins.get(loginId);
  }
}

/** What a test holds in its hands. */
export interface TestBank {
  parts: BankParts;
  sessions: MemorySessions;
  log: MemoryLog;
  /** Whom the authority recognises in any certificate, or what it throws. */
  answer: CertificateHolder | Error;
  clock: { now: Date };
}

/** A bank at 2026-11-23 09:00 in Tokyo. */
export async function createTestBank(changes: Partial<BankParts> = {}): Promise<TestBank> {
  const clock = { now: new Date("2026-11-23T00:00:00Z") };
  const log = createMemoryLog();
  const sessions = new MemorySessions();
  function answer(): Promise<CertificateHolder> {
    return bank.answer instanceof Error ? Promise.reject(bank.answer) : Promise.resolve(bank.answer);
  }
  const bank: TestBank = {
    parts: {
      institution: {
        name: { ja: "東京厚生信用組合", en: "Tokyo Kosei Credit Cooperative" },
        service: { ja: "こうしんビジネスネットバンキング", en: "Koshin Business Net Banking" },
        app: { ja: "東京厚生信用組合 証明書発行・更新アプリ", en: "Tokyo Kosei Certificate App" },
      },
      supportContact: { ja: "お問合せ窓口 0120-000-000", en: "support desk 0120-000-000" },
      urls: { portal: PORTAL, certificateLogin: CERTIFICATE_LOGIN },
      uriScheme: "hakko-2224",
      assets: await loadBankAssets(BRAND),
      gate: {
        logIn: (der) =>
          der === undefined ? Promise.reject(new AppError("login/certificate-missing", {})) : answer(),
        check: answer,
      },
      sessions,
      log,
      now: () => clock.now,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      ...changes,
    },
    sessions,
    log,
    answer: HOLDER,
    clock,
  };
  return bank;
}
