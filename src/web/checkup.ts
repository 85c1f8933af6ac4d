/**
 * The doctor's checks as the pages run them: one run at a time, in the background, so that every answer of the
 * local server comes at once and a page can show each result when it is there.
 *
 * @module
 */
import type { CheckResult, CheckState, Doctor } from "../doctor/types.ts";
import type { Text } from "../errors.ts";

/** Besides how a check ended: it is under way, or nobody has asked for it. */
export type RowState = CheckState | "running" | "unchecked";

/** One check as a page shows it. */
export interface CheckRow {
  id: string;
  title: Text;
  state: RowState;
  result: CheckResult | undefined;
}

/** Some checks, asked for together. */
interface Run {
  /** Whose button started it: an entry's ID; nothing for all checks. */
  entry: string | undefined;
  ids: readonly string[];
  results: Map<string, CheckResult>;
  /** Missing while it is under way. */
  finishedAt: Date | undefined;
}

export class Checkup {
  readonly #doctor: Doctor;
  readonly #now: () => Date;
  /** The latest of each check, whoever asked for it. */
  readonly #results = new Map<string, CheckResult>();
  #last: Run | undefined;
  #lastOfAll: Run | undefined;

  constructor(doctor: Doctor, now: () => Date) {
    this.#doctor = doctor;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#last !== undefined && this.#last.finishedAt === undefined;
  }

  /** Those of the IDs that the doctor has, in its order. */
  known(ids: readonly string[]): readonly { id: string; title: Text }[] {
    return this.#doctor.checks.filter(({ id }) => ids.includes(id));
  }

  /** How many checks there are. */
  get count(): number {
    return this.#doctor.checks.length;
  }

  /**
   * Starts an entry's checks, or all, unless a run is under way: thirty clicks are one run.
   *
   * @param onFailed Told what the doctor threw, which it never should.
   */
  start(
    entry: { id: string; checks: readonly string[] } | undefined,
    onFailed: (error: unknown) => void,
  ): void {
    if (this.isRunning) return;
    const checks = entry === undefined ? this.#doctor.checks : this.known(entry.checks);
    const ids = checks.map(({ id }) => id);
    const run: Run = { entry: entry?.id, ids, results: new Map(), finishedAt: undefined };
    this.#last = run;
    if (entry === undefined) this.#lastOfAll = run;
    const onResult = (result: CheckResult) => void run.results.set(result.id, result);
    void (async () => {
      try {
        const results = await this.#doctor.run({ ...(entry === undefined ? {} : { only: ids }), onResult });
        results.forEach(onResult);
      } catch (error) {
        onFailed(error);
      }
      for (const [id, result] of run.results) this.#results.set(id, result);
      run.finishedAt = this.#now();
    })();
  }

  /** The last run that was started, with its rows; it may be under way. */
  latest(): { panel: string; rows: readonly CheckRow[] } | undefined {
    const run = this.#last;
    return run && { panel: run.entry ?? "all", rows: this.#rowsOfRun(run) };
  }

  /** The last run of all checks. Runs of single entries leave it as it is. */
  overview(): { rows: readonly CheckRow[]; finishedAt: Date | undefined } | undefined {
    const run = this.#lastOfAll;
    return run && { rows: this.#rowsOfRun(run), finishedAt: run.finishedAt };
  }

  /** An entry's rows; none until one of its checks was run. */
  rowsOf(entry: { id: string; checks: readonly string[] }): readonly CheckRow[] {
    const run = this.#last;
    if (run?.entry === entry.id && run.finishedAt === undefined) return this.#rowsOfRun(run);
    if (!entry.checks.some((id) => this.#results.has(id))) return [];
    return this.known(entry.checks).map((check) => rowOf(check, this.#results.get(check.id), "unchecked"));
  }

  #rowsOfRun({ ids, results, finishedAt }: Run): CheckRow[] {
    const missing = finishedAt === undefined ? "running" : "unchecked";
    return this.known(ids).map((check) => rowOf(check, results.get(check.id), missing));
  }
}

function rowOf(
  { id, title }: { id: string; title: Text },
  result: CheckResult | undefined,
  missing: "running" | "unchecked",
): CheckRow {
  return { id, title, state: result?.state ?? missing, result };
}
