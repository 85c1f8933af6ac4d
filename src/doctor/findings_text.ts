/** Findings as text: for a terminal, and for the support desk. */
import type { Language, Text } from "../errors.ts";
import type { CheckResult, CheckState } from "./types.ts";

/** Before each line; of one width in both languages. */
export const STATE_MARKS: Readonly<Record<CheckState, Text>> = {
  ok: { ja: "[ OK ]", en: "[ ok ]" },
  warning: { ja: "[注意]", en: "[warn]" },
  failed: { ja: "[異常]", en: "[FAIL]" },
  skipped: { ja: "[ -- ]", en: "[ -- ]" },
};

const SUMMARY = {
  fine: { ja: "問題は見つかりませんでした。", en: "Nothing is wrong." },
  counts: { ja: "異常 {failed}件、注意 {warning}件", en: "{failed} failed, {warning} warnings" },
} as const satisfies Record<string, Text>;

/** One check: title and finding, and below it what to do. */
export function resultLines(
  { title, state, finding, advice, elapsedMs }: CheckResult,
  language: Language,
): string[] {
  const gap = language === "ja" ? ":" : ": ";
  const line = `${STATE_MARKS[state][language]} ${title[language]}${gap}${
    finding[language]
  } (${elapsedMs} ms)`;
  return advice === undefined ? [line] : [line, `       → ${advice[language]}`];
}

/** What there is to do, counted. */
export function summaryLine(results: readonly CheckResult[], language: Language): string {
  const count = (state: CheckState) => results.filter((result) => result.state === state).length;
  const [failed, warning] = [count("failed"), count("warning")];
  if (failed + warning === 0) return SUMMARY.fine[language];
  return SUMMARY.counts[language].replace("{failed}", String(failed)).replace("{warning}", String(warning));
}

/** For scripts: texts in one language. */
export function resultJson(
  { id, title, state, finding, advice, elapsedMs }: CheckResult,
  language: Language,
): Record<string, unknown> {
  return {
    id,
    title: title[language],
    state,
    finding: finding[language],
    advice: advice?.[language] ?? null,
    elapsedMs,
  };
}
