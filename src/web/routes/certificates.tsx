/** 証明書取得, the main page: this institution's certificates in this user's keystore. */
import type { Hono } from "@hono/hono";
import type { AppError } from "../../errors.ts";
import { daysLeft, formatDateTime } from "../../i18n/mod.ts";
import type { HeldCertificate, PendingSummary } from "../../issuance/mod.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { PAGE_PATHS } from "../paths.ts";
import { Banner, ErrorBanner } from "../views/banner.tsx";
import { EmptyIcon } from "../views/icons.tsx";
import { Layout, type View } from "../views/layout.tsx";
import type { Notice } from "../walk.ts";
import { statusOf, viewOf } from "./respond.tsx";

export interface CertificatesPageProps {
  view: View;
  /** Or why they cannot be listed. */
  certificates: readonly HeldCertificate[] | AppError;
  pending: readonly PendingSummary[];
  notices: readonly Notice[];
  isRunning: boolean;
  now: Date;
}

export function CertificatesPage(props: CertificatesPageProps) {
  const { view, certificates, isRunning } = props;
  const { t } = view;
  const issue = <button type="button" class="button button-primary" data-go="issue">{t.issue}</button>;
  return (
    <Layout
      view={view}
      name="certificates"
      title={t.certificatesTitle}
      action={isRunning ? undefined : issue}
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
        <Banner key={entry.journalId} tone="warning" title={t.pendingNotice(entry.loginId)} />
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
        : <List view={view} certificates={certificates} now={props.now} />}
    </Layout>
  );
}

function List(
  { view, certificates, now }: { view: View; certificates: readonly HeldCertificate[]; now: Date },
) {
  const { t, language } = view;
  if (certificates.length === 0) {
    return (
      <section class="card" aria-labelledby="list-title">
        <h2 id="list-title">{t.certificatesCaption}</h2>
        <div class="empty">
          <EmptyIcon />
          <p class="empty-title">{t.emptyTitle}</p>
          <p class="lead">{t.emptyAdvice}</p>
        </div>
      </section>
    );
  }
  return (
    <div class="card">
      <table class="table">
        <caption>{t.certificatesCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{t.columnHolder}</th>
            <th scope="col">{t.columnLoginId}</th>
            <th scope="col">{t.columnSerial}</th>
            <th scope="col">{t.columnNotAfter}</th>
            <th scope="col" class="number">{t.columnRemaining}</th>
          </tr>
        </thead>
        <tbody>
          {certificates.map((certificate) => {
            const days = daysLeft(certificate.notAfter, now);
            return (
              <tr key={certificate.fingerprint}>
                <th scope="row" data-label={t.columnHolder}>{certificate.holder}</th>
                <td data-label={t.columnLoginId}>{certificate.loginId}</td>
                <td data-label={t.columnSerial} class="serial">
                  <span class="code">{certificate.serial}</span>
                </td>
                <td data-label={t.columnNotAfter} class="date">
                  {formatDateTime(certificate.notAfter, language)}
                </td>
                <td data-label={t.columnRemaining} class="number">
                  {days === 0 ? t.remainingToday : t.remainingDays(days)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function NoticeBanner({ view: { t }, notice }: { view: View; notice: Notice }) {
  if (notice.kind === "cancelled") return <Banner tone="info" title={t.cancelledNotice} urgent />;
  return <Banner tone="success" title={t.resumedNotice(notice.loginId)} />;
}

export function registerCertificates(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.certificates, async (c) => {
    // Before the list is read: what changes meanwhile makes the page look again, and is told then.
    const view = viewOf(parts);
    const notices = parts.walk.takeNotices();
    let certificates: readonly HeldCertificate[] | AppError;
    let pending: readonly PendingSummary[] = [];
    try {
      const issuance = await parts.issuance();
      certificates = await issuance.list();
      pending = await issuance.pending();
    } catch (error) {
      certificates = presentable(error, parts);
    }
    return c.html(
      <CertificatesPage
        view={view}
        certificates={certificates}
        pending={pending}
        notices={notices}
        isRunning={parts.walk.running() !== undefined}
        now={parts.now()}
      />,
      "key" in certificates ? statusOf(certificates) : 200,
    );
  });
}
