/**
 * ワンタイムパスワードトークン発行画面. Which registration it is, a ticket in a hidden field says; the secret is
 * in the page only, never in an address, a cookie or the log.
 *
 * @module
 */
import type { Hono } from "@hono/hono";
import type { ContentfulStatusCode } from "@hono/hono/utils/http-status";
import { AppError } from "../../errors.ts";
import { LOGIN_ID_MAX, LOGIN_ID_PATTERN, PASSWORD_MAX } from "../../protocol/messages.ts";
import { addPage, answerPage, frameOf, inLoginWords } from "./app.tsx";
import type { BankContext, BankEnv } from "./context.ts";
import { readForm } from "./form.ts";
import type { BankParts, RequestOrigin, ShownToken, TokenRegistration } from "./parts.ts";
import { peerAddress } from "./peer_address.ts";
import { fill, TEXTS } from "./texts.ts";
import {
  type FieldErrors,
  TOKEN_ISSUE_PATHS,
  TokenDonePage,
  TokenShownPage,
  TokenStartPage,
} from "./views/one_time_password_page.tsx";

/** Adds the pages to the portal. */
export function addTokenIssuePages(
  app: Hono<BankEnv>,
  parts: BankParts,
  registration: TokenRegistration,
): void {
  addPage(app, TOKEN_ISSUE_PATHS.start, {
    GET: (c) => answerPage(c, <TokenStartPage frame={frameOf(c, parts)} loginId="" />),
    POST: (c) => begin(c, parts, registration),
  });
  addPage(app, TOKEN_ISSUE_PATHS.confirm, {
    // The address of a refused form, opened again: its ticket is gone with the page.
    GET: (c) => c.redirect(TOKEN_ISSUE_PATHS.start, 303),
    POST: (c) => finish(c, parts, registration),
  });
  addPage(app, TOKEN_ISSUE_PATHS.done, {
    GET: (c) => answerPage(c, <TokenDonePage frame={frameOf(c, parts)} />),
  });
}

async function begin(c: BankContext, parts: BankParts, registration: TokenRegistration) {
  const form = await readForm(c, { names: ["loginId", "password"], origin: parts.urls.portal });
  const loginId = form.loginId.trim(); // pasted with a space around it
  const fieldErrors = checkCredentials(c, { loginId, password: form.password });
  if (Object.keys(fieldErrors).length > 0) {
    return answerStart(c, parts, { loginId, error: new AppError("input/invalid", {}), fieldErrors });
  }
  try {
    const token = await registration.begin({ loginId, password: form.password }, originOf(c));
    // No redirect: the next address could name the ticket only by being a secret itself.
    return answerToken(c, parts, { token });
  } catch (thrown) {
    const error = noteRefusal(c, parts, thrown);
    // Wrong credentials blame both fields, because nobody may learn which one it was.
    const isWrong = error.key === "registration/wrong-credentials";
    const blame: FieldErrors = isWrong ? { loginId: "", password: error.messageIn(c.get("language")) } : {};
    return answerStart(c, parts, { loginId, error, fieldErrors: blame });
  }
}

async function finish(c: BankContext, parts: BankParts, registration: TokenRegistration) {
  const { ticket, oneTimePassword: typed } = await readForm(c, {
    names: ["ticket", "oneTimePassword"],
    origin: parts.urls.portal,
  });
  const correlationId = c.get("correlationId");
  const oneTimePassword = typed.normalize("NFKC").replace(/\s/g, "");
  try {
    if (!/^\d{4,10}$/.test(oneTimePassword)) {
      return await answerMistyped(c, parts, await registration.resume(ticket));
    }
    const { loginId } = await registration.finish({ ticket, oneTimePassword }, originOf(c));
    parts.log.info("bank/token-registered", { correlationId, loginId });
    return c.redirect(TOKEN_ISSUE_PATHS.done, 303);
  } catch (thrown) {
    const error = noteRefusal(c, parts, thrown);
    if (error.key !== "registration/wrong-answer") {
      return answerStart(c, parts, { loginId: "", error });
    }
    return await answerWrongCode(c, parts, { token: () => registration.resume(ticket), error });
  }
}

function answerMistyped(c: BankContext, parts: BankParts, token: ShownToken) {
  const text = fill(TEXTS.digitsOnly[c.get("language")], { digits: String(token.digits) });
  return answerToken(c, parts, {
    token,
    error: new AppError("input/invalid", {}),
    fieldErrors: { oneTimePassword: text },
  });
}

/** The same token again: it is in the authenticator app already. */
async function answerWrongCode(
  c: BankContext,
  parts: BankParts,
  { token, error }: { token: () => Promise<ShownToken>; error: AppError },
) {
  const fieldErrors = { oneTimePassword: error.messageIn(c.get("language")) };
  try {
    return answerToken(c, parts, { token: await token(), error, fieldErrors });
  } catch (thrown) {
    return answerStart(c, parts, { loginId: "", error: noteRefusal(c, parts, thrown) });
  }
}

interface Refusal {
  error?: AppError | undefined;
  fieldErrors?: FieldErrors | undefined;
}

function answerStart(c: BankContext, parts: BankParts, props: Refusal & { loginId: string }) {
  const frame = frameOf(c, parts, TOKEN_ISSUE_PATHS.start);
  return answerPage(c, <TokenStartPage frame={frame} {...props} />, statusOf(c, props));
}

function answerToken(c: BankContext, parts: BankParts, props: Refusal & { token: ShownToken }) {
  const frame = frameOf(c, parts, TOKEN_ISSUE_PATHS.start);
  const hasDemoTokens = parts.demoTokens !== undefined;
  return answerPage(
    c,
    <TokenShownPage frame={frame} hasDemoTokens={hasDemoTokens} {...props} />,
    statusOf(c, props),
  );
}

function statusOf(c: BankContext, { error }: Refusal): ContentfulStatusCode {
  if (error === undefined) return 200;
  if (error.row.status === 503) c.header("retry-after", String(error.retryAfterSeconds ?? 60));
  return error.row.status as ContentfulStatusCode;
}

/** Refusals belong on the form; what is out of order is a page of its own. @throws What was thrown, then. */
function noteRefusal(c: BankContext, parts: BankParts, thrown: unknown): AppError {
  if (!(thrown instanceof AppError)) throw thrown;
  const { code, key, row } = thrown;
  if (row.status >= 500 && row.status !== 503) throw thrown;
  parts.log.info("bank/refused", { correlationId: c.get("correlationId"), code, key, path: c.req.path });
  return inLoginWords(thrown);
}

function originOf(c: BankContext): RequestOrigin {
  return { correlationId: c.get("correlationId"), address: peerAddress(c) };
}

function checkCredentials(c: BankContext, values: { loginId: string; password: string }): FieldErrors {
  const language = c.get("language");
  const errors: Record<string, string> = {};
  function check(name: "loginId" | "password", label: string, max: number): void {
    const value = values[name];
    if (value === "") errors[name] = fill(TEXTS.required[language], { label });
    else if (value.length > max) errors[name] = fill(TEXTS.tooLong[language], { label, max: String(max) });
  }
  check("loginId", TEXTS.loginId[language], LOGIN_ID_MAX);
  check("password", TEXTS.loginPassword[language], PASSWORD_MAX);
  if (errors.loginId === undefined && !LOGIN_ID_PATTERN.test(values.loginId)) {
    errors.loginId = fill(TEXTS.wrongCharacters[language], { label: TEXTS.loginId[language] });
  }
  return errors;
}
