/** The login page: with a certificate, or first to get one. */
import type { FC } from "@hono/hono/jsx";
import { TEXTS } from "../texts.ts";
import { Banner } from "./banner.tsx";
import { type FrameProps, Layout } from "./layout.tsx";

export interface LoginPageProps {
  frame: FrameProps;
  /** The person has just logged out. */
  hasLoggedOut: boolean;
}

export const LoginPage: FC<LoginPageProps> = ({ frame, hasLoggedOut }) => {
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
      </div>
      {!hasLoggedOut && <p class="note">{TEXTS.closeBrowser[language]}</p>}
    </Layout>
  );
};
