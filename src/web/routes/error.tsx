/** 証明書取得エラー: what happened, what to do next, and the number to tell the desk. */
import type { Hono } from "@hono/hono";
import type { AppError } from "../../errors.ts";
import type { PageParts } from "../page_parts.ts";
import { PAGE_PATHS } from "../paths.ts";
import { ErrorBanner } from "../views/banner.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { goTo, viewOf } from "./respond.tsx";

export interface ErrorPageProps {
  view: View;
  error: AppError;
}

export function ErrorPage({ view, error }: ErrorPageProps) {
  const { t } = view;
  return (
    <Layout view={view} name="error" title={t.errorTitle}>
      <ErrorBanner view={view} error={error} />
      <div class="actions">
        <button type="button" class="button button-primary" data-go="certificates" data-replace>
          {t.close}
        </button>
      </div>
    </Layout>
  );
}

/** Shows the last error again, after a reload or a change of language. */
export function registerError(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.error, (c) => {
    const { lastError } = parts.walk;
    if (lastError === undefined) return goTo(c, "certificates");
    return c.html(<ErrorPage view={viewOf(parts)} error={lastError} />);
  });
}
