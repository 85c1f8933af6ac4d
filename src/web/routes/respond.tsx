/** What the routes share: the view of a request, and the kinds of answer. */
import type { Context } from "@hono/hono";
import type { AppError } from "../../errors.ts";
import { MESSAGES } from "../../i18n/mod.ts";
import type { Attempt } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { PAGE_PATHS, type PageName } from "../paths.ts";
import { ErrorPage } from "../views/error_page.tsx";
import type { View } from "../views/layout.tsx";

/** Language and texts for one answer. */
export function viewOf(parts: PageParts): View {
  const language = parts.language.current();
  const { profile, version, walk } = parts;
  return { language, t: MESSAGES[language], profile, version, revision: walk.revision };
}

/** Accepted: on to another page. The page script follows, as every fetch does. */
export function goTo(c: Context, page: PageName): Response {
  return c.redirect(PAGE_PATHS[page], 303);
}

/** Where an attempt goes on: the next question, or fetching the certificate. */
export function goOn(c: Context, parts: PageParts, attempt: Attempt): Response {
  if (attempt.question !== undefined) return goTo(c, "question");
  parts.walk.acquire(attempt, () => parts.log.info("web.acquired", { correlationId: attempt.correlationId }));
  return goTo(c, "acquiring");
}

/** 証明書取得エラー, remembered so that a reload shows it again. */
export function errorPage(c: Context, parts: PageParts, thrown: unknown): Response | Promise<Response> {
  const error = presentable(thrown, parts);
  parts.walk.lastError = error;
  return c.html(<ErrorPage view={viewOf(parts)} error={error} />, statusOf(error));
}

/** The catalogue's status, for an answer with content. */
export function statusOf(error: AppError): 400 {
  return error.row.status as 400; // Hono's type wants literals
}

/**
 * Whether the person can do something about it on the form: correct the input, or press the button again
 * later. Everything else ends the attempt.
 */
export function belongsOnForm(error: AppError): boolean {
  return error.field !== undefined || error.row.retry || error.key === "input/invalid" ||
    isWrongAnswer(error);
}

/** What was typed was understood, and is not what the authority expects. */
export function isWrongAnswer({ key }: AppError): boolean {
  return key === "registration/wrong-credentials" || key === "registration/wrong-answer" ||
    key === "registration/code-used";
}
