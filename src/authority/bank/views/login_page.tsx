/** The login page: with a certificate, or first to get one. */
import type { FC } from "@hono/hono/jsx";
import { TEXTS } from "../texts.ts";
import { Banner } from "./banner.tsx";
import { TOKEN_ISSUE_PATHS } from "./one_time_password_page.tsx";
import { type FrameProps, Layout } from "./layout.tsx";

export interface LoginPageProps {
  frame: FrameProps;
  /** The person has just logged out. */
  hasLoggedOut: boolean;
  canIssueToken: boolean;
  /** Whether the demo has a software token page. */
  hasDemoTokens: boolean;
}

export const LoginPage: FC<LoginPageProps> = ({ frame, hasLoggedOut, canIssueToken, hasDemoTokens }) => {
  const { language, parts } = frame;
  return (
    <Layout {...frame} title={TEXTS.login[language]}>
      <h1>{TEXTS.login[language]}</h1>
      {hasLoggedOut && (
        <Banner kind="success" title={TEXTS.loggedOut[language]}>
          <p>{TEXTS.closeBrowser[language]}</p>
        </Banner>
      )}
      <div class="bank-choices">
        <section class="card stack-small" aria-labelledby="with-certificate">
          <h2 id="with-certificate">{TEXTS.loginWithCertificate[language]}</h2>
          <p>{TEXTS.loginWithCertificateLead[language]}</p>
          <p class="actions bank-card-end">
            <a class="button button-primary" href={`${parts.urls.certificateLogin}/login`}>
              {TEXTS.login[language]}
            </a>
          </p>
        </section>
        <section class="card stack-small" aria-labelledby="first-time">
          <h2 id="first-time">{TEXTS.firstTime[language]}</h2>
          <p>{TEXTS.firstTimeLead[language]}</p>
          <p class="actions bank-card-end">
            <a class="button" href="/certificate">{TEXTS.issueCertificate[language]}</a>
          </p>
        </section>
        {canIssueToken && (
          <section class="card stack-small" aria-labelledby="one-time-password">
            <h2 id="one-time-password">{TEXTS.oneTimePassword[language]}</h2>
            <p>{TEXTS.issueTokenShort[language]}</p>
            <p class="actions bank-card-end">
              <a class="button" href={TOKEN_ISSUE_PATHS.start}>{TEXTS.issueToken[language]}</a>
            </p>
          </section>
        )}
        {hasDemoTokens && (
          <section class="card stack-small" aria-labelledby="demo-token">
            <h2 id="demo-token">
              {TEXTS.demoToken[language]} <span class="tag tag-warning">{TEXTS.demo[language]}</span>
            </h2>
            <p>{TEXTS.demoTokenNote[language]}</p>
            <p class="actions bank-card-end">
              <a class="button" href="/token" target="_blank" rel="noopener">
                {TEXTS.openDemoToken[language]}
              </a>
            </p>
          </section>
        )}
      </div>
      {!hasLoggedOut && <p class="note">{TEXTS.closeBrowser[language]}</p>}
    </Layout>
  );
};
