/**
 * All kinds of questions that this app can show. A new kind is one file here, one line in the list, and one
 * file at the authority (src/authority/registration/steps/).
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { NextStep, SubmitStep } from "../../protocol/messages.ts";
import { passwordStep } from "./password.ts";
import type { Question } from "./step.ts";

export type { Question, QuestionField } from "./step.ts";

const QUESTIONS: readonly Question[] = [passwordStep];

/**
 * What the authority's next step means.
 *
 * @returns A question for the person, or the subject that the CSR shall carry.
 * @throws {AppError} `registration/unsupported-step` (G004e) for a kind that this app does not know,
 * `network/unreadable-answer` if the CSR is wanted without a subject.
 */
export function readStep(step: NextStep): { question: Question } | { submit: SubmitStep } {
  if (step.kind === "submit") {
    if ("subject" in step && typeof step.subject === "string") return { submit: step as SubmitStep };
    throw new AppError("network/unreadable-answer", {}, { cause: new Error("submit step without subject") });
  }
  const question = QUESTIONS.find(({ kind }) => kind === step.kind);
  if (question !== undefined) return { question };
  throw new AppError("registration/unsupported-step", {}, { cause: new Error(`step "${step.kind}"`) });
}

/**
 * Checks what a person typed, before anything is sent.
 *
 * @returns The question's fields and nothing else.
 * @throws {AppError} `input/invalid` with the first wrong field.
 */
export function checkAnswer(
  question: Question,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const answer: Record<string, string> = {};
  for (const { name, maxLength } of question.fields) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (
      typeof value !== "string" || value.length === 0 || value.length > maxLength || !value.isWellFormed()
    ) {
      throw new AppError("input/invalid", {}, { field: name });
    }
    answer[name] = value;
  }
  return answer;
}
