/** What both of the bank's apps share: middleware, assets, how a page and how an error is answered. */
import { Hono } from "@hono/hono";
import { html } from "@hono/hono/html";
import type { JSX } from "@hono/hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "@hono/hono/utils/http-status";
import { AppError, toAppError } from "../../errors.ts";
import type { BankContext, BankEnv } from "./context.ts";
import { canonicalAddress, everyRequest } from "./middleware.ts";
import type { BankParts } from "./parts.ts";
import type { FrameProps } from "./views/layout.tsx";
import { ProblemPage } from "./views/problem_page.tsx";

/** Methods and what answers them; every other method of the path gets 405. */
export type PageHandlers = Partial<Record<"GET" | "POST", (c: BankContext) => Response | Promise<Response>>>;

/** An app without pages yet. */
export function createBankApp(parts: BankParts, origin: () => string): Hono<BankEnv> {
  const app = new Hono<BankEnv>();
  const middleware = { origin, randomBytes: parts.randomBytes };
  app.use(everyRequest(middleware));
  app.use(canonicalAddress(middleware));
  for (const [path, asset] of parts.assets.byPath) {
    addPage(app, path, {
      GET: (c) =>
        c.body(asset.body, 200, {
          "content-type": asset.contentType,
          "cache-control": "public, max-age=31536000, immutable",
        }),
    });
  }
  app.notFound(() => {
    throw new AppError("authority/not-found", {});
  });
  app.onError((thrown, c) => answerProblem(c, parts, thrown));
  return app;
}

/** Adds one path. HEAD counts as GET only where `GET` is a plain page. */
export function addPage(app: Hono<BankEnv>, path: string, handlers: PageHandlers): void {
  const allowed = Object.keys(handlers);
  if (handlers.GET) app.get(path, handlers.GET);
  if (handlers.POST) app.post(path, handlers.POST);
  app.all(path, (c) => {
    c.header("allow", allowed.join(", "));
    throw new AppError("authority/method-not-allowed", {});
  });
}

/**
 * The frame of this request's page.
 *
 * @param formBase Where the language switch of an answered form leads: the form's own beginning.
 */
export function frameOf(
  c: BankContext,
  parts: BankParts,
  formBase: FrameProps["languageBase"] = "/",
): FrameProps {
  return { language: c.get("language"), parts, languageBase: c.req.method === "GET" ? "" : formBase };
}

/** A whole page as an answer. */
export function answerPage(c: BankContext, page: JSX.Element, status: ContentfulStatusCode = 200) {
  return c.html(html`<!DOCTYPE html>${page}`, status);
}

/** An error as a page; what caused it goes to the log only. */
export function answerProblem(
  c: BankContext,
  parts: BankParts,
  thrown: unknown,
): Response | Promise<Response> {
  const error = inLoginWords(toAppError(thrown));
  const correlationId = c.get("correlationId");
  const fields = { correlationId, code: error.code, key: error.key, path: c.req.path, method: c.req.method };
  if (error.row.status >= 500) parts.log.error("bank/failed", { ...fields, cause: describe(error.cause) });
  else parts.log.info("bank/refused", fields);
  if (error.row.status === 503) c.header("retry-after", String(error.retryAfterSeconds ?? 60));
  return answerPage(
    c,
    <ProblemPage frame={frameOf(c, parts)} error={error} correlationId={correlationId} at={parts.now()} />,
    error.row.status as ContentfulStatusCode,
  );
}

/** The registration's words for a disabled user are about issuing, which nobody asked for here. */
export function inLoginWords(error: AppError): AppError {
  return error.key === "registration/not-allowed" ? new AppError("login/not-allowed", {}) : error;
}

function describe(cause: unknown): string | undefined {
  return cause instanceof Error
    ? cause.stack ?? String(cause)
    : cause === undefined
    ? undefined
    : String(cause);
}
