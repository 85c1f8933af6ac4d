/** Whatever else the authority asks, as its step's definition describes it. */
import type { Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { pick } from "../../i18n/mod.ts";
import { type Fields, hasExactly } from "../body.ts";
import type { Question } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { ErrorBanner } from "../views/banner.tsx";
import { Field } from "../views/field.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { checkValues, type FieldErrors } from "./form_input.ts";
import { belongsOnForm, errorPage, goOn, goTo, statusOf, viewOf } from "./respond.tsx";

export interface QuestionPageProps {
  view: View;
  question: Question;
  values?: Fields;
  error?: AppError;
  fieldErrors?: FieldErrors;
}

export function QuestionPage({ view, question, values = {}, error, fieldErrors = {} }: QuestionPageProps) {
  const { t, language } = view;
  return (
    <Layout view={view} name="question" title={pick(question.title, language)}>
      {error !== undefined && <ErrorBanner view={view} error={error} />}
      <div class="card form" role="form" aria-labelledby="title" data-form={ACTION_PATHS.answer}>
        {question.fields.map((field) => (
          <Field
            name={field.name}
            label={pick(field.label, language)}
            secret={field.secret}
            value={values[field.name] ?? ""}
            error={fieldErrors[field.name]}
            maxLength={field.maxLength}
            inputMode={field.inputMode}
            autocomplete={field.autocomplete}
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

export function registerQuestion(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.question, async (c) => {
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const attempt = (await parts.issuance()).current();
    if (attempt?.question === undefined || attempt.outcome() !== undefined) return goTo(c, "certificates");
    return c.html(<QuestionPage view={viewOf(parts)} question={attempt.question} />);
  });

  app.post(ACTION_PATHS.answer, async (c) => {
    const values: Fields = await c.req.json();
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const attempt = (await parts.issuance()).current();
    const question = attempt?.question;
    if (attempt === undefined || question === undefined || attempt.outcome() !== undefined) {
      return goTo(c, "certificates");
    }
    if (!hasExactly(values, question.fields.map((field) => field.name))) return c.text("refused", 400);
    const view = viewOf(parts);
    const rules = question.fields.map((field) => ({ ...field, label: pick(field.label, view.language) }));
    let fieldErrors: FieldErrors = checkValues(values, rules, view.t);
    let error: AppError;
    try {
      if (Object.keys(fieldErrors).length > 0) throw new AppError("input/invalid", {});
      return await parts.walk.exclusive(async () => {
        await attempt.answer({ ...values });
        return goOn(c, parts, attempt);
      });
    } catch (thrown) {
      error = presentable(thrown, parts);
    }
    if (!belongsOnForm(error)) return errorPage(c, parts, error);
    if (error.field !== undefined) fieldErrors = { [error.field]: error.messageIn(view.language) };
    return c.html(
      <QuestionPage
        view={view}
        question={question}
        values={values}
        error={error}
        fieldErrors={fieldErrors}
      />,
      statusOf(error),
    );
  });
}
