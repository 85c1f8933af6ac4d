/** 証明書発行: login ID and password, and the one button. */
import type { Context, Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { LOGIN_ID_MAX, PASSWORD_MAX } from "../../protocol/messages.ts";
import { type Fields, hasExactly } from "../body.ts";
import type { Attempt, Issuance } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { Banner, ErrorBanner } from "../views/banner.tsx";
import { Field } from "../views/field.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { RetryCard, type RetryOffer } from "../views/retry_card.tsx";
import type { Reply } from "../walk.ts";
import { liveCertificates } from "./confirm.tsx";
import { checkValues, type FieldErrors } from "./form_input.ts";
import { perform } from "./interruption.ts";
import { belongsOnForm, errorPage, goOn, goTo, isBusy, retryOffer, statusOf, viewOf } from "./respond.tsx";

export interface IssuePageProps {
  view: View;
  loginId: string;
  error?: AppError;
  fieldErrors?: FieldErrors;
  retry?: RetryOffer | undefined;
  /** The authority has time again: only the password is missing. */
  isAwaited?: boolean;
}

export function IssuePage(props: IssuePageProps) {
  const { view, loginId, error, fieldErrors = {}, retry, isAwaited } = props;
  const { t, language, profile } = view;
  return (
    <Layout view={view} name="issue" title={t.issueTitle}>
      {error !== undefined && <ErrorBanner view={view} error={error} retry={retry} />}
      {isAwaited && <Banner tone="info" title={t.issueAwaited} urgent />}
      <RetryCard view={view} offer={retry} />
      <p class="lead">{t.issueLead(profile.institution.service[language])}</p>
      {/* No <form>: browsers offer to save what is submitted with one. */}
      <div class="card form" role="form" aria-labelledby="title" data-form={ACTION_PATHS.issue}>
        <Field
          name="loginId"
          label={t.loginId}
          hint={t.loginIdHint}
          value={loginId}
          error={fieldErrors.loginId}
          maxLength={LOGIN_ID_MAX}
          autocomplete="off"
        />
        <Field
          name="password"
          label={t.loginPassword}
          secret
          error={fieldErrors.password}
          maxLength={PASSWORD_MAX}
          autocomplete="one-time-code"
        />
        <div class="actions">
          <button type="button" class="button button-primary" data-submit>{t.authenticateAndIssue}</button>
          <button type="button" class="button" data-go="certificates" data-replace>{t.back}</button>
        </div>
      </div>
    </Layout>
  );
}

export function registerIssue(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.issue, async (c) => {
    const { walk } = parts;
    if (walk.running() !== undefined) return goTo(c, "acquiring");
    try {
      if (!walk.issuesAnyway && (await liveCertificates(parts)).length > 0) return goTo(c, "confirm");
      (await parts.issuance()).prepareKey(); // ready when the button is pressed
    } catch (error) {
      return errorPage(c, parts, error);
    }
    return c.html(<IssuePage view={viewOf(parts)} loginId={parts.walk.loginId} />);
  });

  app.post(ACTION_PATHS.issue, async (c) => {
    const fields: Fields = await c.req.json();
    if (!hasExactly(fields, ["loginId", "password"])) return c.text("refused", 400);
    const { password } = fields;
    const loginId = fields.loginId.trim(); // pasted with a space around it
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    parts.walk.loginId = loginId.slice(0, 2 * LOGIN_ID_MAX);
    const refused = checkInput({ loginId, password }, parts);
    if (refused !== undefined) return refuseForm(c, parts, refused);
    return await perform(c, parts, () => issue(parts, { loginId, password }));
  });
}

interface Typed {
  loginId: string;
  /** Missing when the authority is asked again by itself: it is kept nowhere. */
  password?: string;
}

async function issue(parts: PageParts, { loginId, password }: Typed): Promise<Reply> {
  const { walk } = parts;
  try {
    // The form may have been open while another page acquired the certificate.
    if (!walk.issuesAnyway && (await liveCertificates(parts)).length > 0) return (c) => goTo(c, "confirm");
    return await walk.exclusive(async () => {
      const attempt = await authenticate(await parts.issuance(), loginId, password);
      walk.failure = undefined;
      if (password !== undefined || attempt.question?.kind !== "password") return goOn(parts, attempt);
      return (c) => c.html(<IssuePage view={viewOf(parts)} loginId={loginId} isAwaited />);
    });
  } catch (thrown) {
    const error = presentable(thrown, parts);
    if (!belongsOnForm(error)) return (c) => errorPage(c, parts, error);
    const refused = {
      error,
      fieldErrors: fieldErrorsOf(error, parts),
      again: () => issue(parts, { loginId }),
    };
    return (c) => refuseForm(c, parts, refused);
  }
}

interface Refused {
  error: AppError;
  fieldErrors: FieldErrors;
  /** Asks the authority once more, without the password. */
  again?: () => Promise<Reply>;
}

function checkInput(values: { loginId: string; password: string }, parts: PageParts): Refused | undefined {
  const { t } = viewOf(parts);
  const fieldErrors = checkValues(values, [
    { name: "loginId", label: t.loginId, maxLength: LOGIN_ID_MAX, isLoginId: true },
    { name: "password", label: t.loginPassword, maxLength: PASSWORD_MAX },
  ], t);
  if (Object.keys(fieldErrors).length === 0) return undefined;
  return { error: presentable(new AppError("input/invalid", {}), parts), fieldErrors };
}

function refuseForm(c: Context, parts: PageParts, { error, fieldErrors, again }: Refused) {
  parts.walk.again = isBusy(error) ? again : undefined;
  return c.html(
    <IssuePage
      view={viewOf(parts)}
      loginId={parts.walk.loginId}
      error={error}
      fieldErrors={fieldErrors}
      retry={retryOffer(parts, error, { repeats: true })}
    />,
    statusOf(error),
  );
}

/** Marks the field to blame; wrong credentials blame both, because nobody may learn which one it was. */
function fieldErrorsOf(error: AppError, parts: PageParts): FieldErrors {
  const message = error.messageIn(parts.language.current());
  if (error.key === "registration/wrong-credentials") return { loginId: "", password: message };
  return error.field === undefined ? {} : { [error.field]: message };
}

/**
 * Asks the authority, reusing the attempt that a wrong password left open. An attempt whose time ran out while
 * the form lay open is begun anew, once: the person could do nothing else either.
 */
async function authenticate(
  issuance: Issuance,
  loginId: string,
  password: string | undefined,
): Promise<Attempt> {
  const open = issuance.current();
  if (open !== undefined && open.outcome() === undefined) {
    if (open.loginId === loginId && open.question?.kind === "password") {
      if (password === undefined) return open;
      try {
        await answerPassword(open, password);
        return open;
      } catch (error) {
        if (!isExpired(error)) throw error;
      }
    }
    await abandon(open);
  }
  const attempt = await issuance.begin({ operation: "issue", loginId });
  const isAsked = attempt.question?.kind === "password";
  if (isAsked && password !== undefined) await answerPassword(attempt, password);
  return attempt;
}

async function answerPassword(attempt: Attempt, password: string): Promise<void> {
  const name = attempt.question?.fields.find((field) => field.secret)?.name ?? "password";
  await attempt.answer({ [name]: password });
}

/** Makes room for a new attempt. The authority forgets the old one by itself if it cannot be told. */
async function abandon(attempt: Attempt): Promise<void> {
  try {
    await attempt.cancel();
  } catch (error) {
    if (error instanceof AppError && error.key === "issuance/too-late-to-cancel") {
      throw new AppError("issuance/already-running", {}, { cause: error });
    }
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof AppError &&
    (error.key === "registration/enrolment-expired" || error.key === "registration/enrolment-unknown");
}
