/**
 * All kinds of questions that this app can show. A new kind is one file here, one line in the list, one schema
 * in src/protocol/steps.ts and one file at the authority (src/authority/registration/steps/).
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type NextStep, SubmitStep } from "../../protocol/messages.ts";
import { readNumber } from "./number.ts";
import { otpStep } from "./otp.ts";
import { otpTimeSyncStep } from "./otp_time_sync.ts";
import { passwordStep } from "./password.ts";
import { questionStep } from "./question.ts";
import { parseStep, type Question, type QuestionField, type QuestionKind } from "./step.ts";
import { transactionStep } from "./transaction.ts";

export type { Question, QuestionField } from "./step.ts";

const KINDS: readonly QuestionKind[] = [
  passwordStep,
  transactionStep,
  otpStep,
  otpTimeSyncStep,
  questionStep,
];

/**
 * What the authority's next step means.
 *
 * @returns A question for the person, or what the CSR shall carry.
 * @throws {AppError} `registration/unsupported-step` (G004e) for a kind that this app does not know,
 * `network/unreadable-answer` for a step that lacks what its kind needs.
 */
export function readStep(step: NextStep): { question: Question } | { submit: SubmitStep } {
  if (step.kind === "submit") return { submit: parseStep(SubmitStep, step) };
  const known = KINDS.find(({ kind }) => kind === step.kind);
  if (known !== undefined) return { question: known.read(step) };
  throw new AppError("registration/unsupported-step", {}, { cause: new Error(`step "${step.kind}"`) });
}

/**
 * Checks what a person typed, before anything is sent.
 *
 * @returns The question's fields and nothing else; numbers as ASCII digits alone.
 * @throws {AppError} `input/invalid` with the first wrong field.
 */
export function checkAnswer(
  question: Question,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const answer: Record<string, string> = {};
  for (const field of question.fields) {
    const typed = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    const value = readField(field, typed);
    if (value === undefined) throw new AppError("input/invalid", {}, { field: field.name });
    answer[field.name] = value;
  }
  return answer;
}

function readField({ secret, maxLength, digits }: QuestionField, typed: unknown): string | undefined {
  if (typeof typed !== "string" || typed.length > maxLength || !typed.isWellFormed()) return undefined;
  if (digits !== undefined) return readNumber(typed, digits);
  // A secret is taken as it is: a password may be made of spaces.
  return (secret ? typed : typed.trim()) === "" ? undefined : typed;
}
