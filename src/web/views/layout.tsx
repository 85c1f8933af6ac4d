/** The frame around every page. */
import type { Child } from "@hono/hono/jsx";
import type { Language } from "../../errors.ts";
import { LANGUAGES, MESSAGES, type Messages } from "../../i18n/mod.ts";
import type { Profile } from "../../profile.ts";
import { ACTION_PATHS, type PageName } from "../paths.ts";
import { BrandMark } from "./icons.tsx";

/** What every component needs to speak. */
export interface View {
  language: Language;
  t: Messages;
  profile: Profile;
  version: string;
  /** State of what the page shows; the page script looks again when it has grown. */
  revision: number;
}

export interface LayoutProps {
  view: View;
  name: PageName;
  title: string;
  /** Beside the title. */
  action?: Child;
  children: Child;
}

/**
 * A fragment of three parts; the page script puts each in its place, sets the document's title and language,
 * and moves the focus.
 */
export function Layout({ view, name, title, action, children }: LayoutProps) {
  const { language, t, profile, version, revision } = view;
  const { institution, support } = profile;
  return (
    <div data-page={name} data-title={`${title} | ${institution.app[language]}`} lang={language}>
      <header class="page-header" data-part="header">
        <div class="page-header-inner">
          <div class="brand">
            <BrandMark />
            <div class="brand-text">
              <span class="brand-name">{institution.app[language]}</span>
              <span class="brand-service">{institution.service[language]}</span>
            </div>
          </div>
          <div class="page-tools">
            <button
              type="button"
              class="tool"
              data-post={ACTION_PATHS.help}
              data-entry=""
              data-push
              aria-current={name === "help" ? "page" : undefined}
            >
              {t.help}
            </button>
            <nav class="languages" aria-label={t.languages}>
              {LANGUAGES.map((other) => (
                <button
                  type="button"
                  class="language"
                  lang={other}
                  data-language={other}
                  aria-current={other === language ? "true" : undefined}
                >
                  {MESSAGES[other].language}
                </button>
              ))}
            </nav>
          </div>
        </div>
      </header>
      <div class="stack" data-part="main">
        <div class="title-row">
          <h1 id="title" tabindex={-1}>{title}</h1>
          {action}
        </div>
        {children}
      </div>
      <footer class="page-footer" data-part="footer">
        <div class="page-footer-inner">
          <span>{t.support(support.contact[language])}</span>
          <span>{t.version(version)}</span>
        </div>
      </footer>
      <template
        data-part="words"
        data-revision={revision}
        data-working={t.working}
        data-slow-down={t.slowDown}
        data-again={t.again}
        data-skip={t.skipToContent}
        data-copied={t.copied}
        data-copy-failed={t.copyFailed}
      />
    </div>
  );
}
