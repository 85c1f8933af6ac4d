/**
 * The texts of the pages, in every language, and dates as people read them.
 *
 * @module
 */
import type { Language, Text } from "../errors.ts";
import { en } from "./en.ts";
import { ja, type Messages } from "./ja.ts";

export type { Messages } from "./ja.ts";
export { daysLeft, formatClockTime, formatDate, formatDateTime, localizeTimes } from "./format.ts";

/** All languages; a new one must be added here to compile. */
export const MESSAGES: { readonly [L in Language]: Messages } = { ja, en };

/** All languages in the order of the switch. */
export const LANGUAGES = Object.keys(MESSAGES) as readonly Language[];

/** Whether a text names a language. */
export function isLanguage(text: string): text is Language {
  return Object.hasOwn(MESSAGES, text);
}

/** One text of a definition, in one language. */
export function pick(text: Text, language: Language): string {
  return text[language];
}
