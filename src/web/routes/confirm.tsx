/** 「証明書発行」 although a certificate is here already: a slip nearly always, so nothing is sent yet. */
import type { Hono } from "@hono/hono";
import { formatDateTime } from "../../i18n/mod.ts";
import type { HeldCertificate } from "../../issuance/mod.ts";
import { hasExactly } from "../body.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { Banner } from "../views/banner.tsx";
import { isRenewable } from "../views/certificate_table.tsx";
import { Facts } from "../views/facts.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { goTo, viewOf } from "./respond.tsx";

export interface ConfirmPageProps {
  view: View;
  /** At least one. */
  certificates: readonly HeldCertificate[];
  now: Date;
}

export function ConfirmPage({ view, certificates, now }: ConfirmPageProps) {
  const { t } = view;
  const [first] = certificates;
  const canRenewHere = certificates.length === 1 && isRenewable(first!, now);
  return (
    <Layout view={view} name="confirm" title={t.confirmTitle}>
      <Banner tone="warning" title={t.confirmHeld}>
        <p>{adviceOn(certificates, { view, now })}</p>
      </Banner>
      {certificates.map((certificate) => (
        <div class="card" key={certificate.fingerprint}>
          <Facts facts={factsOf(certificate, view)} />
        </div>
      ))}
      <div class="actions">
        {canRenewHere && (
          <button
            type="button"
            class="button button-primary"
            data-post={ACTION_PATHS.renew}
            data-fingerprint={first!.fingerprint}
          >
            {t.renew}
          </button>
        )}
        <button
          type="button"
          class={`button ${canRenewHere ? "" : "button-primary"}`}
          data-go="certificates"
          data-replace
        >
          {t.back}
        </button>
      </div>
      <section class="aside stack-small" aria-labelledby="anyway-note">
        <p class="note" id="anyway-note">{t.confirmAnyway}</p>
        <div class="actions">
          <button
            type="button"
            class="button"
            data-post={ACTION_PATHS.issueAnyway}
            aria-describedby="anyway-note"
          >
            {t.issueAnyway}
          </button>
        </div>
      </section>
    </Layout>
  );
}

function adviceOn(
  certificates: readonly HeldCertificate[],
  { view: { t, language }, now }: { view: View; now: Date },
): string {
  if (certificates.some((certificate) => isRenewable(certificate, now))) return t.confirmRenew;
  const opens = Math.min(...certificates.map(({ renewableFrom }) => renewableFrom.getTime()));
  return t.confirmRenewFrom(formatDateTime(new Date(opens), language));
}

function factsOf({ holder, loginId, serial, notAfter }: HeldCertificate, { t, language }: View) {
  return [
    { name: t.holder, value: holder },
    { name: t.loginId, value: loginId },
    { name: t.serial, value: serial, code: true },
    { name: t.columnNotAfter, value: formatDateTime(notAfter, language) },
  ];
}

/**
 * What is here already.
 *
 * @returns None if they cannot be listed: the attempt itself says why, and what to do.
 */
export async function liveCertificates(parts: PageParts): Promise<readonly HeldCertificate[]> {
  const issuance = await parts.issuance();
  try {
    return await issuance.list();
  } catch (error) {
    presentable(error, parts); // for the log
    return [];
  }
}

export function registerConfirm(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.confirm, async (c) => {
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const certificates = await liveCertificates(parts);
    if (certificates.length === 0) return goTo(c, "issue"); // gone meanwhile: nothing to confirm
    return c.html(<ConfirmPage view={viewOf(parts)} certificates={certificates} now={parts.now()} />);
  });

  app.post(ACTION_PATHS.issueAnyway, async (c) => {
    if (!hasExactly(await c.req.json(), [])) return c.text("refused", 400);
    parts.walk.issuesAnyway = true;
    return goTo(c, "issue");
  });
}
