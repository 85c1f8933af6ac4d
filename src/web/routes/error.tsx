/** 証明書取得エラー, shown again after a reload. */
import type { Hono } from "@hono/hono";
import type { PageParts } from "../page_parts.ts";
import { PAGE_PATHS } from "../paths.ts";
import { ErrorPage } from "../views/error_page.tsx";
import { goTo, retryOffer, viewOf } from "./respond.tsx";

/** Shows the last error again, after a reload or a change of language. */
export function registerError(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.error, (c) => {
    const { failure } = parts.walk;
    if (failure === undefined) return goTo(c, "certificates");
    const { error, retryAt } = failure;
    return c.html(
      <ErrorPage view={viewOf(parts)} error={error} retry={retryOffer(parts, error, { retryAt })} />,
    );
  });
}
