/** Reminders on a desktop of their own: a home, a clock, and programs that only write down what they are told. */
import type { HeldCertificate } from "../issuance/mod.ts";
import type { ProgramOutput } from "../platform/run.ts";
import { createMemoryLog, type MemoryLog } from "../../tests/support/memory_log.ts";
import { openReminders, type Reminders, type RemindersParts } from "./mod.ts";

const DAY_MS = 86_400_000;

/** A certificate that can be renewed in its last 40 days. */
export function heldCertificate(of: Partial<HeldCertificate> = {}): HeldCertificate {
  const notAfter = of.notAfter ?? new Date("2027-04-01T03:00:00Z");
  return {
    fingerprint: "ab".repeat(32),
    serial: "01ab",
    holder: "髙橋 美咲",
    loginId: "takahashi04",
    organization: "有限会社さくら工業",
    notBefore: new Date(notAfter.getTime() - 365 * DAY_MS),
    notAfter,
    renewableFrom: new Date(notAfter.getTime() - 40 * DAY_MS),
    ...of,
  };
}

/** What a program was told, its name first. */
export type ToldProgram = readonly [name: string, ...args: string[]];

/** A desktop for tests; it is gone after `await using`. */
export interface TestDesktop extends AsyncDisposable {
  readonly folder: string;
  readonly reminders: Reminders;
  readonly log: MemoryLog;
  readonly told: ToldProgram[];
  /** Moved by the test. */
  now: Date;
  certificates: HeldCertificate[];
  /** Programs that are not installed. */
  readonly missing: Set<string>;
  /** What a program answers; 0 and no output when left out. */
  answer: (told: ToldProgram) => Partial<{ code: number; stdout: string; stderr: string }>;
  /** The same desktop after a new start of the app. */
  restart(): Reminders;
  /** Titles of the notices that were shown so far. */
  titles(): string[];
}

/** Opens one. */
export async function openTestDesktop(of: Partial<RemindersParts> = {}): Promise<TestDesktop> {
  const folder = await Deno.makeTempDir();
  const encoder = new TextEncoder();
  const parts: RemindersParts = {
    os: "linux",
    env: (name) => name === "HOME" ? folder : undefined,
    institution: {
      code: "2224",
      name: { ja: "東京厚生信用組合", en: "Tokyo Kosei Credit Cooperative" },
      app: { ja: "証明書発行・更新アプリ", en: "Tokyo Kosei Certificate App" },
    },
    command: ["/opt/hakko/hakko", "--state-dir", `${folder}/state`],
    stateFolder: `${folder}/state`,
    list: () => Promise.resolve(desktop.certificates),
    canOpenPage: () => true,
    language: () => "ja",
    now: () => desktop.now,
    log: createMemoryLog(),
    find: (name) => desktop.missing.has(name) ? undefined : `/usr/bin/${name}`,
    run(path, args): Promise<ProgramOutput> {
      const told: ToldProgram = [path.slice(path.lastIndexOf("/") + 1), ...args];
      desktop.told.push(told);
      const { code = 0, stdout = "", stderr = "" } = desktop.answer(told);
      return Promise.resolve({
        code,
        stdout: encoder.encode(stdout),
        stderr: encoder.encode(stderr),
        timedOut: false,
      });
    },
    ...of,
  };
  const desktop: TestDesktop = {
    folder,
    reminders: openReminders(parts),
    log: parts.log as MemoryLog,
    told: [],
    now: new Date("2027-01-01T00:00:00Z"),
    certificates: [heldCertificate()],
    missing: new Set(),
    answer: () => ({}),
    restart: () => openReminders(parts),
    titles: () =>
      desktop.told.flatMap((told) => told[0] === "notify-send" ? [told[told.indexOf("--") + 1]!] : []),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  return desktop;
}
