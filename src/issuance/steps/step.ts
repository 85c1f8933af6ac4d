import * as v from "valibot";
import { AppError, type Text } from "../../errors.ts";
import type { NextStep } from "../../protocol/messages.ts";

/** One field of a question. */
export interface QuestionField {
  name: string;
  label: Text;
  /** Not shown while it is typed, and never kept. */
  secret: boolean;
  /** In UTF-16 code units; at least one is needed. */
  maxLength: number;
  /** If it is a number: exactly so many digits, as `readNumber()` reads them. */
  digits?: number | undefined;
  inputMode?: "text" | "numeric" | undefined;
  /** The HTML attribute's value. */
  autocomplete: string;
}

/** What the authority asks a person for. Pages and command line only show it. */
export interface Question {
  /** Its name in the protocol. */
  kind: string;
  title: Text;
  /** What to do, in one sentence; missing where the fields say it. */
  lead?: Text | undefined;
  /** Text of the 2D code that a token reads. */
  code?: string | undefined;
  /** The question in the authority's own words; plain text. */
  prompt?: string | undefined;
  fields: readonly QuestionField[];
}

/** One kind of question; one file defines it. */
export interface QuestionKind {
  /** Its name in the protocol. */
  kind: string;
  /** @throws {AppError} `network/unreadable-answer` if the step lacks what the kind needs. */
  read(step: NextStep): Question;
}

/**
 * Takes a step apart by its schema.
 *
 * @throws {AppError} `network/unreadable-answer`; its cause names the place, never what was there.
 */
export function parseStep<S extends v.GenericSchema>(schema: S, step: NextStep): v.InferOutput<S> {
  const parsed = v.safeParse(schema, step);
  if (parsed.success) return parsed.output;
  const where = v.getDotPath(parsed.issues[0]) ?? "/";
  const cause = new Error(`step "${step.kind}": ${where}`);
  throw new AppError("network/unreadable-answer", {}, { cause });
}

/** A field for a number that a token shows. It is visible: people compare what they have typed. */
export function numberField(
  field: Pick<QuestionField, "name" | "label"> & { digits: number; autocomplete?: string },
): QuestionField {
  const { digits, autocomplete = "off" } = field;
  // Room for a space or hyphen after each digit: tokens show them in groups, and so they are typed and pasted.
  return { ...field, secret: false, maxLength: 2 * digits, inputMode: "numeric", autocomplete };
}
