/** 証明書取得エラー: what happened, what to do next, and the number to tell the desk. */
import type { AppError } from "../../errors.ts";
import { ErrorBanner } from "./banner.tsx";
import { Layout, type View } from "./layout.tsx";

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
