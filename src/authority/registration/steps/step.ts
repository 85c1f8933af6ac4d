/**
 * What a step is: something that an enrolment asks a person for. The server says which steps and in which order;
 * one file here and one in the app's src/issuance/steps/ make a new kind.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../../../errors.ts";
import type { User } from "../../store/store.ts";
import type { Passwords } from "../passwords.ts";

/** What a step may look at. */
export interface StepContext {
  /** `undefined` if there is no such user: a step must take as long and then say no. */
  readonly user: User | undefined;
  readonly passwords: Passwords;
}

export interface StepDefinition<Schema extends v.GenericSchema> {
  /** Its name in the protocol. */
  readonly kind: string;
  /** Shape of the answer. */
  readonly answer: Schema;
  /** Whether the answer is right. */
  verify(answer: v.InferOutput<Schema>, context: StepContext): Promise<boolean>;
}

/** A kind of step, its answer's shape hidden. */
export interface Step {
  readonly kind: string;
  /**
   * Checks shape and answer.
   *
   * @throws {AppError} `input/invalid` with the field if the shape is wrong: that is no failed attempt.
   */
  parse(answer: Readonly<Record<string, string>>): (context: StepContext) => Promise<boolean>;
}

export function defineStep<Schema extends v.GenericSchema>(definition: StepDefinition<Schema>): Step {
  return {
    kind: definition.kind,
    parse(answer) {
      const parsed = v.safeParse(definition.answer, answer);
      if (!parsed.success) {
        const field = v.getDotPath(parsed.issues[0]);
        throw new AppError("input/invalid", {}, field === null ? {} : { field });
      }
      return (context) => definition.verify(parsed.output, context);
    },
  };
}
