/** Messages above a page's content. */
import type { Child } from "@hono/hono/jsx";
import type { AppError, Language } from "../../errors.ts";
import { formatClockTime, localizeTimes } from "../../i18n/mod.ts";
import { ACTION_PATHS } from "../paths.ts";
import { BannerIcon, type Tone } from "./icons.tsx";
import type { View } from "./layout.tsx";
import type { RetryOffer } from "./retry_card.tsx";

export interface BannerProps {
  tone: Tone;
  title?: string;
  children?: Child;
  /** Read out at once and focused when the page is shown; for what the person has to know first. */
  urgent?: boolean;
}

export function Banner({ tone, title, children, urgent }: BannerProps) {
  return (
    <div
      class={`banner banner-${tone}`}
      role={urgent ? "alert" : undefined}
      tabindex={urgent ? -1 : undefined}
      data-focus={urgent ? "" : undefined}
    >
      <BannerIcon tone={tone} />
      <div class="banner-body">
        {title !== undefined && <p class="banner-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

export interface ErrorBannerProps {
  view: View;
  error: AppError;
  /** Where the page itself counts the time until the next try. */
  retry?: RetryOffer | undefined;
}

/** An error of the catalogue: message with its code, the one next step, and what to tell the desk. */
export function ErrorBanner({ view, error, retry }: ErrorBannerProps) {
  const { language, t } = view;
  return (
    <Banner
      tone={error.code.endsWith("i") ? "info" : "error"}
      title={messageOf(error, language)}
      urgent
    >
      <p>{localizeTimes(error.adviceIn(language), language)}</p>
      {error.detail !== undefined && <p>{error.detail}</p>}
      {retry?.at !== undefined
        ? <p>{t.retryFrom(formatClockTime(retry.at, language, retry.now))}</p>
        : error.retryAfterSeconds !== undefined && <p>{t.retryAfter(error.retryAfterSeconds)}</p>}
      {error.correlationId !== undefined && (
        <p class="note">
          {t.correlationId}: <span class="code">{error.correlationId}</span>
        </p>
      )}
      <div>
        <button type="button" class="link" data-post={ACTION_PATHS.help} data-entry={error.code} data-push>
          {t.helpFor(error.code)}
        </button>
      </div>
    </Banner>
  );
}

/** The message with its code behind it, as the manual writes it, and times as people read them. */
export function messageOf(error: AppError, language: Language): string {
  const message = localizeTimes(error.messageIn(language), language);
  return `${message}${language === "ja" ? "" : " "}[${error.code}]`;
}
