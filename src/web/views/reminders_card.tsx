/** The offer to be reminded before a certificate expires, and how the daily check fares. */
import type { AppError } from "../../errors.ts";
import { formatDateTime } from "../../i18n/mod.ts";
import type { ReminderStatus } from "../../reminder/types.ts";
import { ACTION_PATHS } from "../paths.ts";
import { Banner, ErrorBanner, messageOf } from "./banner.tsx";
import { Facts } from "./facts.tsx";
import type { View } from "./layout.tsx";

/** What is known of the reminders. */
export interface RemindersState {
  /** Or why it cannot be known. */
  status: ReminderStatus | AppError;
  /** Why the last press of the button did nothing. */
  error: AppError | undefined;
}

export interface RemindersCardProps {
  view: View;
  state: RemindersState;
  /** Whose dates the calendar file has; the one that is chosen in the list, unless said. */
  fingerprint?: string | undefined;
}

export function RemindersCard({ view, state, fingerprint }: RemindersCardProps) {
  const { t, profile } = view;
  const { error, status } = state;
  const isChoice = fingerprint === undefined;
  return (
    <section class="card stack-small" aria-labelledby="reminders-title">
      <h2 id="reminders-title">{t.remindersTitle}</h2>
      {error !== undefined && <ErrorBanner view={view} error={error} />}
      {"key" in status
        ? <Unavailable view={view} error={status} />
        : <DailyCheck view={view} status={status} />}
      <div class="actions actions-noted">
        <button
          type="button"
          class="button"
          id="calendar"
          data-download={ACTION_PATHS.calendar}
          data-file={`certificate-${profile.institution.code}.ics`}
          data-fingerprint={fingerprint}
          data-chosen={isChoice ? "any" : undefined}
          aria-disabled={isChoice ? "true" : undefined}
          aria-describedby="calendar-note"
        >
          {t.calendar}
        </button>
        <p class="note" id="calendar-note">
          {t.calendarLead}
          {isChoice && ` ${t.calendarChoose}`}
        </p>
      </div>
    </section>
  );
}

/** No banner: it is so on this PC every day, and nobody has done anything wrong. */
function Unavailable({ view: { language }, error }: { view: View; error: AppError }) {
  return (
    <p class="lead">
      {messageOf(error, language)} {error.adviceIn(language)}
    </p>
  );
}

/** One button: what it does next says what holds now. */
function DailyCheck({ view, status }: { view: View; status: ReminderStatus }) {
  const { t, language } = view;
  const { isOn, isOverdue, lastCheck, nextCheck, unavailable } = status;
  if (unavailable !== undefined && !isOn) return <Unavailable view={view} error={unavailable} />;
  const time = (at: Date) => formatDateTime(at, language);
  return (
    <>
      {isOverdue && (
        <Banner tone="warning" title={t.remindersOverdue}>
          <p>{t.remindersOverdueAdvice}</p>
        </Banner>
      )}
      <p class="lead" id="reminders-lead">{t.remindersLead}</p>
      {isOn && (
        <Facts
          facts={[
            { name: t.remindersStatus, value: t.remindersAreOn },
            { name: t.lastCheck, value: lastCheck === undefined ? t.neverChecked : time(lastCheck) },
            ...(nextCheck === undefined ? [] : [{ name: t.nextCheck, value: time(nextCheck) }]),
          ]}
        />
      )}
      <div class="actions">
        <button
          type="button"
          class="button"
          id="reminders"
          data-set={isOn ? ACTION_PATHS.remindersOff : ACTION_PATHS.remindersOn}
          aria-describedby="reminders-lead"
        >
          {isOn ? t.remindersOff : t.remindersOn}
        </button>
      </div>
    </>
  );
}
