/**
 * All kinds of steps that this authority can judge. A user's list may name others: they are announced all the
 * same, and an app that knows them would have to be answered by an authority that does.
 *
 * @module
 */
import { otpStep } from "./otp.ts";
import { otpTimeSyncStep } from "./otp_time_sync.ts";
import { passwordStep } from "./password.ts";
import { questionStep } from "./question.ts";
import type { Step } from "./step.ts";
import { transactionStep } from "./transaction.ts";

export type { Step, StepContext } from "./step.ts";

const STEPS: readonly Step[] = [passwordStep, transactionStep, otpStep, otpTimeSyncStep, questionStep];

export function findStep(kind: string): Step | undefined {
  return STEPS.find((step) => step.kind === kind);
}
