/** The main job, with what `deno task demo` starts: a certificate through the page, then a login with it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemo } from "./support/demo.ts";
import {
  fillsAndSends,
  getsCertificate,
  logsIn,
  presses,
  runApp,
  runAuthority,
  seesHeading,
  startsAppAgain,
} from "./support/person.ts";

const DATE = /\d{4}年\d{1,2}月\d{1,2}日/;

function mainText(page: Page): Promise<string> {
  return page.getByRole("main").innerText();
}

/** What every refusal tells a person. */
function assertExplained(text: string, { code, cause, advice }: Record<"code" | "cause" | "advice", string>) {
  for (const part of [`[${code}]`, cause, advice]) assertStringIncludes(text, part);
  assertMatch(text, /お問合せ番号[:\s]+[0-9a-f]{16,32}/);
}

Deno.test({
  name: "a newcomer issues a certificate, closes the browser, and logs in to the bank until it is revoked",
  ignore: chromiumIsMissing() !== undefined,
  fn: async (t) => {
    await using demo = await startDemo();
    const account = demo.ready.accounts.find(({ steps }) => steps.length === 0);
    assert(account !== undefined);
    await using browser = await launchChromium({
      home: demo.home,
      trustedRootPem: await Deno.readTextFile(demo.ready.ca),
    });

    await t.step("without a certificate the bank says what is missing", async () => {
      const bank = await browser.newPage();
      await logsIn(bank, demo.ready.portal);
      await seesHeading(bank, "ログインできません");
      const cause = "電子証明書が提示されませんでした";
      assertExplained(await mainText(bank), { code: "H201e", cause, advice: "「電子証明書発行」から取得" });
    });

    const page = await browser.newPage();
    await t.step("the page leads from the list over the form to the certificate", async () => {
      await page.goto(demo.ready.app);
      await getsCertificate(page, account);
      const result = await mainText(page);
      for (const part of [account.name, account.loginId, demo.nssDatabase]) {
        assertStringIncludes(result, part);
      }
      assertMatch(result, DATE);
      await page.getByText("開いているブラウザも全て一旦閉じてください").waitFor();
      await presses(page, "閉じる");
      await seesHeading(page, "証明書取得");
      const row = page.getByRole("row").filter({ hasText: account.loginId });
      assertMatch(await row.innerText(), DATE);
    });

    await t.step("a second certificate for the same login ID is refused", async () => {
      await presses(page, "証明書発行");
      await seesHeading(page, "発行済みの証明書の確認");
      await presses(page, "発行を続ける");
      await seesHeading(page, "証明書発行");
      await fillsAndSends(page, account);
      await seesHeading(page, "証明書取得エラー");
      const refusal = await mainText(page);
      assertExplained(refusal, { code: "H103e", cause: "電子証明書は発行済みです", advice: "失効を依頼し" });
      assertMatch(refusal, DATE);
      await presses(page, "閉じる");
      await seesHeading(page, "証明書取得");
    });

    await t.step("the command line lists the same certificate", async () => {
      const { code, stdout, stderr } = await runApp(demo, ["--list", "--json"]);
      assertEquals(code, 0, stderr);
      const [held, ...others] = JSON.parse(stdout).certificates;
      assertEquals(held.loginId, account.loginId);
      assertEquals(others, []);
    });

    await t.step("after the browser was closed once, the bank lets its holder in", async () => {
      await browser.restart();
      const bank = await browser.newPage();
      await logsIn(bank, demo.ready.portal);
      await seesHeading(bank, "トップページ");
      const top = await mainText(bank);
      for (const part of [account.name, account.loginId]) assertStringIncludes(top, part);
      assertMatch(top, new RegExp(`電子証明書有効期限\\s+${DATE.source}`));
    });

    await t.step("a second start of the app shows the page of the running one", async () => {
      const again = await browser.newPage();
      await again.goto(await startsAppAgain(demo));
      await seesHeading(again, "証明書取得");
      await again.getByRole("row").filter({ hasText: account.loginId }).waitFor();
    });

    await t.step("once it is revoked, the bank refuses it and says so", async () => {
      await runAuthority(demo, ["revoke", "--login-id", account.loginId]);
      const bank = await browser.newPage();
      await logsIn(bank, demo.ready.portal);
      await seesHeading(bank, "ログインできません");
      const cause = "電子証明書は失効しています";
      assertExplained(await mainText(bank), { code: "H204e", cause, advice: "新しい電子証明書を取得" });
    });

    await t.step("and then the same login ID gets a new one", async () => {
      const again = await browser.newPage();
      await again.goto(await startsAppAgain(demo));
      await seesHeading(again, "証明書取得");
      await presses(again, "証明書発行");
      await presses(again, "発行を続ける");
      await fillsAndSends(again, account);
      await seesHeading(again, "証明書取得結果");
    });
  },
});
