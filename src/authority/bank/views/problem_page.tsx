/** What went wrong, what to do now, and what to tell the support desk. */
import type { FC } from "@hono/hono/jsx";
import type { AppError } from "../../../errors.ts";
import { formatInstant } from "../dates.ts";
import { TEXTS, wordsOf } from "../texts.ts";
import { Banner } from "./banner.tsx";
import { type FrameProps, Layout } from "./layout.tsx";

export interface ProblemPageProps {
  frame: FrameProps;
  error: AppError;
  correlationId: string;
  at: Date;
}

export const ProblemPage: FC<ProblemPageProps> = ({ frame, error, correlationId, at }) => {
  const { language, parts } = frame;
  const isLoginRefused = error.row.status === 401 || error.row.status === 403;
  const words = wordsOf(error, language);
  const title = (isLoginRefused ? TEXTS.loginRefused : TEXTS.notHandled)[language];
  return (
    <Layout {...frame} title={title}>
      <h1>{title}</h1>
      <Banner kind="error" title={`${words.message} [${error.code}]`} />
      <section class="card stack-small" aria-labelledby="what-to-do">
        <h2 id="what-to-do">{TEXTS.whatToDo[language]}</h2>
        <p>{words.advice}</p>
        {isLoginRefused && <p class="note">{TEXTS.closeBrowser[language]}</p>}
        <p class="actions">
          <a class="button button-primary" href={`${parts.urls.portal}/`}>{TEXTS.backToLogin[language]}</a>
        </p>
      </section>
      <dl class="facts bank-facts">
        <dt>{TEXTS.time[language]}</dt>
        <dd>
          <time datetime={at.toISOString()}>{formatInstant(at, language)}</time>
        </dd>
        <dt>{TEXTS.correlationId[language]}</dt>
        <dd class="code">{correlationId}</dd>
      </dl>
    </Layout>
  );
};
