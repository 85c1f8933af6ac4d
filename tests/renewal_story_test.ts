/**
 * Renewals in the browser, for every account of the demo whose certificate is due at once: a certificate is issued
 * and renewed through all that the authority asks, with the software token as the second tab; then the new one
 * logs in and the old one does not.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { chromiumIsMissing, launchChromium, type RunningChromium } from "./support/chromium.ts";
import { type DemoAccount, type RunningDemo, startDemo } from "./support/demo.ts";
import { exportIdentity, type Identity } from "./support/nss_export.ts";
import {
  asksForCertificate,
  fillsAndSends,
  logsIn,
  presses,
  runAuthority,
  seesHeading,
  startsAppAgain,
} from "./support/person.ts";
import { answersSteps, TokenPerson } from "./support/token_person.ts";

const ignore = chromiumIsMissing() !== undefined;

/** A browser of somebody's own: nobody else's certificate is in it, and none stays behind. */
async function openBrowser(demo: RunningDemo): Promise<RunningChromium> {
  await Deno.remove(demo.nssDatabase, { recursive: true }).catch(() => {});
  return await launchChromium({
    home: demo.home,
    trustedRootPem: await Deno.readTextFile(demo.ready.ca),
  });
}

async function opensApp(demo: RunningDemo, browser: RunningChromium): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(await startsAppAgain(demo));
  await seesHeading(page, "証明書取得");
  return page;
}

function mainText(page: Page): Promise<string> {
  return page.getByRole("main").innerText();
}

/** Issues, with all that the authority asks of this account. */
async function issues(page: Page, token: TokenPerson, account: DemoAccount): Promise<void> {
  await asksForCertificate(page, account);
  await answersSteps(page, token, account);
  await seesHeading(page, "証明書取得結果");
  await presses(page, "閉じる");
  await seesHeading(page, "証明書取得");
}

/** From the list to the result, by the keyboard where a row is chosen. */
async function renews(page: Page, token: TokenPerson, account: DemoAccount): Promise<void> {
  const row = page.getByRole("row").filter({ hasText: account.loginId });
  assertStringIncludes(await row.innerText(), "更新できます");
  await row.getByRole("radio").focus();
  await page.keyboard.press("Space");
  assert(await row.getByRole("radio").isChecked());
  await presses(page, "証明書更新");
  await seesHeading(page, "証明書更新");
  await page.getByLabel("ログインパスワード", { exact: true }).fill(account.password);
  await presses(page, "認証");
  await answersSteps(page, token, account);
  await seesHeading(page, "証明書取得結果");
}

/** What the bank says to a client with this certificate and key. */
async function logInWith(demo: RunningDemo, { certificatePem, keyPem }: Identity): Promise<string> {
  const caCerts = [await Deno.readTextFile(demo.ready.ca)];
  using anybody = Deno.createHttpClient({ caCerts });
  const portal = await (await fetch(demo.ready.portal, { client: anybody })).text();
  const login = /href="(https:\/\/127\.0\.0\.1:\d+\/login)"/.exec(portal)?.[1];
  assert(login !== undefined, "the portal links to the certificate login");
  using holder = Deno.createHttpClient({ caCerts, cert: certificatePem, key: keyPem });
  const response = await fetch(login, { client: holder, redirect: "manual" });
  return `${response.status} ${await response.text()}`;
}

Deno.test({
  name: "a due certificate is renewed through every step that its account has, and takes the old one's place",
  ignore,
  fn: async (t) => {
    await using demo = await startDemo();
    const due = demo.ready.accounts.filter(({ validityDays }) => validityDays !== undefined);
    const combinations = due.map(({ steps }) => steps.slice(1).join("+"));
    assertEquals(combinations, [
      "",
      "transaction",
      "otp",
      "otp-time-sync",
      "question",
      "transaction+otp+otp-time-sync+question",
    ]);
    for (const account of due) {
      const asked = account.steps.slice(1).join(", ") || "the password alone";
      await t.step(`asked for ${asked}`, async () => {
        await using browser = await openBrowser(demo);
        const token = await TokenPerson.open(browser.context, demo.ready.portal);
        const page = await opensApp(demo, browser);
        await issues(page, token, account);
        const old = await exportIdentity(demo.nssDatabase);
        assertMatch(await logInWith(demo, old), /^(200|303) /);

        await renews(page, token, account);
        const result = await mainText(page);
        assertStringIncludes(result, "証明書を更新しました。");
        assertStringIncludes(result, old.serial);
        assertStringIncludes(result, "開いているブラウザも全て一旦閉じてください");
        assertMatch(result, /起動しているブラウザ: .*Chromium/);
        await presses(page, "閉じる");
        await seesHeading(page, "証明書取得");
        assertEquals(await page.getByRole("radio").count(), 1, "the new one alone");

        await browser.restart();
        const bank = await browser.newPage();
        await logsIn(bank, demo.ready.portal);
        await seesHeading(bank, "トップページ");
        assertStringIncludes(await mainText(bank), account.name);
        assertStringIncludes(await logInWith(demo, old), "[H209e]");
        assert((await exportIdentity(demo.nssDatabase)).serial !== old.serial);
      });
    }
  },
});

Deno.test({
  name: "pressing 証明書発行 by mistake is caught before anything is sent, and leads to the renewal",
  ignore,
  fn: async () => {
    await using demo = await startDemo();
    const account = demo.ready.accounts.find(({ loginId }) => loginId === "shimizu08")!;
    await using browser = await openBrowser(demo);
    const token = await TokenPerson.open(browser.context, demo.ready.portal);
    const page = await opensApp(demo, browser);
    await issues(page, token, account);
    const before = await auditLines(demo);

    await presses(page, "証明書発行");
    await seesHeading(page, "発行済みの証明書の確認");
    assertStringIncludes(await mainText(page), account.loginId);
    await presses(page, "戻る");
    await seesHeading(page, "証明書取得");
    await presses(page, "証明書発行");
    await seesHeading(page, "発行済みの証明書の確認");
    assertEquals(await auditLines(demo), before, "the authority has heard nothing");

    await presses(page, "証明書更新");
    await seesHeading(page, "証明書更新");
    await presses(page, "中止");
    await seesHeading(page, "証明書取得");

    // Revoked in the meantime: then, and only then, going on is right.
    await runAuthority(demo, ["revoke", "--login-id", account.loginId]);
    await presses(page, "証明書発行");
    await seesHeading(page, "発行済みの証明書の確認");
    await presses(page, "発行を続ける");
    await seesHeading(page, "証明書発行");
    await fillsAndSends(page, account);
    await seesHeading(page, "証明書取得結果");
  },
});

Deno.test({
  name: "without a token the app says where to register one; registered at the bank, it issues",
  ignore,
  fn: async () => {
    await using demo = await startDemo();
    const account = demo.ready.accounts.find(({ loginId }) => loginId === "hayashi14")!;
    await using browser = await openBrowser(demo);
    const page = await opensApp(demo, browser);
    await asksForCertificate(page, account);
    await seesHeading(page, "証明書取得エラー");
    const refusal = await mainText(page);
    assertStringIncludes(refusal, "[G014e]");
    assertStringIncludes(refusal, "ワンタイムパスワードトークン発行画面");
    await presses(page, "閉じる");

    const bank = await browser.newPage();
    await bank.goto(demo.ready.portal);
    await bank.getByRole("link", { name: "ワンタイムパスワードトークン発行" }).click();
    await seesHeading(bank, "ワンタイムパスワードトークン発行");
    await bank.getByLabel("ログインID", { exact: true }).fill(account.loginId);
    await bank.getByLabel("ログインパスワード", { exact: true }).fill(account.password);
    await presses(bank, "次へ");
    const uri = await bank.locator(".code", { hasText: "otpauth://" }).textContent();
    const token = await TokenPerson.open(browser.context, demo.ready.portal);
    await token.adds(uri!.trim());
    await bank.getByLabel("ワンタイムパスワード", { exact: true })
      .fill(await token.oneTimePassword(account.loginId));
    await presses(bank, "登録");
    await bank.getByText("登録しました").waitFor();

    await seesHeading(page, "証明書取得");
    await issues(page, token, account);
  },
});

async function auditLines(demo: RunningDemo): Promise<number> {
  return JSON.parse(await runAuthority(demo, ["audit", "verify", "--json"])).lines;
}
