/**
 * 困ったときは: every question of the manual's chapter 3.1 and every code of chapter 3.2, with what this product
 * answers, and the search over them. Data and functions alone: who shows it decides how.
 *
 * @module
 */
import type { Language } from "../errors.ts";
import { CERTIFICATE_QUESTIONS } from "./certificate_questions.ts";
import { CODES } from "./codes.ts";
import { EXPORT_QUESTIONS, OTHER_QUESTIONS } from "./export_questions.ts";
import { ISSUE_QUESTIONS } from "./issue_questions.ts";
import { createSearch } from "./search.ts";
import type { HelpEntry, HelpTopic } from "./types.ts";

export { fillHelp } from "./fill.ts";
export type { HelpEntry, HelpTopic, HelpValues } from "./types.ts";

/** In the manual's order. */
export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    id: "certificate",
    title: { ja: "電子証明書について", en: "About certificates" },
    entries: CERTIFICATE_QUESTIONS,
  },
  {
    id: "issue",
    title: { ja: "証明書の発行・更新時", en: "While issuing or renewing" },
    entries: ISSUE_QUESTIONS,
  },
  {
    id: "export",
    title: { ja: "証明書のインポート/エクスポート", en: "Import and export" },
    entries: EXPORT_QUESTIONS,
  },
  { id: "other", title: { ja: "その他", en: "Other questions" }, entries: OTHER_QUESTIONS },
  { id: "codes", title: { ja: "エラーメッセージ一覧", en: "Error messages" }, entries: CODES },
];

/** All entries. */
export const HELP: readonly HelpEntry[] = HELP_TOPICS.flatMap(({ entries }) => entries);

const search = createSearch(HELP);

/**
 * Entries in which every word of the query occurs, best first; all of them for a query without a word.
 *
 * @param query As typed.
 */
export function searchHelp(query: string, language: Language): readonly HelpEntry[] {
  return search(query, language);
}

/** The entry of that ID; a code is its own. */
export function helpEntry(id: string): HelpEntry | undefined {
  return HELP.find((entry) => entry.id === id);
}
