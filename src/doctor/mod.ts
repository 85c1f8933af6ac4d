/**
 * Finds out why something does not work. The room's front door.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Check, Examination, Facts, Verdict } from "./check.ts";
import { failed, failedBy, skipped } from "./check.ts";
import { authorityHttp } from "./checks/authority_http.ts";
import { authorityName } from "./checks/authority_name.ts";
import { authorityTcp } from "./checks/authority_tcp.ts";
import { authorityTls } from "./checks/authority_tls.ts";
import { browsers } from "./checks/browsers.ts";
import { certificate } from "./checks/certificate.ts";
import { certificateChain } from "./checks/certificate_chain.ts";
import { certificateExpiry } from "./checks/certificate_expiry.ts";
import { certificateKey } from "./checks/certificate_key.ts";
import { certificateRevocation } from "./checks/certificate_revocation.ts";
import { clock } from "./checks/clock.ts";
import { conflictingSoftware } from "./checks/conflicting_software.ts";
import { disk } from "./checks/disk.ts";
import { keystore } from "./checks/keystore.ts";
import { log } from "./checks/log.ts";
import { proxy } from "./checks/proxy.ts";
import { remoteDesktop } from "./checks/remote_desktop.ts";
import { tlsInspection } from "./checks/tls_inspection.ts";
import { user } from "./checks/user.ts";
import { version } from "./checks/version.ts";
import { DOCTOR_LIMITS, type DoctorParts } from "./parts.ts";
import { openScratch } from "./scratch.ts";
import type { CheckResult, CheckState, Doctor } from "./types.ts";

export type { DoctorParts } from "./parts.ts";
export type { CheckResult, CheckState, Doctor, SupportBundle } from "./types.ts";

/** In the order in which they are run: what explains others comes before them. */
const CHECKS: readonly Check[] = [
  ...[proxy, authorityName, authorityTcp, authorityTls, tlsInspection, authorityHttp, clock],
  ...[disk, log, keystore],
  ...[certificate, certificateKey, certificateChain, certificateRevocation, certificateExpiry],
  ...[user, remoteDesktop, conflictingSoftware, browsers, version],
];

type RunOptions = NonNullable<Parameters<Doctor["run"]>[0]>;

/** Puts the doctor together. Nothing happens before {@link Doctor.run}. */
export function createDoctor(parts: DoctorParts): Doctor {
  return {
    checks: CHECKS.map(({ id, title }) => ({ id, title })),
    run: (options = {}) => new Round(parts, options).run(),
  };
}

/** One run of all checks. */
class Round {
  readonly #parts: DoctorParts;
  readonly #options: RunOptions;
  readonly #facts: Facts = {};
  readonly #states = new Map<string, CheckState>();
  /** Checks that tell nothing, and the one that is to blame. */
  readonly #blamed = new Map<string, Check>();
  readonly #limits;

  constructor(parts: DoctorParts, options: RunOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#limits = { ...DOCTOR_LIMITS, ...parts.limits };
  }

  async run(): Promise<CheckResult[]> {
    const { only, onResult } = this.#options;
    const results: CheckResult[] = [];
    const scratch = openScratch(this.#parts.stateFolder);
    try {
      for (const check of only === undefined ? CHECKS : withNeeds(only)) {
        const start = this.#parts.elapsed();
        const { state, finding, advice } = await this.#verdict(check, scratch.folder);
        const elapsedMs = Math.max(0, Math.round(this.#parts.elapsed() - start));
        this.#states.set(check.id, state);
        const result = { id: check.id, title: check.title, state, finding, advice, elapsedMs };
        results.push(result);
        onResult?.(result);
      }
    } finally {
      await scratch.remove();
    }
    return results;
  }

  async #verdict(check: Check, scratch: () => Promise<string>): Promise<Verdict> {
    const { signal: outer } = this.#options;
    if (outer?.aborted) return STOPPED;
    const cause = this.#missing(check);
    if (cause !== undefined) {
      this.#blamed.set(check.id, cause);
      return skipped(because(cause));
    }
    const own = new AbortController();
    const stop = () => own.abort(outer?.reason);
    outer?.addEventListener("abort", stop, { once: true });
    const { promise: tooLate, resolve: giveUp } = Promise.withResolvers<Verdict>();
    const timer = setTimeout(() => {
      giveUp(outOfTime(this.#limits.checkMs));
      own.abort(new DOMException("out of time", "TimeoutError"));
    }, this.#limits.checkMs);
    own.signal.addEventListener("abort", () => giveUp(STOPPED), { once: true });
    const examination: Examination = {
      parts: this.#parts,
      limits: this.#limits,
      facts: this.#facts,
      stateOf: (id) => this.#states.get(id),
      signal: own.signal,
      scratch,
    };
    try {
      return await Promise.race([attempt(check, examination), tooLate]);
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener("abort", stop);
    }
  }

  /** The check that explains why this one cannot say anything of its own. */
  #missing(check: Check): Check | undefined {
    for (const id of check.needs ?? []) {
      const cause = this.#blamed.get(id);
      if (cause !== undefined) return cause;
      if (this.#states.get(id) === "failed") return CHECKS.find((other) => other.id === id);
    }
    return undefined;
  }
}

async function attempt(check: Check, examination: Examination): Promise<Verdict> {
  try {
    return await check.run(examination);
  } catch (error) {
    if (error instanceof AppError) return failedBy(error);
    // What we could not look at is no proof of a fault.
    const name = error instanceof Error ? error.name : "Error";
    return skipped({ ja: `確認できませんでした(${name})。`, en: `Could not be checked (${name})` });
  }
}

function withNeeds(ids: readonly string[]): Check[] {
  const wanted = new Set<string>();
  function want(id: string): void {
    const check = CHECKS.find((one) => one.id === id);
    if (check === undefined || wanted.has(id)) return;
    wanted.add(id);
    [...check.needs ?? [], ...check.after ?? []].forEach(want);
  }
  ids.forEach(want);
  return CHECKS.filter(({ id }) => wanted.has(id));
}

const STOPPED = skipped({ ja: "確認を中止しました。", en: "Stopped before it was checked" });

function because({ title }: Check) {
  return {
    ja: `「${title.ja}」が確認できないため、省略しました。`,
    en: `Left out, because of “${title.en}”`,
  };
}

function outOfTime(ms: number): Verdict {
  const seconds = Math.ceil(ms / 1000);
  return failed(
    {
      ja: `${seconds}秒以内に確認が終わりませんでした。`,
      en: `The check did not end within ${seconds} seconds`,
    },
    {
      ja: "ほかのプログラムを終了してから、もう一度確認してください。",
      en: "Close other programs, then run the check again",
    },
  );
}
