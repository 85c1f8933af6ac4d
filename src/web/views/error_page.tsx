/** 証明書取得エラー: what happened, what to do next, and the number to tell the desk. */
import type { AppError } from "../../errors.ts";
import { ErrorBanner } from "./banner.tsx";
import { Layout, type View } from "./layout.tsx";
import { RetryButton, RetryCard, type RetryOffer } from "./retry_card.tsx";

export interface ErrorPageProps {
  view: View;
  error: AppError;
  retry: RetryOffer | undefined;
}

export function ErrorPage({ view, error, retry }: ErrorPageProps) {
  const { t } = view;
  return (
    <Layout view={view} name="error" title={t.errorTitle}>
      <ErrorBanner view={view} error={error} retry={retry} />
      <RetryCard view={view} offer={retry} />
      <div class="actions">
        <RetryButton view={view} offer={retry} />
        <button
          type="button"
          class={`button ${retry?.path === undefined ? "button-primary" : ""}`}
          data-go="certificates"
          data-replace
        >
          {t.close}
        </button>
      </div>
    </Layout>
  );
}
