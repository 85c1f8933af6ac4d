/** What 困ったときは is made of. */
import type { Text } from "../errors.ts";

/** One entry: a question of the manual's chapter 3.1, or a code that a person can meet. */
export interface HelpEntry {
  /** Permanent: a code in its own spelling, a question in lower case with hyphens. */
  readonly id: string;
  readonly kind: "question" | "code";
  /** As people see it: `G008e`. Only for `kind: "code"`. */
  readonly code?: string;
  /** The question, or the message. May hold placeholders, see {@link HelpValues}. */
  readonly title: Text;
  /** Steps or paragraphs; what to do first comes first. May hold placeholders, see {@link HelpValues}. */
  readonly body: readonly Text[];
  /** IDs of the doctor's checks that can find out; see `src/doctor`. */
  readonly checks: readonly string[];
}

/** Entries under one heading. */
export interface HelpTopic {
  readonly id: string;
  readonly title: Text;
  readonly entries: readonly HelpEntry[];
}

/** What differs between institutions: stands as `{service}` in the texts. */
export interface HelpValues {
  /** The bank's service by its name. */
  service: string;
  /** What a company's network must let through. */
  authorityUrl: string;
  /** How many days before its end a certificate can be renewed. */
  renewalDays: string;
}
