/**
 * No barriers on any state of any page: axe-core in both themes and both languages; nothing cut off or to be
 * scrolled sideways at 320 px and with letters of twice the size.
 */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Language } from "../src/errors.ts";
import { MESSAGES } from "../src/i18n/mod.ts";
import { startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { lookAt } from "./support/look_at.ts";
import { presses, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

async function sends(
  page: Page,
  { loginId, password }: Omit<TestAccount, "name" | "company">,
  language: Language,
) {
  const t = MESSAGES[language];
  await page.getByLabel(t.loginId, { exact: true }).fill(loginId);
  await page.getByLabel(t.loginPassword, { exact: true }).fill(password);
  await presses(page, t.authenticateAndIssue);
}

for (const language of ["ja", "en"] as const) {
  Deno.test({
    name: `accessibility (${language}): the app's pages, from the empty list to the last word`,
    ignore,
    fn: async () => {
      const t = MESSAGES[language];
      await using demo = await startDemoAuthority();
      const account = await demo.addAccount({
        name: "小笠原 ヴィクトリア・アレクサンドラ・マリー",
        company: "株式会社東日本総合物流サービスホールディングス",
      });
      await using app = await startApp(demo, { language });
      await using browser = await launchChromium({ home: app.user.home });
      const page = await browser.newPage();
      const found: string[] = [];
      await page.goto(app.url);
      await seesHeading(page, t.certificatesTitle);
      found.push(...await lookAt(page, "empty list"));

      await presses(page, t.issue);
      await seesHeading(page, t.issueTitle);
      found.push(...await lookAt(page, "form"));
      await sends(page, { loginId: "x".repeat(99), password: "" }, language);
      await page.getByRole("alert").waitFor();
      found.push(...await lookAt(page, "form with errors"));

      using held = holdIssuance(demo.authority.store);
      await sends(page, account, language);
      await held.reached;
      await page.getByText(t.cancelTooLate).first().waitFor();
      found.push(...await lookAt(page, "progress"));
      held.release();
      await seesHeading(page, t.resultTitle);
      found.push(...await lookAt(page, "result"));
      await presses(page, t.close);
      await seesHeading(page, t.certificatesTitle);
      found.push(...await lookAt(page, "list"));

      await presses(page, t.issue);
      await seesHeading(page, t.confirmTitle);
      found.push(...await lookAt(page, "a certificate is here already"));
      await presses(page, t.issueAnyway);
      await seesHeading(page, t.issueTitle);
      await sends(page, account, language);
      await seesHeading(page, t.errorTitle);
      found.push(...await lookAt(page, "error"));

      const stranger = await browser.newPage();
      await stranger.goto(app.origin);
      await seesHeading(stranger, "このページからは操作できません。");
      found.push(...await lookAt(stranger, "refused"));
      await stranger.goto(app.url);
      await seesHeading(stranger, "安全のため、画面を閉じました。");
      found.push(...await lookAt(stranger, "link used twice"));
      assertEquals(found, []);
    },
  });
}

Deno.test({
  name: "accessibility: the bank's pages on a narrow screen and with large letters",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount({ name: "小笠原 ヴィクトリア・アレクサンドラ・マリー" });
    await using app = await startApp(demo);
    const { home } = app.user;
    const { urls: { portal, certificateLogin }, rootPem } = demo.authority;
    await using browser = await launchChromium({ home, trustedRootPem: rootPem });
    const found: string[] = [];
    let page = await browser.newPage();
    for (const language of ["ja", "en"]) {
      for (const address of [`${portal}/`, `${portal}/certificate`, `${certificateLogin}/login`]) {
        await page.goto(`${address}?lang=${language}`);
        found.push(...await lookAt(page, `${new URL(address).pathname} ${language}`));
      }
    }
    await app.user.run(["--issue", "--login-id", account.loginId, "--password-stdin"], {
      stdin: `${account.password}\n`,
    });
    await browser.restart();
    page = await browser.newPage();
    for (const language of ["ja", "en"]) {
      await page.goto(`${certificateLogin}/login?lang=${language}`);
      await page.waitForURL(`${portal}/top`);
      found.push(...await lookAt(page, `top ${language}`));
    }
    assertEquals(found, []);
  },
});
