/** One question or code with its answer, to be opened. */
import { fillHelp, type HelpEntry } from "../../help/mod.ts";
import type { Checkup } from "../checkup.ts";
import { CheckList } from "./check_list.tsx";
import { CheckButton } from "./checkup_card.tsx";
import type { View } from "./layout.tsx";

export interface HelpEntryItemProps {
  view: View;
  entry: HelpEntry;
  checkup: Checkup | undefined;
  /** Its answer is shown, and it gets the focus. */
  isOpened?: boolean;
}

export function HelpEntryItem({ view, entry, checkup, isOpened = false }: HelpEntryItemProps) {
  const { language, profile } = view;
  const values = {
    service: profile.institution.service[language],
    authorityUrl: profile.authority.url,
    renewalDays: String(profile.renewal.opensDaysBefore),
  };
  const { id, code, title, body } = entry;
  return (
    <li data-entry={id}>
      <details class="help-entry" id={`entry-${id}`} open={isOpened}>
        <summary id={`open-${id}`} data-focus={isOpened ? "" : undefined}>
          {code !== undefined && <span class="help-code">{code}</span>}
          <span class="help-title">{fillHelp(title[language], values)}</span>
        </summary>
        <div class="help-body">
          {body.map((text) => <p key={text.en}>{fillHelp(text[language], values)}</p>)}
          {checkup !== undefined && <EntryChecks view={view} entry={entry} checkup={checkup} />}
        </div>
      </details>
    </li>
  );
}

function EntryChecks({ view, entry, checkup }: { view: View; entry: HelpEntry; checkup: Checkup }) {
  const { t, language } = view;
  const checks = checkup.known(entry.checks);
  if (checks.length === 0) return null;
  const rows = checkup.rowsOf(entry);
  const note = `checks-of-${entry.id}`;
  return (
    <div class="help-checks" data-panel={entry.id}>
      <div class="actions actions-noted">
        <CheckButton view={view} checkup={checkup} label={t.checkThis} note={note} entry={entry.id} />
        <p class="note" id={note}>
          {checkup.isRunning ? t.checking : t.checksOf(checks.map(({ title }) => title[language]))}
        </p>
      </div>
      {rows.length > 0 && <CheckList view={view} rows={rows} />}
    </div>
  );
}
