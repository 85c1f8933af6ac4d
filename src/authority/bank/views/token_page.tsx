/** The software token page. What changes on it, the scripts in ../token change. */
import type { Child, FC } from "@hono/hono/jsx";
import type { Language } from "../../../errors.ts";
import type { DemoTokens } from "../parts.ts";
import { TEXTS } from "../texts.ts";
import type { TokenPageSettings, TokenSecrets } from "../token_page_data.ts";
import { TOKEN_TEXTS, type TokenWords } from "../token_texts.ts";
import { type FrameProps, Layout } from "./layout.tsx";

export interface TokenPageProps {
  frame: FrameProps;
  demoTokens: DemoTokens;
  /** Paths of the scripts. */
  scripts: { page: string; jsqr: string };
}

export const TokenPage: FC<TokenPageProps> = ({ frame, demoTokens, scripts }) => {
  const words = wordsIn(frame.language);
  const { otp, timeSync, ocraSuite } = demoTokens;
  const settings: TokenPageSettings = { otp, timeSync, ocraSuite, words };
  return (
    <Layout {...frame} title={words.title}>
      <div class="stack-small">
        <h1>
          {words.title} <span class="tag tag-warning">{TEXTS.demo[frame.language]}</span>
        </h1>
        <p class="lead">{words.lead}</p>
      </div>
      <noscript>
        <p>{words.needsScript}</p>
      </noscript>
      <div class="stack" id="token-page" data-settings={JSON.stringify(settings)}>
        <AccountCard words={words} demoTokens={demoTokens} />
        <div class="card bank-token">
          <div class="bank-tabs" role="tablist" aria-label={words.kinds}>
            <Tab name="otp" label={words.otp} isSelected />
            <Tab name="time-sync" label={words.timeSync} />
            <Tab name="transaction" label={words.transaction} />
          </div>
          <Panel name="otp" words={words}>
            <div class="bank-codes">
              <Code id="otp-code" label={words.otp} words={words} />
            </div>
            <Countdown name="otp" periodSeconds={otp.periodSeconds} />
            <p class="note">{words.otpNote}</p>
          </Panel>
          <Panel name="time-sync" words={words} isHidden>
            <div class="bank-codes">
              <Code id="current-code" label={words.current} words={words} />
              <Code id="next-code" label={words.next} words={words} />
            </div>
            <Countdown name="time-sync" periodSeconds={timeSync.periodSeconds} />
            <p class="note">{words.timeSyncNote}</p>
          </Panel>
          <Panel name="transaction" words={words} isHidden>
            <Reader words={words} />
            <p class="bank-refusal" id="refusal" role="alert"></p>
            <TransactionCard words={words} />
          </Panel>
        </div>
        <p class="visually-hidden" id="news" role="status"></p>
      </div>
      <script src={scripts.jsqr} defer></script>
      <script type="module" src={scripts.page}></script>
    </Layout>
  );
};

interface WordsProps {
  words: TokenWords;
}

const AccountCard: FC<WordsProps & { demoTokens: DemoTokens }> = ({ words, demoTokens }) => (
  <div class="card stack-small">
    <div class="form">
      <div class="field">
        <label class="field-label" for="account">{words.account}</label>
        <select class="field-input" id="account" autocomplete="off">
          {[...byLoginId(demoTokens)].map(([loginId, { name, secrets }]) => (
            <option value={loginId} data-tokens={JSON.stringify(secrets)} key={loginId}>
              {`${loginId} ${name}`}
            </option>
          ))}
        </select>
      </div>
    </div>
    <details>
      <summary>{words.addToken}</summary>
      <form class="form bank-details" id="add-form" novalidate>
        <TextField
          id="token-address"
          label={words.tokenAddress}
          hint={words.tokenAddressHint}
          hasError
        />
        <p class="actions">
          <button class="button" type="submit">{words.add}</button>
        </p>
      </form>
    </details>
  </div>
);

/** One account for each login ID, whatever tokens it has. */
function byLoginId({ tokens }: DemoTokens): Map<string, { name: string; secrets: TokenSecrets }> {
  const accounts = new Map<string, { name: string; secrets: TokenSecrets }>();
  for (const { loginId, name, kind, secret } of tokens) {
    const account = accounts.get(loginId) ?? { name, secrets: {} };
    account.secrets[kind] = secret;
    accounts.set(loginId, account);
  }
  return accounts;
}

const Tab: FC<{ name: string; label: string; isSelected?: boolean }> = ({ name, label, isSelected }) => (
  <button
    class="bank-tab"
    type="button"
    role="tab"
    id={`tab-${name}`}
    aria-controls={`panel-${name}`}
    aria-selected={isSelected ? "true" : "false"}
    tabindex={isSelected ? 0 : -1}
  >
    {label}
  </button>
);

const Panel: FC<WordsProps & { name: string; isHidden?: boolean; children?: Child }> = (props) => {
  const { words, name, isHidden, children } = props;
  return (
    <div
      class="stack"
      role="tabpanel"
      id={`panel-${name}`}
      aria-labelledby={`tab-${name}`}
      tabindex={0}
      hidden={isHidden}
    >
      <p data-without-token hidden>{words.noToken}</p>
      <div class="stack" data-with-token hidden>{children}</div>
    </div>
  );
};

/** Not an `<output>`: that would be read out at every change. */
const Code: FC<WordsProps & { id: string; label: string }> = ({ words, id, label }) => (
  <div class="bank-number">
    <p class="bank-number-label" id={`${id}-label`}>{label}</p>
    <p class="bank-number-value" id={id}></p>
    <button
      class="button"
      type="button"
      id={`${id}-copy`}
      data-copy={id}
      aria-labelledby={`${id}-copy ${id}-label`}
    >
      {words.copy}
    </button>
  </div>
);

const Countdown: FC<{ name: string; periodSeconds: number }> = ({ name, periodSeconds }) => (
  <p class="bank-countdown">
    <progress id={`${name}-progress`} max={periodSeconds} value={periodSeconds} aria-hidden="true"></progress>
    <span id={`${name}-seconds`}></span>
  </p>
);

const Reader: FC<WordsProps> = ({ words }) => (
  <section class="stack-small" aria-labelledby="reader">
    <h2 id="reader">{words.readCode}</h2>
    <form class="bank-reader" id="code-form" novalidate>
      <TextField id="code-text" label={words.codeText} hint={words.codeTextHint} />
      <button class="button" type="submit">{words.read}</button>
    </form>
    <div class="field">
      <label class="field-label" for="code-file">{words.imageFile}</label>
      <input class="field-input bank-file" id="code-file" type="file" accept="image/*" />
    </div>
    <div class="stack-small" id="camera" hidden>
      <p class="actions">
        <button class="button" type="button" id="camera-start">{words.camera}</button>
        <button class="button" type="button" id="camera-stop" hidden>{words.stopCamera}</button>
      </p>
      <video class="bank-video" id="camera-video" aria-label={words.cameraPicture} playsinline muted hidden>
      </video>
    </div>
  </section>
);

const TransactionCard: FC<WordsProps> = ({ words }) => (
  <section class="bank-transaction stack-small" id="transaction" aria-labelledby="transaction-title" hidden>
    <h2 id="transaction-title" tabindex={-1}>{words.transactionDetails}</h2>
    <dl class="facts bank-facts" id="transaction-facts"></dl>
    <p>{words.checkFirst}</p>
    <div class="bank-codes">
      <Code id="transaction-number" label={words.transactionNumber} words={words} />
    </div>
  </section>
);

/** Its error's line is always there, unless errors are shown elsewhere. */
const TextField: FC<{ id: string; label: string; hint: string; hasError?: boolean }> = (props) => {
  const { id, label, hint, hasError } = props;
  return (
    <div class="field">
      <label class="field-label" for={id}>{label}</label>
      <span class="field-hint" id={`${id}-hint`}>{hint}</span>
      <input
        class="field-input"
        id={id}
        type="text"
        aria-describedby={hasError ? `${id}-hint ${id}-error` : `${id}-hint`}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      {hasError && <span class="field-error" id={`${id}-error`}></span>}
    </div>
  );
};

function wordsIn(language: Language): TokenWords {
  const entries = Object.entries(TOKEN_TEXTS).map(([name, text]) => [name, text[language]]);
  return Object.fromEntries(entries) as TokenWords;
}
