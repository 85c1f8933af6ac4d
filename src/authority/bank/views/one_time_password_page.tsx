/** ワンタイムパスワードトークン発行画面: who is it, then the new token and its first code, then done. */
import type { FC } from "@hono/hono/jsx";
import type { AppError } from "../../../errors.ts";
import { formatInstant } from "../dates.ts";
import type { ShownToken } from "../parts.ts";
import { fill, TEXTS, wordsOf } from "../texts.ts";
import { Banner } from "./banner.tsx";
import { Field } from "./field.tsx";
import { type FrameProps, Layout } from "./layout.tsx";
import { TwoDCode } from "./two_d_code.tsx";

/** Where the pages are; none of them ever has a secret in its address. */
export const TOKEN_ISSUE_PATHS = {
  start: "/one-time-password",
  confirm: "/one-time-password/confirm",
  done: "/one-time-password/done",
} as const;

/** Error texts by field name; an empty one marks a field without saying more. */
export type FieldErrors = Readonly<Record<string, string>>;

export interface TokenStartPageProps {
  frame: FrameProps;
  loginId: string;
  error?: AppError | undefined;
  fieldErrors?: FieldErrors | undefined;
}

export const TokenStartPage: FC<TokenStartPageProps> = ({ frame, loginId, error, fieldErrors = {} }) => {
  const { language } = frame;
  return (
    <Layout {...frame} title={TEXTS.issueToken[language]}>
      <div class="stack-small">
        <h1>{TEXTS.issueToken[language]}</h1>
        <p class="lead">{TEXTS.issueTokenLead[language]}</p>
      </div>
      {error && <ErrorBanner frame={frame} error={error} />}
      <form class="card form" method="post" action={TOKEN_ISSUE_PATHS.start} novalidate>
        <Field
          name="loginId"
          label={TEXTS.loginId[language]}
          hint={TEXTS.loginIdHint[language]}
          value={loginId}
          error={fieldErrors.loginId}
          autocomplete="username"
        />
        <Field
          name="password"
          label={TEXTS.loginPassword[language]}
          isSecret
          error={fieldErrors.password}
          autocomplete="current-password"
        />
        <p class="actions">
          <button class="button button-primary" type="submit">{TEXTS.next[language]}</button>
          <a class="button" href="/">{TEXTS.cancel[language]}</a>
        </p>
      </form>
    </Layout>
  );
};

export interface TokenShownPageProps {
  frame: FrameProps;
  token: ShownToken;
  /** Whether there is a software token page that can take it. */
  hasDemoTokens: boolean;
  error?: AppError | undefined;
  fieldErrors?: FieldErrors | undefined;
}

export const TokenShownPage: FC<TokenShownPageProps> = (props) => {
  const { frame, token, hasDemoTokens, error, fieldErrors = {} } = props;
  const { language } = frame;
  return (
    <Layout {...frame} title={TEXTS.issueToken[language]}>
      <h1>{TEXTS.issueToken[language]}</h1>
      {error && <ErrorBanner frame={frame} error={error} />}
      <ol class="bank-steps card">
        <li class="bank-step">
          <div class="stack-small">
            <h2>{TEXTS.scanCode[language]}</h2>
            <p>{TEXTS.scanCodeNote[language]}</p>
            <TwoDCode text={token.uri} alternative={TEXTS.scanCodeAlternative[language]} />
            <p class="note">{TEXTS.secretNote[language]}</p>
            <dl class="facts">
              <dt>{TEXTS.secretKey[language]}</dt>
              <dd class="code">{inGroups(token.secret)}</dd>
            </dl>
            <details>
              <summary>{TEXTS.tokenAddress[language]}</summary>
              <p class="code bank-details">{token.uri}</p>
              {hasDemoTokens && (
                <p class="note">
                  {TEXTS.demoTokenNote[language]}{" "}
                  <a href="/token" target="_blank" rel="noopener">{TEXTS.openDemoToken[language]}</a>
                </p>
              )}
            </details>
          </div>
        </li>
        <li class="bank-step">
          <form class="form" method="post" action={TOKEN_ISSUE_PATHS.confirm} novalidate>
            <h2>{TEXTS.enterFirstCode[language]}</h2>
            <p>{fill(TEXTS.enterFirstCodeNote[language], { digits: String(token.digits) })}</p>
            <input type="hidden" name="ticket" value={token.ticket} />
            <Field
              name="oneTimePassword"
              label={TEXTS.oneTimePassword[language]}
              isNumber
              error={fieldErrors.oneTimePassword}
              autocomplete="one-time-code"
            />
            <p class="note">
              {TEXTS.validUntil[language]}:{" "}
              <time datetime={token.expiresAt.toISOString()}>{formatInstant(token.expiresAt, language)}</time>
            </p>
            <p class="actions">
              <button class="button button-primary" type="submit">{TEXTS.register[language]}</button>
              <a class="button" href="/">{TEXTS.cancel[language]}</a>
            </p>
          </form>
        </li>
      </ol>
    </Layout>
  );
};

/** Groups of four, which copied text does not have between them. */
function inGroups(secret: string) {
  return secret.match(/.{1,4}/g)?.map((group, at) => <span class="bank-group" key={at}>{group}</span>);
}

export const TokenDonePage: FC<{ frame: FrameProps }> = ({ frame }) => {
  const { language } = frame;
  return (
    <Layout {...frame} title={TEXTS.issueToken[language]}>
      <h1>{TEXTS.issueToken[language]}</h1>
      <Banner kind="success" title={TEXTS.tokenRegistered[language]}>
        <p>{TEXTS.tokenRegisteredNote[language]}</p>
      </Banner>
      <p class="actions">
        <a class="button button-primary" href="/">{TEXTS.backToLogin[language]}</a>
      </p>
    </Layout>
  );
};

const ErrorBanner: FC<{ frame: FrameProps; error: AppError }> = ({ frame, error }) => {
  const { message, advice } = wordsOf(error, frame.language);
  return (
    <Banner kind="error" title={`${message} [${error.code}]`}>
      <p>{advice}</p>
    </Banner>
  );
};
