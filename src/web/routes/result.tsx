/** 証明書取得結果: who, serial, validity, where it is stored, and what to do with the browser. */
import type { Hono } from "@hono/hono";
import { formatDateTime } from "../../i18n/mod.ts";
import type { AcquiredCertificate, HeldCertificate } from "../../issuance/mod.ts";
import type { PageParts } from "../page_parts.ts";
import { PAGE_PATHS } from "../paths.ts";
import { Banner } from "../views/banner.tsx";
import { Facts } from "../views/facts.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { RemindersCard, type RemindersState } from "../views/reminders_card.tsx";
import { remindersState } from "./reminders.ts";
import { goTo, viewOf } from "./respond.tsx";

export interface ResultPageProps {
  view: View;
  certificate: AcquiredCertificate;
  /** The certificate that it replaces. */
  renewed: HeldCertificate | undefined;
  /** Names of browsers that run now. */
  browsers: readonly string[];
  reminders: RemindersState | undefined;
}

export function ResultPage({ view, certificate, renewed, browsers, reminders }: ResultPageProps) {
  const { t, language } = view;
  const from = formatDateTime(certificate.notBefore, language);
  const to = formatDateTime(certificate.notAfter, language);
  return (
    <Layout view={view} name="result" title={t.resultTitle}>
      {renewed === undefined
        ? <Banner tone="success" title={t.resultSuccess} />
        : (
          <Banner tone="success" title={t.renewedSuccess}>
            <p>{t.renewedOld(renewed.serial)}</p>
          </Banner>
        )}
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
        {browsers.length > 0 && <p>{t.runningBrowsers(browsers)}</p>}
        <p>{t.closeBrowsersWhy}</p>
      </Banner>
      <div class="actions">
        <button type="button" class="button button-primary" data-go="certificates" data-replace>
          {t.close}
        </button>
      </div>
      {reminders !== undefined && (
        <RemindersCard view={view} state={reminders} fingerprint={certificate.fingerprint} />
      )}
    </Layout>
  );
}

export function registerResult(app: Hono, parts: PageParts): void {
  app.get(PAGE_PATHS.result, async (c) => {
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const attempt = (await parts.issuance()).current();
    const outcome = attempt?.outcome();
    if (outcome === undefined || !outcome.ok) return goTo(c, "certificates");
    const [browsers, reminders] = await Promise.all([browsersOrNone(parts), remindersState(parts)]);
    return c.html(
      <ResultPage
        view={viewOf(parts)}
        certificate={outcome.certificate}
        renewed={attempt?.renews}
        browsers={browsers}
        reminders={reminders}
      />,
    );
  });
}

/** All browsers are to be closed anyway; their names only help. */
async function browsersOrNone({ runningBrowsers, log }: PageParts): Promise<readonly string[]> {
  try {
    return await runningBrowsers?.() ?? [];
  } catch (error) {
    log.warn("web.browsers-unknown", { cause: String(error) });
    return [];
  }
}
