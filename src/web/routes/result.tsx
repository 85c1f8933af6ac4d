/** 証明書取得結果: who, serial, validity, where it is stored, and what to do with the browser. */
import type { Hono } from "@hono/hono";
import { formatDateTime } from "../../i18n/mod.ts";
import type { AcquiredCertificate } from "../../issuance/mod.ts";
import type { PageParts } from "../page_parts.ts";
import { PAGE_PATHS } from "../paths.ts";
import { Banner } from "../views/banner.tsx";
import { Facts } from "../views/facts.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { goTo, viewOf } from "./respond.tsx";

export interface ResultPageProps {
  view: View;
  certificate: AcquiredCertificate;
}

export function ResultPage({ view, certificate }: ResultPageProps) {
  const { t, language } = view;
  const from = formatDateTime(certificate.notBefore, language);
  const to = formatDateTime(certificate.notAfter, language);
  return (
    <Layout view={view} name="result" title={t.resultTitle}>
      <Banner tone="success" title={t.resultSuccess} />
      <div class="card">
        <Facts
          facts={[
            { name: t.holder, value: certificate.holder },
            { name: t.loginId, value: certificate.loginId },
            { name: t.organization, value: certificate.organization },
            { name: t.serial, value: certificate.serial, code: true },
            { name: t.validity, value: t.validityRange(from, to) },
            { name: t.storedAt, value: certificate.storedAt, code: true },
          ]}
        />
      </div>
      <Banner tone="warning" title={t.closeBrowsers}>
        <p>{t.closeBrowsersWhy}</p>
      </Banner>
      <div class="actions">
        <button type="button" class="button button-primary" data-go="certificates" data-replace>
          {t.close}
        </button>
      </div>
    </Layout>
  );
}

export function registerResult(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.result, async (c) => {
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const outcome = (await parts.issuance()).current()?.outcome();
    if (outcome === undefined || !outcome.ok) return goTo(c, "certificates");
    return c.html(<ResultPage view={viewOf(parts)} certificate={outcome.certificate} />);
  });
}
