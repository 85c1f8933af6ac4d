/**
 * What a step is: something that an enrolment asks a person for. The server says which steps and in which order;
 * one file here and one in the app's src/issuance/steps/ make a new kind.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../../../errors.ts";
import type { QuestionStep } from "../../../protocol/messages.ts";
import type { Enrolment, StoreReader, User } from "../../store/store.ts";
import type { Verdict } from "../attempts.ts";
import type { RegistrationParts } from "../parts.ts";

/** What a step may look at. */
export interface StepContext {
  readonly parts: RegistrationParts;
  readonly enrolment: Pick<Enrolment, "loginId" | "operation" | "renews" | "nonce">;
  /** `undefined` if there is no such user: a step must take as long and then say no. */
  readonly user: User | undefined;
}

export interface StepDefinition<Schema extends v.GenericSchema> {
  /** Its name in the protocol. */
  readonly kind: string;
  /** Shape of the answer. */
  readonly answer: Schema;
  /** Why this user cannot be asked, e.g. because no token is registered. Default: everybody can. */
  findObstacle?(user: User, reader: StoreReader): Promise<AppError | undefined>;
  /** What the person is asked with, besides the kind. Default: nothing. */
  ask?(context: StepContext): Readonly<Record<string, unknown>>;
  judge(answer: v.InferOutput<Schema>, context: StepContext): Promise<Verdict>;
}

/** A kind of step, its answer's shape hidden. */
export interface Step {
  readonly kind: string;
  findObstacle(user: User, reader: StoreReader): Promise<AppError | undefined>;
  ask(context: StepContext): QuestionStep;
  /**
   * Checks shape and answer.
   *
   * @throws {AppError} `input/invalid` with the field if the shape is wrong: that is no failed attempt.
   */
  parse(answer: Readonly<Record<string, string>>): (context: StepContext) => Promise<Verdict>;
}

export function defineStep<Schema extends v.GenericSchema>(definition: StepDefinition<Schema>): Step {
  const { kind } = definition;
  return {
    kind,
    findObstacle: (user, reader) => definition.findObstacle?.(user, reader) ?? Promise.resolve(undefined),
    ask: (context) => ({ kind, ...definition.ask?.(context) }),
    parse(answer) {
      const parsed = v.safeParse(definition.answer, answer);
      if (!parsed.success) {
        const field = v.getDotPath(parsed.issues[0]);
        throw new AppError("input/invalid", {}, field === null ? {} : { field });
      }
      return (context) => definition.judge(parsed.output, context);
    },
  };
}

export function rightIf(isRight: boolean): Verdict {
  return { outcome: isRight ? "right" : "wrong" };
}
