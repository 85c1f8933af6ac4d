/** What the authority asks, one page after the other in its order, each as its step's definition describes it. */
import type { Context, Hono } from "@hono/hono";
import type { Child } from "@hono/hono/jsx";
import { AppError } from "../../errors.ts";
import { formatDateTime, pick } from "../../i18n/mod.ts";
import type { Attempt, HeldCertificate, Question } from "../../issuance/mod.ts";
import { load } from "../../lazy.ts";
import { type Fields, hasExactly } from "../body.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { ErrorBanner } from "../views/banner.tsx";
import { CodePanel } from "../views/code_panel.tsx";
import { Field } from "../views/field.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { RetryCard, type RetryOffer } from "../views/retry_card.tsx";
import type { Reply } from "../walk.ts";
import { checkValues, type FieldErrors, readNumber } from "./form_input.ts";
import { perform } from "./interruption.ts";
import {
  belongsOnForm,
  errorPage,
  goOn,
  goTo,
  isWrongAnswer,
  retryOffer,
  statusOf,
  viewOf,
} from "./respond.tsx";

export interface QuestionPageProps {
  view: View;
  question: Question;
  /** Comes back with the answer, see `Walk.stepOf()`. */
  step: string;
  /** The certificate that is renewed. */
  renews?: HeldCertificate | undefined;
  /** The 2D code, where the question has one. */
  drawing?: Child;
  values?: Fields;
  error?: AppError;
  fieldErrors?: FieldErrors;
  retry?: RetryOffer | undefined;
}

export function QuestionPage(props: QuestionPageProps) {
  const { view, question, step, renews, drawing, values = {}, error, fieldErrors = {}, retry } = props;
  const { t, language, profile } = view;
  const isFirstOfRenewal = renews !== undefined && question.kind === "password";
  const lead = isFirstOfRenewal
    ? t.renewLead(profile.institution.service[language])
    : question.lead === undefined
    ? undefined
    : pick(question.lead, language);
  return (
    <Layout
      view={view}
      name="question"
      title={isFirstOfRenewal ? t.renewTitle : pick(question.title, language)}
    >
      {error !== undefined && <ErrorBanner view={view} error={error} retry={retry} />}
      <RetryCard view={view} offer={retry} />
      {lead !== undefined && <p class="lead">{lead}</p>}
      {renews !== undefined && <Renews view={view} certificate={renews} />}
      <div class="card form" role="form" aria-labelledby="title" data-form={ACTION_PATHS.answer}>
        {question.code !== undefined && <CodePanel view={view} code={question.code} drawing={drawing} />}
        {question.prompt !== undefined && (
          <div class="prompt">
            <p class="note">{t.prompt}</p>
            <p class="prompt-text" id="prompt">{question.prompt}</p>
          </div>
        )}
        <input type="hidden" name="step" value={step} />
        {question.fields.map((field) => (
          <Field
            name={field.name}
            label={pick(field.label, language)}
            hint={field.digits === undefined ? undefined : t.digitsHint(field.digits)}
            secret={field.secret}
            value={values[field.name] ?? ""}
            error={fieldErrors[field.name]}
            maxLength={field.maxLength}
            inputMode={field.inputMode}
            autocomplete={field.autocomplete}
            describedBy={question.prompt === undefined ? undefined : "prompt"}
          />
        ))}
        <div class="actions">
          <button type="button" class="button button-primary" data-submit>{t.authenticate}</button>
          <button type="button" class="button" data-post={ACTION_PATHS.cancel}>{t.stop}</button>
        </div>
      </div>
    </Layout>
  );
}

function Renews({ view: { t, language }, certificate }: { view: View; certificate: HeldCertificate }) {
  const { holder, loginId, notAfter } = certificate;
  return (
    <p class="note">
      {t.renews}: {t.renewsValue(holder, loginId, formatDateTime(notAfter, language))}
    </p>
  );
}

export function registerQuestion(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.question, async (c) => {
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const attempt = await openAttempt(parts);
    if (attempt?.question === undefined) return goTo(c, "certificates");
    return c.html(<QuestionPage {...await propsOf(attempt, attempt.question, parts)} />);
  });

  app.post(ACTION_PATHS.answer, async (c) => {
    const { step, ...typed }: Fields = await c.req.json();
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const attempt = await openAttempt(parts);
    const question = attempt?.question;
    if (attempt === undefined || question === undefined) return goTo(c, "certificates");
    if (step !== parts.walk.stepOf(attempt)) return goTo(c, "question"); // from a page that shows an earlier one
    if (!hasExactly(typed, question.fields.map(({ name }) => name))) return c.text("refused", 400);
    const values = readValues(typed, question);
    const fieldErrors = checkFields(values, question, parts);
    if (Object.keys(fieldErrors).length > 0) {
      const error = presentable(new AppError("input/invalid", {}), parts);
      return await refuse(c, parts, { attempt, question, values, error, fieldErrors });
    }
    return await perform(c, parts, () => send(parts, { attempt, question, values }));
  });
}

interface Answered {
  attempt: Attempt;
  question: Question;
  values: Record<string, string>;
}

async function send(parts: PageParts, { attempt, question, values }: Answered): Promise<Reply> {
  try {
    return await parts.walk.exclusive(async () => {
      await attempt.answer(values);
      parts.walk.answered(attempt);
      return goOn(parts, attempt);
    });
  } catch (thrown) {
    const error = presentable(thrown, parts);
    if (!belongsOnForm(error) || attempt.question === undefined) return (c) => errorPage(c, parts, error);
    const fieldErrors = blame(error, question, parts);
    const shown = withoutSecrets(values, question);
    return (c) => refuse(c, parts, { attempt, question, values: shown, error, fieldErrors });
  }
}

/** The attempt that still waits for an answer, if it is not over. */
async function openAttempt(parts: PageParts): Promise<Attempt | undefined> {
  const attempt = (await parts.issuance()).current();
  return attempt?.outcome() === undefined ? attempt : undefined;
}

async function propsOf(attempt: Attempt, question: Question, parts: PageParts): Promise<QuestionPageProps> {
  const view = viewOf(parts);
  return {
    view,
    question,
    step: parts.walk.stepOf(attempt),
    renews: attempt.renews,
    drawing: question.code === undefined ? undefined : await draw(question.code, view),
  };
}

async function draw(code: string, { t }: View): Promise<Child> {
  const { TwoDCode } = await load<typeof import("../views/two_d_code.tsx")>(
    import.meta.resolve("../views/two_d_code.tsx"),
  );
  return <TwoDCode text={code} description={t.codeDescription} />;
}

interface Refused extends Omit<Answered, "values"> {
  values: Fields;
  error: AppError;
  fieldErrors: FieldErrors;
}

async function refuse(c: Context, parts: PageParts, refused: Refused) {
  const { attempt, question, error, fieldErrors } = refused;
  const values = isWrongAnswer(error) ? withoutNumbers(refused.values, question) : refused.values;
  return c.html(
    <QuestionPage
      {...await propsOf(attempt, question, parts)}
      values={values}
      error={error}
      fieldErrors={fieldErrors}
      retry={retryOffer(parts, error, { repeats: isRepeatable(question) })}
    />,
    statusOf(error),
  );
}

/**
 * Whether the same answer is worth sending later. A number is not: by then the token shows another one, and a
 * wrong one counts.
 */
function isRepeatable({ fields }: Question): boolean {
  return fields.every(({ digits }) => digits === undefined);
}

function readValues(typed: Fields, { fields }: Question): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, digits }) => {
    const value = typed[name] ?? "";
    return [name, digits === undefined ? value : readNumber(value)];
  }));
}

/** What may wait until some page asks for the result. */
function withoutSecrets(values: Fields, { fields }: Question): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, secret }) => [name, secret ? "" : values[name] ?? ""]));
}

/** A number that was refused is spent: nobody wants to correct one digit of it. */
function withoutNumbers(values: Fields, { fields }: Question): Fields {
  return Object.fromEntries(
    fields.map(({ name, digits }) => [name, digits === undefined ? values[name] ?? "" : ""]),
  );
}

function checkFields(values: Fields, question: Question, parts: PageParts): FieldErrors {
  const { language, t } = viewOf(parts);
  const rules = question.fields.map((field) => ({ ...field, label: pick(field.label, language) }));
  return checkValues(values, rules, t);
}

/** Marks the field to blame. A wrong answer blames them all; the last one says why, once. */
function blame(error: AppError, { fields }: Question, parts: PageParts): FieldErrors {
  const message = error.messageIn(parts.language.current());
  if (error.field !== undefined) return { [error.field]: message };
  if (!isWrongAnswer(error)) return {};
  return Object.fromEntries(fields.map(({ name }, i) => [name, i === fields.length - 1 ? message : ""]));
}
