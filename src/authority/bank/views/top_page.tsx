/** トップページ: who is logged in, and how long the certificate lasts. */
import type { FC } from "@hono/hono/jsx";
import { daysLeft, formatInstant } from "../dates.ts";
import type { CertificateHolder } from "../parts.ts";
import { fill, TEXTS } from "../texts.ts";
import { TOKEN_ISSUE_PATHS } from "./one_time_password_page.tsx";
import { type FrameProps, Layout } from "./layout.tsx";

export interface TopPageProps {
  frame: FrameProps;
  holder: CertificateHolder;
  previousLoginAt: Date | undefined;
  now: Date;
  canIssueToken: boolean;
}

export const TopPage: FC<TopPageProps> = ({ frame, holder, previousLoginAt, now, canIssueToken }) => {
  const { language } = frame;
  const days = daysLeft(now, holder.notAfter);
  const role = holder.role === "administrator" ? TEXTS.roleAdministrator : TEXTS.roleUser;
  return (
    <Layout {...frame} title={TEXTS.top[language]}>
      <div class="title-row">
        <div>
          <h1>{TEXTS.top[language]}</h1>
          <p class="lead">{fill(TEXTS.welcome[language], { name: holder.name })}</p>
        </div>
        <form method="post" action="/logout">
          <button class="button" type="submit">{TEXTS.logout[language]}</button>
        </form>
      </div>
      <section class="card stack-small" aria-labelledby="certificate">
        <h2 id="certificate">{TEXTS.certificate[language]}</h2>
        <dl class="facts bank-facts">
          <dt>{TEXTS.notAfter[language]}</dt>
          <dd>
            <time datetime={holder.notAfter.toISOString()}>
              {formatInstant(holder.notAfter, language)}
            </time>
          </dd>
          <dt>{TEXTS.remaining[language]}</dt>
          <dd>{days === 0 ? TEXTS.today[language] : fill(TEXTS.days[language], { days: String(days) })}</dd>
          <dt>{TEXTS.serial[language]}</dt>
          <dd class="code">{holder.serial}</dd>
        </dl>
      </section>
      <section class="card stack-small" aria-labelledby="person">
        <h2 id="person">{TEXTS.person[language]}</h2>
        <dl class="facts bank-facts">
          <dt>{TEXTS.name[language]}</dt>
          <dd>{holder.name}</dd>
          <dt>{TEXTS.company[language]}</dt>
          <dd>{holder.company}</dd>
          <dt>{TEXTS.loginId[language]}</dt>
          <dd class="code">{holder.loginId}</dd>
          <dt>{TEXTS.role[language]}</dt>
          <dd>{role[language]}</dd>
          <dt>{TEXTS.lastLogin[language]}</dt>
          <dd>
            {previousLoginAt === undefined
              ? TEXTS.firstLogin[language]
              : (
                <time datetime={previousLoginAt.toISOString()}>
                  {formatInstant(previousLoginAt, language)}
                </time>
              )}
          </dd>
        </dl>
      </section>
      {canIssueToken && (
        <section class="card stack-small" aria-labelledby="one-time-password">
          <h2 id="one-time-password">{TEXTS.oneTimePassword[language]}</h2>
          <p>{TEXTS.issueTokenShort[language]}</p>
          <p class="actions">
            <a class="button" href={TOKEN_ISSUE_PATHS.start}>{TEXTS.issueToken[language]}</a>
          </p>
        </section>
      )}
    </Layout>
  );
};
