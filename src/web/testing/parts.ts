/** Everything `openWeb()` needs, with nothing outside this process behind it. */
import type { Language } from "../../errors.ts";
import type { Log, LogFields } from "../../log/log.ts";
import { parseProfile, type Profile } from "../../profile.ts";
import type { WebParts } from "../mod.ts";
import { FakeIssuance } from "./fake_issuance.ts";

/** A log that keeps its records. */
export class MemoryLog implements Log {
  readonly records: { level: string; event: string; fields: LogFields }[];
  readonly #context: LogFields;

  constructor(records: MemoryLog["records"] = [], context: LogFields = {}) {
    this.records = records;
    this.#context = context;
  }

  info = (event: string, fields?: LogFields) => this.#add("info", event, fields);
  warn = (event: string, fields?: LogFields) => this.#add("warn", event, fields);
  error = (event: string, fields?: LogFields) => this.#add("error", event, fields);
  with = (fields: LogFields) => new MemoryLog(this.records, { ...this.#context, ...fields });

  #add(level: string, event: string, fields: LogFields = {}) {
    this.records.push({ level, event, fields: { ...this.#context, ...fields } });
  }
}

/** A clock that stands still until it is moved. */
export class TestClock {
  #now = new Date("2026-11-23T06:54:00Z").getTime();
  now = () => new Date(this.#now);
  advance(ms: number) {
    this.#now += ms;
  }
}

/** The profile that is shipped. */
export function shippedProfile(): Profile {
  const path = new URL("../../../assets/profile.json", import.meta.url);
  return parseProfile(Deno.readTextFileSync(path), path.pathname);
}

export interface TestParts extends WebParts {
  clock: TestClock;
  log: MemoryLog;
  fake: FakeIssuance;
}

/** Fresh parts; accounts: `hanako` with password `correct horse`. */
export function testParts(changes: Partial<WebParts> & { startIn?: Language } = {}): TestParts {
  const clock = new TestClock();
  const fake = new FakeIssuance({ hanako: "correct horse" });
  let language: Language = changes.startIn ?? "ja";
  return {
    clock,
    fake,
    issuance: () => Promise.resolve(fake),
    profile: () => Promise.resolve(shippedProfile()),
    language: () =>
      Promise.resolve({
        current: () => language,
        change(to) {
          language = to;
          return Promise.resolve();
        },
      }),
    now: clock.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    version: "0.0.0-test",
    instanceSecret: "5e".repeat(32),
    ...changes,
    log: new MemoryLog(),
  };
}
