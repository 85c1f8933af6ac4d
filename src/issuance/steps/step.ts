import type { Text } from "../../errors.ts";

/** One field of a question. */
export interface QuestionField {
  name: string;
  label: Text;
  /** Not shown while it is typed, and never kept. */
  secret: boolean;
  /** In UTF-16 code units; at least one is needed. */
  maxLength: number;
  inputMode?: "text" | "numeric" | undefined;
  /** The HTML attribute's value. */
  autocomplete: string;
}

/** What the authority asks a person for. One file per kind defines it; pages and command line only show it. */
export interface Question {
  /** Its name in the protocol. */
  kind: string;
  title: Text;
  fields: readonly QuestionField[];
}
