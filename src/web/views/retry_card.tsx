/** When to try again, and doing it by itself. The page script counts; see `watchRetry()` there. */
import { CheckBox } from "./check_box.tsx";
import type { View } from "./layout.tsx";

/**
 * Longest wait that a page bridges by itself: somebody who is away for longer comes back to a page that was closed
 * for safety.
 */
const LONGEST_WAIT_S = 30 * 60;

/** What a page can offer after the authority had no time (G008e). */
export interface RetryOffer {
  /** When trying again makes sense; `undefined` if the authority did not say. */
  at: Date | undefined;
  now: Date;
  /** Where the same is done once more without anything typed; `undefined` where only the form can. */
  path: string | undefined;
  /** Whether the form may be sent again as it is. */
  repeats: boolean;
}

export interface RetryProps {
  view: View;
  offer: RetryOffer | undefined;
}

/**
 * The seconds that are left, and the wish to have it done at their end. They change silently: `timer` is not a live
 * region, the time of day was read out with the error, and the end is announced once.
 */
export function RetryCard({ view: { t }, offer }: RetryProps) {
  if (offer?.at === undefined) return null;
  const seconds = secondsLeft(offer);
  const { path, repeats } = offer;
  const isOffered = (path !== undefined || repeats) && seconds <= LONGEST_WAIT_S;
  return (
    <section
      class="card stack-small retry"
      aria-labelledby="retry-title"
      data-retry={path ?? ""}
      data-seconds={seconds}
      data-repeats={repeats ? "yes" : "no"}
      data-ready={t.retryReady}
    >
      <h2 class="visually-hidden" id="retry-title">{t.retryTitle}</h2>
      <p class="countdown" id="retry-note" role="timer" aria-live="off">
        <span data-countdown-label>{t.retryLeft}</span>{" "}
        <span class="countdown-time" data-countdown>{clock(seconds)}</span>
      </p>
      {isOffered && (
        <CheckBox
          name="autoRetry"
          label={t.retryAuto}
          hint={repeats ? t.retryAutoForm : t.retryAutoHint}
        />
      )}
    </section>
  );
}

/** 「もう一度試す」, where there is something to repeat; not before its time. */
export function RetryButton({ view: { t }, offer }: RetryProps) {
  if (offer?.path === undefined) return null;
  const isTooEarly = secondsLeft(offer) > 0;
  return (
    <button
      type="button"
      class="button button-primary"
      data-post={offer.path}
      data-retry-button
      aria-disabled={isTooEarly ? "true" : undefined}
      aria-describedby={offer.at === undefined ? undefined : "retry-note"}
    >
      {t.retryAgain}
    </button>
  );
}

function secondsLeft({ at, now }: RetryOffer): number {
  return at === undefined ? 0 : Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000));
}

/** `1:05`, as the page script writes it. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
