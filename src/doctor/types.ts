/**
 * The doctor: checks that find out, one by one, why something does not work. Types alone, for whoever shows it.
 *
 * @module
 */
import type { Text } from "../errors.ts";

/**
 * How a check ended. `warning`: it works, but not for long or not in every way; `skipped`: there was nothing to look
 * at, or an earlier failure explains it.
 */
export type CheckState = "ok" | "warning" | "failed" | "skipped";

export interface CheckResult {
  /** Of {@link Doctor.checks}. */
  id: string;
  title: Text;
  state: CheckState;
  /** One sentence. */
  finding: Text;
  /** One next step; missing when there is nothing to do. */
  advice: Text | undefined;
  elapsedMs: number;
}

export interface Doctor {
  /** All checks, in the order in which they are run. */
  readonly checks: readonly { id: string; title: Text }[];
  /**
   * Runs the checks, or those of `only` with what they build on. Never throws; what the signal stops is `skipped`.
   *
   * @param options.onResult Gets each result as it comes.
   */
  run(
    options?: {
      only?: readonly string[];
      onResult?: (result: CheckResult) => void;
      signal?: AbortSignal;
    },
  ): Promise<CheckResult[]>;
}

/** What goes to the support desk: shown before it is saved. */
export interface SupportBundle {
  /** E.g. `hakko-support-20270131-0930.zip`. */
  readonly fileName: string;
  readonly entries: readonly { name: string; text: string }[];
  zip(): Promise<Uint8Array<ArrayBuffer>>;
}
