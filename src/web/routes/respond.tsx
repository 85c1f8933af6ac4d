/** What the routes share: the view of a request, and the kinds of answer. */
import type { Context } from "@hono/hono";
import type { AppError } from "../../errors.ts";
import { MESSAGES } from "../../i18n/mod.ts";
import type { Attempt } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS, type PageName } from "../paths.ts";
import { ErrorPage } from "../views/error_page.tsx";
import type { RetryOffer } from "../views/retry_card.tsx";
import type { View } from "../views/layout.tsx";
import { type Reply, retryTime } from "../walk.ts";

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

/** Where an attempt goes on: the next question, or fetching the certificate, which begins now. */
export function goOn(parts: PageParts, attempt: Attempt): Reply {
  if (attempt.question !== undefined) return (c) => goTo(c, "question");
  parts.walk.acquire(attempt, () => parts.log.info("web.acquired", { correlationId: attempt.correlationId }));
  return (c) => goTo(c, "acquiring");
}

/** The page where the person's way has got to. */
export async function whereNow({ walk, issuance }: PageParts): Promise<PageName> {
  const attempt = (await issuance()).current();
  if (attempt === undefined) return "certificates";
  if (walk.hasAcquired(attempt)) return "acquiring"; // which knows how it ended
  return attempt.outcome() === undefined && attempt.question !== undefined ? "question" : "certificates";
}

/**
 * 証明書取得エラー, remembered so that a reload shows it again.
 *
 * @param again Does the same once more, if that is what helps.
 */
export function errorPage(
  c: Context,
  parts: PageParts,
  thrown: unknown,
  again?: () => Promise<Reply>,
): Response | Promise<Response> {
  const error = presentable(thrown, parts);
  const { walk } = parts;
  walk.failure = undefined; // it went wrong anew
  const { retryAt } = walk.fail(error, parts.now());
  walk.again = isBusy(error) ? again : undefined;
  return c.html(
    <ErrorPage view={viewOf(parts)} error={error} retry={retryOffer(parts, error, { retryAt })} />,
    statusOf(error),
  );
}

/** The catalogue's status, for an answer with content. */
export function statusOf(error: AppError): 400 {
  const { status } = error.row;
  // Browsers take 407 from anybody but a proxy for an attack, and show nothing of it.
  return (status === 407 ? 403 : status) as 400; // Hono's type wants literals
}

/** The authority has no time now (G008e, G005e): nothing is wrong with what the person did. */
export function isBusy({ key }: AppError): boolean {
  return key === "authority/busy" || key === "authority/unavailable";
}

/**
 * What a page says about trying again.
 *
 * @param options `retryAt`: if it is known from before. `repeats`: whether the form may be sent again as it is.
 */
export function retryOffer(
  { now, walk }: PageParts,
  error: AppError,
  { retryAt, repeats = false }: { retryAt?: Date | undefined; repeats?: boolean } = {},
): RetryOffer | undefined {
  if (!isBusy(error)) return undefined;
  const at = retryAt ?? retryTime(error, now());
  return { at, now: now(), path: walk.again === undefined ? undefined : ACTION_PATHS.retry, repeats };
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
