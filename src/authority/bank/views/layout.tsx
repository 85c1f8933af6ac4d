/** The frame of every page: whose service this is, that it is a demo, the languages, and whom to call. */
import type { Child, FC } from "@hono/hono/jsx";
import type { Language } from "../../../errors.ts";
import type { BankParts } from "../parts.ts";
import { TEXTS } from "../texts.ts";

/** What the frame itself shows; it is the same for all pages of one request. */
export interface FrameProps {
  language: Language;
  parts: Pick<BankParts, "institution" | "supportContact" | "assets" | "urls">;
  /**
   * Address of this page in the other language. Only a query, or a path of our own: a path that the browser
   * sent could begin with `//` and lead elsewhere.
   */
  languageBase: "" | "/" | "/one-time-password";
}

/** One whole page. */
export interface LayoutProps extends FrameProps {
  title: string;
  children?: Child;
}

const LANGUAGES: readonly { language: Language; label: string }[] = [
  { language: "ja", label: "日本語" },
  { language: "en", label: "English" },
];

/** The document around a page's content, which begins with its `h1`. */
export const Layout: FC<LayoutProps> = ({ language, parts, languageBase, title, children }) => {
  const { institution, assets } = parts;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} | ${institution.service[language]}`}</title>
        <link rel="icon" href={assets.path("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.path("style.css")} />
        <link rel="stylesheet" href={assets.path("brand.css")} />
        <link rel="stylesheet" href={assets.path("bank.css")} />
      </head>
      <body>
        <a class="skip-link" href="#content">{TEXTS.skip[language]}</a>
        <header class="page-header">
          <div class="page-header-inner">
            <a class="brand bank-home" href={`${parts.urls.portal}/`}>
              <img class="brand-mark" src={assets.path("icon.svg")} alt="" width="36" height="36" />
              <span class="brand-text">
                <span class="brand-name">{institution.service[language]}</span>
                <span class="brand-service">{institution.name[language]}</span>
              </span>
            </a>
            <div class="bank-header-end">
              <span class="tag tag-warning">{TEXTS.demo[language]}</span>
              <nav class="languages" aria-label={TEXTS.languages[language]}>
                {LANGUAGES.map((other) => (
                  <a
                    class="language bank-language"
                    href={`${languageBase}?lang=${other.language}`}
                    lang={other.language}
                    hreflang={other.language}
                    aria-current={other.language === language ? "true" : undefined}
                  >
                    {other.label}
                  </a>
                ))}
              </nav>
            </div>
          </div>
        </header>
        <main id="content" class="stack" tabindex={-1}>{children}</main>
        <footer class="page-footer">
          <div class="page-footer-inner">
            <span>{TEXTS.demoNote[language]}</span>
            <span>{TEXTS.support[language]}: {parts.supportContact[language]}</span>
          </div>
        </footer>
      </body>
    </html>
  );
};
