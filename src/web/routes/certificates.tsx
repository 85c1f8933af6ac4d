/** 証明書取得, the main page: this institution's certificates in this user's keystore. */
import type { Hono } from "@hono/hono";
import type { AppError } from "../../errors.ts";
import { formatDateTime } from "../../i18n/mod.ts";
import type { HeldCertificate, Issuance, PendingSummary, UnlistedCertificate } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { Banner, ErrorBanner } from "../views/banner.tsx";
import { CertificateTable, isRenewable } from "../views/certificate_table.tsx";
import { EmptyIcon } from "../views/icons.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { RemindersCard, type RemindersState } from "../views/reminders_card.tsx";
import type { Notice } from "../walk.ts";
import { remindersState } from "./reminders.ts";
import { statusOf, viewOf } from "./respond.tsx";

export interface CertificatesPageProps {
  view: View;
  /** Or why they cannot be listed. */
  certificates: readonly HeldCertificate[] | AppError;
  unlisted: readonly UnlistedCertificate[];
  pending: readonly PendingSummary[];
  notices: readonly Notice[];
  reminders: RemindersState | undefined;
  isRunning: boolean;
  now: Date;
}

export function CertificatesPage(props: CertificatesPageProps) {
  const { view, certificates, isRunning, now } = props;
  const { t } = view;
  const listed = "key" in certificates ? [] : certificates;
  return (
    <Layout
      view={view}
      name="certificates"
      title={t.certificatesTitle}
      action={isRunning ? undefined : <Buttons view={view} certificates={certificates} now={now} />}
    >
      {isRunning && (
        <Banner tone="info" title={t.runningNotice}>
          <div class="actions">
            <button type="button" class="button" data-go="acquiring">{t.showProgress}</button>
          </div>
        </Banner>
      )}
      {props.notices.map((notice) => <NoticeBanner key={notice.kind} view={view} notice={notice} />)}
      {props.pending.filter((entry) => entry.needsAuthentication && !isRunning).map((entry) => (
        <Banner
          key={entry.journalId}
          tone="warning"
          title={(entry.operation === "renew" ? t.pendingRenewalNotice : t.pendingNotice)(entry.loginId)}
        />
      ))}
      {"key" in certificates
        ? (
          <>
            <ErrorBanner view={view} error={certificates} />
            <div class="actions">
              <button type="button" class="button" data-go="certificates" data-replace>{t.reload}</button>
            </div>
          </>
        )
        : certificates.length === 0
        ? <EmptyList view={view} isElsewhere={props.unlisted.length === 0} />
        : <CertificateTable view={view} certificates={certificates} now={now} />}
      <Unlisted view={view} certificates={worthAWord(props.unlisted, listed)} />
      {props.reminders !== undefined && listed.length > 0 && (
        <RemindersCard
          view={view}
          state={props.reminders}
          fingerprint={listed.length === 1 ? listed[0]!.fingerprint : undefined}
        />
      )}
    </Layout>
  );
}

/** The manual's two buttons. The one for renewal needs a row of the list; the page script tells it which. */
function Buttons(
  { view: { t }, certificates, now }: Pick<CertificatesPageProps, "view" | "certificates" | "now">,
) {
  const isListed = !("key" in certificates);
  const hasRows = isListed && certificates.length > 0;
  const isDue = isListed && certificates.some((certificate) => isRenewable(certificate, now));
  return (
    <div class="actions">
      <button type="button" class={`button ${hasRows ? "" : "button-primary"}`} data-go="issue">
        {t.issue}
      </button>
      {isListed && (
        <button
          type="button"
          class={`button ${isDue ? "button-primary" : ""}`}
          data-post={ACTION_PATHS.renew}
          data-push
          data-chosen="ready"
          aria-disabled="true"
          aria-describedby={hasRows ? "choice-note" : "nothing-to-renew"}
        >
          {t.renew}
        </button>
      )}
      {isListed && !hasRows && <span id="nothing-to-renew" hidden>{t.nothingToRenew}</span>}
    </div>
  );
}

/** @param props.isElsewhere Nothing else is known of here: a certificate that is missed is at another place. */
function EmptyList({ view: { t }, isElsewhere }: { view: View; isElsewhere: boolean }) {
  return (
    <section class="card" aria-labelledby="list-title">
      <h2 id="list-title">{t.certificatesCaption}</h2>
      <div class="empty">
        <EmptyIcon />
        <p class="empty-title">{t.emptyTitle}</p>
        <p class="lead">{t.emptyAdvice}</p>
        {isElsewhere && <p class="note">{t.emptyElsewhere}</p>}
      </div>
    </section>
  );
}

/** Where to look for a certificate that somebody misses in the list. */
function Unlisted({ view, certificates }: { view: View; certificates: readonly UnlistedCertificate[] }) {
  const { t, language } = view;
  if (certificates.length === 0) return null;
  const text = ({ why, loginId, notBefore, notAfter }: UnlistedCertificate) =>
    why === "expired"
      ? t.unlistedExpired(loginId, formatDateTime(notAfter, language))
      : why === "not-yet-valid"
      ? t.unlistedNotYetValid(loginId, formatDateTime(notBefore, language))
      : t.unlistedKeyMissing(loginId);
  return (
    <Banner tone="info" title={t.unlistedTitle}>
      <ul class="banner-list">
        {certificates.map((certificate) => <li key={certificate.fingerprint}>{text(certificate)}</li>)}
      </ul>
    </Banner>
  );
}

/**
 * Those that a person can miss: one for each login ID and reason, and none whose successor is in the list, for
 * keystores keep what has expired for ever.
 */
function worthAWord(
  unlisted: readonly UnlistedCertificate[],
  listed: readonly HeldCertificate[],
): UnlistedCertificate[] {
  const told = new Set(listed.map(({ loginId }) => loginId));
  return unlisted.filter(({ loginId, why }) => {
    const key = `${why} ${loginId}`;
    if (told.has(loginId) || told.has(key)) return false;
    told.add(key);
    return true;
  });
}

function NoticeBanner({ view: { t }, notice }: { view: View; notice: Notice }) {
  if (notice.kind === "cancelled") return <Banner tone="info" title={t.cancelledNotice} urgent />;
  return <Banner tone="success" title={t.resumedNotice(notice.loginId)} />;
}

export function registerCertificates(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.certificates, async (c) => {
    // Before the list is read: what changes meanwhile makes the page look again, and is told then.
    const view = viewOf(parts);
    const { walk } = parts;
    const notices = walk.takeNotices();
    walk.issuesAnyway = false;
    const reminders = remindersState(parts);
    let certificates: readonly HeldCertificate[] | AppError;
    let unlisted: readonly UnlistedCertificate[] = [];
    let pending: readonly PendingSummary[] = [];
    try {
      const issuance = await parts.issuance();
      [certificates, unlisted, pending] = await Promise.all([
        issuance.list(),
        unlistedOrNone(issuance, parts),
        issuance.pending(),
      ]);
    } catch (error) {
      certificates = presentable(error, parts);
    }
    return c.html(
      <CertificatesPage
        view={view}
        certificates={certificates}
        unlisted={unlisted}
        pending={pending}
        notices={notices}
        reminders={await reminders}
        isRunning={walk.running() !== undefined}
        now={parts.now()}
      />,
      "key" in certificates ? statusOf(certificates) : 200,
    );
  });
}

/** A hint that cannot be had is no reason to show no list. */
async function unlistedOrNone(
  issuance: Issuance,
  { log }: PageParts,
): Promise<readonly UnlistedCertificate[]> {
  try {
    return await issuance.unlisted();
  } catch (error) {
    log.warn("web.unlisted-unknown", { cause: String(error) });
    return [];
  }
}
