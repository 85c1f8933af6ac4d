/** What goes to the support desk, shown before it is saved. */
import type { SupportBundle } from "../../doctor/types.ts";
import { ACTION_PATHS, HELP_PROGRESS_PATH } from "../paths.ts";
import { Layout, type View } from "./layout.tsx";

export interface SupportPageProps {
  view: View;
  /** Missing while it is made. */
  bundle: SupportBundle | undefined;
}

export function SupportPage({ view, bundle }: SupportPageProps) {
  const { t } = view;
  return (
    <Layout view={view} name="support" title={t.supportTitle}>
      {bundle === undefined
        ? (
          <section class="card working" data-watch={HELP_PROGRESS_PATH}>
            <span class="working-mark" aria-hidden="true"></span>
            <p>{t.supportMaking}</p>
          </section>
        )
        : <Contents view={view} bundle={bundle} />}
      <div class="actions">
        {bundle !== undefined && (
          <button
            type="button"
            class="button button-primary"
            id="save"
            data-download={ACTION_PATHS.supportFile}
            data-file={bundle.fileName}
            aria-describedby="save-note"
          >
            {t.save}
          </button>
        )}
        <button type="button" class="button" data-back>{t.back}</button>
      </div>
      {bundle !== undefined && <p class="note" id="save-note">{t.supportSaveNote(bundle.fileName)}</p>}
    </Layout>
  );
}

function Contents({ view: { t, language }, bundle }: { view: View; bundle: SupportBundle }) {
  return (
    <>
      <p class="lead">{t.supportReady}</p>
      <section class="card" aria-labelledby="contents-title">
        <h2 id="contents-title">{t.supportContents}</h2>
        <ul class="help-list">
          {bundle.entries.map(({ name, text }, index) => (
            <li key={name}>
              <details class="help-entry" id={`file-${index}`}>
                <summary id={`file-open-${index}`}>
                  <span class="help-title">{name}</span>
                  <span class="help-size">{sizeOf(text, language)}</span>
                </summary>
                <pre class="file-text" tabindex={0} role="region" aria-label={name}>{text}</pre>
              </details>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** As it is in the file: bytes of UTF-8. */
function sizeOf(text: string, language: "ja" | "en"): string {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes < 1024) {
    return language === "ja" ? `${bytes}バイト` : `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  }
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
