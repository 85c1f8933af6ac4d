/** Checks of this PC: state, finding and next step of each. */
import type { CheckRow, RowState } from "../checkup.ts";
import type { View } from "./layout.tsx";

export interface CheckListProps {
  view: View;
  rows: readonly CheckRow[];
}

/** The page script updates the rows in place, by `data-check`. */
export function CheckList({ view: { t, language }, rows }: CheckListProps) {
  return (
    <ul class="findings">
      {rows.map(({ id, title, state, result }) => (
        <li class="finding" data-check={id} data-state={state} key={id}>
          <span class="finding-mark" aria-hidden="true">{checkMark(state)}</span>
          <span class="finding-title">{title[language]}</span>
          <span class="finding-state">{t.checkStates[state]}</span>
          <p class="finding-text">{result?.finding[language]}</p>
          {result?.advice !== undefined && (
            <p class="finding-advice">
              <span class="finding-label">{t.checkAdvice}</span> {result.advice[language]}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

const MARKS: Readonly<Record<RowState, string>> = {
  ok: "✓",
  warning: "!",
  failed: "×",
  skipped: "–",
  running: "",
  unchecked: "",
};

/** A sign besides colour and words. */
export function checkMark(state: RowState): string {
  return MARKS[state];
}

/** Whether somebody has to do something about it. */
export function isProblem({ state }: CheckRow): boolean {
  return state === "failed" || state === "warning";
}

export function countProblems(rows: readonly CheckRow[]): { failed: number; warning: number } {
  const count = (wanted: RowState) => rows.filter(({ state }) => state === wanted).length;
  return { failed: count("failed"), warning: count("warning") };
}
