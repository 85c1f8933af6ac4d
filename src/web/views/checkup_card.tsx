/** 「すべて確認する」 and what came of it: what is wrong first, the rest on demand. */
import type { AppError } from "../../errors.ts";
import { formatDateTime } from "../../i18n/mod.ts";
import type { Checkup } from "../checkup.ts";
import { ACTION_PATHS } from "../paths.ts";
import { Banner, ErrorBanner } from "./banner.tsx";
import { CheckList, countProblems, isProblem } from "./check_list.tsx";
import type { View } from "./layout.tsx";

export interface CheckupCardProps {
  view: View;
  checkup: Checkup;
  /** Why the last run ended early. */
  error: AppError | undefined;
}

export function CheckupCard({ view, checkup, error }: CheckupCardProps) {
  const { t } = view;
  const overview = checkup.overview();
  const isAllRunning = overview !== undefined && overview.finishedAt === undefined;
  return (
    <section class="card stack-small" aria-labelledby="checkup-title">
      <h2 id="checkup-title">{t.checkupTitle}</h2>
      {error !== undefined && <ErrorBanner view={view} error={error} />}
      <div class="actions actions-noted">
        <CheckButton view={view} checkup={checkup} label={t.checkAll} note="check-note" isPrimary />
        <p class="note" id="check-note">
          {isAllRunning
            ? t.checkedSoFar(done(overview.rows), overview.rows.length)
            : checkup.isRunning
            ? t.checking
            : t.checkupLead}
        </p>
      </div>
      <div data-panel="all" class="stack-small">
        {overview !== undefined && (isAllRunning
          ? <CheckList view={view} rows={overview.rows} />
          : <Findings view={view} rows={overview.rows} finishedAt={overview.finishedAt!} />)}
      </div>
    </section>
  );
}

function done(rows: readonly { state: string }[]): number {
  return rows.filter(({ state }) => state !== "running").length;
}

type FindingsProps = { view: View; finishedAt: Date } & Parameters<typeof CheckList>[0];

function Findings({ view, rows, finishedAt }: FindingsProps) {
  const { t, language } = view;
  const { failed, warning } = countProblems(rows);
  const problems = rows.filter(isProblem).sort((a, b) => a.state < b.state ? -1 : a.state > b.state ? 1 : 0);
  const rest = rows.filter((row) => !isProblem(row));
  return (
    <>
      <Banner
        tone={failed > 0 ? "error" : warning > 0 ? "warning" : "success"}
        title={t.checked(failed, warning)}
      >
        <p class="note">{t.checkedAt(formatDateTime(finishedAt, language))}</p>
      </Banner>
      {problems.length > 0 && <CheckList view={view} rows={problems} />}
      {rest.length > 0 && (
        <details class="details" id="check-rest">
          <summary id="check-rest-open">{t.checkRest(rest.length)}</summary>
          <CheckList view={view} rows={rest} />
        </details>
      )}
    </>
  );
}

export interface CheckButtonProps {
  view: View;
  checkup: Checkup;
  label: string;
  /** ID of the element that says what the button does, or why it does nothing now. */
  note: string;
  /** Whose checks; all, unless said. */
  entry?: string;
  isPrimary?: boolean;
}

/** While checks run, every such button says so instead of starting more. */
export function CheckButton({ checkup, label, note, entry = "", isPrimary = false }: CheckButtonProps) {
  return (
    <button
      type="button"
      class={`button ${isPrimary ? "button-primary" : ""}`}
      id={`check-${entry === "" ? "all" : entry}`}
      data-set={ACTION_PATHS.check}
      data-entry={entry}
      aria-disabled={checkup.isRunning ? "true" : undefined}
      aria-describedby={note}
    >
      {label}
    </button>
  );
}
