/** 困ったときは: checks of this PC, questions, codes, and the file for the support desk. */
import type { AppError } from "../../errors.ts";
import { HELP_TOPICS, type HelpEntry, type HelpTopic } from "../../help/mod.ts";
import type { Checkup } from "../checkup.ts";
import { ACTION_PATHS, HELP_PROGRESS_PATH } from "../paths.ts";
import { CheckupCard } from "./checkup_card.tsx";
import { HelpEntryItem } from "./help_entry.tsx";
import { Layout, type View } from "./layout.tsx";

export interface HelpPageProps {
  view: View;
  /** What the person came for. */
  opened: HelpEntry | undefined;
  checkup: Checkup | undefined;
  error: AppError | undefined;
  /** Whether a file for the support desk can be made. */
  hasFile: boolean;
}

export function HelpPage({ view, opened, checkup, error, hasFile }: HelpPageProps) {
  const { t } = view;
  return (
    <Layout view={view} name="help" title={t.help}>
      <div class="stack" data-watch={checkup?.isRunning ? HELP_PROGRESS_PATH : undefined}>
        {opened !== undefined && (
          <section class="card" aria-labelledby="opened-title" data-topic>
            <h2 id="opened-title">{opened.kind === "code" ? t.helpForError : t.helpAnswer}</h2>
            <ul class="help-list" data-entries>
              <HelpEntryItem view={view} entry={opened} checkup={checkup} isOpened />
            </ul>
          </section>
        )}
        {checkup !== undefined && <CheckupCard view={view} checkup={checkup} error={error} />}
        <Search view={view} />
        {HELP_TOPICS.map((topic) => (
          <Topic key={topic.id} view={view} topic={topic} opened={opened} checkup={checkup} />
        ))}
        {hasFile && (
          <section class="card stack-small" aria-labelledby="support-title">
            <h2 id="support-title">{t.supportHeading}</h2>
            <p class="lead" id="support-lead">{t.supportLead}</p>
            <div class="actions">
              <button
                type="button"
                class="button"
                id="support"
                data-post={ACTION_PATHS.support}
                data-push
                aria-describedby="support-lead"
              >
                {t.supportMake}
              </button>
            </div>
          </section>
        )}
        <div class="actions">
          <button type="button" class="button" data-back>{t.back}</button>
        </div>
      </div>
    </Layout>
  );
}

/** What is found is taken out of its topic and shown here, by the page script; see `data-search` there. */
function Search({ view: { t } }: { view: View }) {
  return (
    <section class="help-search" role="search" aria-label={t.helpSearch}>
      <label class="field-label" for="helpQuery">{t.helpSearch}</label>
      <input
        class="field-input"
        type="search"
        id="helpQuery"
        name="helpQuery"
        data-search={ACTION_PATHS.helpSearch}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby="help-hint help-found"
      />
      <p class="note" id="help-hint">{t.helpSearchHint}</p>
      <p class="help-found" id="help-found"></p>
      <ul class="help-list card" id="help-results" aria-label={t.helpResults} hidden></ul>
    </section>
  );
}

interface TopicProps {
  view: View;
  topic: HelpTopic;
  opened: HelpEntry | undefined;
  checkup: Checkup | undefined;
}

function Topic({ view, topic, opened, checkup }: TopicProps) {
  const { language, t } = view;
  const entries = topic.entries.filter(({ id }) => id !== opened?.id);
  const list = (
    <ul class="help-list" data-entries>
      {entries.map((entry) => <HelpEntryItem key={entry.id} view={view} entry={entry} checkup={checkup} />)}
    </ul>
  );
  const heading = `topic-${topic.id}`;
  return (
    <section class="card" aria-labelledby={heading} data-topic>
      <h2 id={heading}>{topic.title[language]}</h2>
      {/* So many that they would hide everything below. */}
      {entries.length > 20
        ? (
          <details class="details" id="all-codes">
            <summary id="all-codes-open">{t.helpShowAll(entries.length)}</summary>
            {list}
          </details>
        )
        : list}
    </section>
  );
}
