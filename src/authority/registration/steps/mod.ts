/**
 * All kinds of steps that this authority can judge. A user's list may name others: they are announced all the
 * same, and an app that knows them would have to be answered by an authority that does.
 *
 * @module
 */
import { passwordStep } from "./password.ts";
import type { Step } from "./step.ts";

export type { Step, StepContext } from "./step.ts";

const STEPS: readonly Step[] = [passwordStep];

/** What a user without a list of their own is asked, and so what unknown login IDs are asked. */
export const DEFAULT_STEPS: readonly string[] = ["password"];

export function findStep(kind: string): Step | undefined {
  return STEPS.find((step) => step.kind === kind);
}
