/** 証明書取得認証画面: how to get a certificate. It only links to the app; it never talks to this PC. */
import type { FC } from "@hono/hono/jsx";
import { fill, TEXTS } from "../texts.ts";
import { type FrameProps, Layout } from "./layout.tsx";

export interface AcquirePageProps {
  frame: FrameProps;
  /** Opens the app: the institution's URI scheme and which page; never a secret. */
  startUri: string;
  /** Where the installer is, if there is one. */
  downloadUrl: string | undefined;
}

export const AcquirePage: FC<AcquirePageProps> = ({ frame, startUri, downloadUrl }) => {
  const { language, parts } = frame;
  const app = parts.institution.app[language];
  return (
    <Layout {...frame} title={TEXTS.acquire[language]}>
      <div class="stack-small">
        <h1>{TEXTS.acquire[language]}</h1>
        <p class="lead">{fill(TEXTS.acquireLead[language], { app })}</p>
      </div>
      <ol class="bank-steps card">
        <li class="bank-step">
          <div class="stack-small">
            <h2>{TEXTS.acquireStart[language]}</h2>
            <p class="actions">
              <a class="button button-primary" href={startUri}>{TEXTS.startApp[language]}</a>
              {downloadUrl !== undefined && (
                <a class="button" href={downloadUrl}>{TEXTS.downloadApp[language]}</a>
              )}
            </p>
            <p class="note">{TEXTS.acquireStartNote[language]}</p>
            {downloadUrl !== undefined && <p class="note">{TEXTS.downloadNote[language]}</p>}
          </div>
        </li>
        <li class="bank-step">
          <div class="stack-small">
            <h2>{TEXTS.acquireAuthenticate[language]}</h2>
            <p>{TEXTS.acquireAuthenticateNote[language]}</p>
          </div>
        </li>
        <li class="bank-step">
          <div class="stack-small">
            <h2>{TEXTS.acquireLogin[language]}</h2>
            <p>{TEXTS.acquireLoginNote[language]}</p>
          </div>
        </li>
      </ol>
      <section class="stack-small" aria-labelledby="nothing-happens">
        <h2 id="nothing-happens">{TEXTS.nothingHappens[language]}</h2>
        <ul class="bank-list">
          <li>{fill(TEXTS.nothingHappensMenu[language], { app })}</li>
          <li>{TEXTS.nothingHappensDemo[language]}</li>
        </ul>
      </section>
      <p>
        <a href="/">{TEXTS.backToLogin[language]}</a>
      </p>
    </Layout>
  );
};
