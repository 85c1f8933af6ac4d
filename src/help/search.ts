/** Finds entries the way people type: any width, any case, either kana, a code with or without its brackets. */
import type { Language } from "../errors.ts";
import type { HelpEntry } from "./types.ts";

/** How much a word is worth where it was found. */
const WORTH = { code: 100, codeStart: 40, title: 10, body: 1 } as const;

/** No person types more words; without a limit a long text would cost a long time. */
const MAX_WORDS = 12;

interface Indexed {
  entry: HelpEntry;
  code: string;
  title: string;
  body: string;
}

/** Makes the search over some entries. */
export function createSearch(entries: readonly HelpEntry[]) {
  const indexes: Partial<Record<Language, readonly Indexed[]>> = {};
  /**
   * Entries in which every word of the query occurs, best first: by code, then by title, then by body, and where
   * that is the same in the order of the manual. All of them for a query without a word.
   */
  return function search(query: string, language: Language): readonly HelpEntry[] {
    const words = wordsOf(query);
    if (words.length === 0) return entries;
    const index = indexes[language] ??= entries.map((entry) => indexEntry(entry, language));
    return index
      .map((indexed) => ({ entry: indexed.entry, worth: worthOf(indexed, words) }))
      .filter(({ worth }) => worth > 0)
      .sort((a, b) => b.worth - a.worth)
      .map(({ entry }) => entry);
  };
}

function indexEntry(entry: HelpEntry, language: Language): Indexed {
  return {
    entry,
    code: compact(entry.code ?? ""),
    title: fold(entry.title[language]),
    body: fold(entry.body.map((text) => text[language]).join("\n")),
  };
}

/** 0 unless every word is found somewhere. */
function worthOf(indexed: Indexed, words: readonly Word[]): number {
  let sum = 0;
  for (const { whole, pieces } of words) {
    const worth = worthOfText(indexed, whole) || Math.min(...pieces.map((p) => worthOfText(indexed, p)));
    if (worth === 0 || worth === Infinity) return 0;
    sum += worth;
  }
  return sum;
}

function worthOfText({ code, title, body }: Indexed, text: string): number {
  const asCode = compact(text);
  if (code !== "" && asCode === code) return WORTH.code;
  // "g008" for G008e: a code is known by its beginning.
  if (asCode.length >= 2 && code.startsWith(asCode)) return WORTH.codeStart;
  if (title.includes(text)) return WORTH.title;
  return body.includes(text) ? WORTH.body : 0;
}

/** One word of a query. */
interface Word {
  whole: string;
  /** What to look for instead where the whole is not found; empty when it cannot be taken apart. */
  pieces: readonly string[];
}

/** What to look for. Brackets and quotation marks only stand around words. */
function wordsOf(query: string): Word[] {
  return query.normalize("NFKC").replace(/期限切れ?/g, "期限 切").split(
    /[\s、。,.?!「」『』“”"()[\]{}【】〔〕<>・:;]+/u,
  )
    .filter((word) => word !== "" && hasLetters(word))
    .slice(0, MAX_WORDS)
    .map((word) => ({ whole: fold(word), pieces: piecesOf(word) }));
}

/** Whether there is anything in it besides signs. */
function hasLetters(word: string): boolean {
  return /[\p{L}\p{N}]/u.test(word);
}

/**
 * Japanese is typed without spaces: 「更新できない」 is 更新 and できません, 「期限が切れた」 is 期限 and 切. What is left out is
 * written in hiragana: particles and endings.
 */
function piecesOf(word: string): string[] {
  const runs = word.match(/[\p{sc=Han}々]+|[\p{sc=Katakana}ー]+|[a-z0-9]+|できな[いく]|できませ?ん/giu) ?? [];
  return runs.map(fold);
}

/** Other words for the same. */
const SAME: readonly [RegExp, string][] = [
  [/できな[いく]/g, "できません"],
  [/ぱそこん/g, "pc"],
  [/別/g, "他"],
  [/ふぁいあふぉっくす/g, "firefox"],
  [/くろむ/g, "chrome"],
  [/えっじ/g, "edge"],
];

/** One spelling for all: NFKC, lower case, hiragana without long-vowel signs (ユーザー is ユーザ), plain dashes. */
function fold(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replaceAll("ー", "")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[’‘]/g, "'");
  return SAME.reduce((result, [pattern, same]) => result.replace(pattern, same), folded);
}

/** A code as letters and digits alone: `[G-008e]` is `g008e`. */
function compact(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
