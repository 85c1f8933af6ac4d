/**
 * プロキシ認証 and G008e in a real browser, with an engine and a proxy that are nothing but promises: what the keys
 * do, what a screen reader finds, what other tabs show, and what happens by itself. The page's clock is the test's.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { AppError, type Language } from "../src/errors.ts";
import { MESSAGES } from "../src/i18n/mod.ts";
import { openWeb } from "../src/web/mod.ts";
import {
  ADDITIONAL_QUESTION,
  type FakeIssuance,
  sampleCertificate,
} from "../src/web/testing/fake_issuance.ts";
import { FakeProxyAuthentication } from "../src/web/testing/fake_proxy_authentication.ts";
import { type TestClock, testParts } from "../src/web/testing/parts.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { lookAt } from "./support/look_at.ts";
import { fillsAndSends, presses, seesHeading, tabsTo } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;
const BANK = { loginId: "hanako", password: "correct horse" };
/** Renewal opened on 2026-11-13; the clock of the parts says 2026-11-23. */
const DUE = sampleCertificate({ loginId: "hanako", renewableFrom: new Date("2026-11-13T07:00:00Z") });
const MINUTE_MS = 60_000;

interface Opened extends AsyncDisposable {
  page: Page;
  fake: FakeIssuance;
  proxy: FakeProxyAuthentication;
  clock: TestClock;
  /** Another tab of the same person. */
  opensTab(): Promise<Page>;
}

/** An app whose list is open; by the page's clock no time passes but what a test lets pass. */
async function opensPage({ language = "ja" as Language, resumable = false } = {}): Promise<Opened> {
  await using opened = new AsyncDisposableStack();
  const proxy = new FakeProxyAuthentication();
  const parts = testParts({ startIn: language, proxyAuthentication: proxy });
  const { fake, clock } = parts;
  if (resumable) {
    fake.resumable = [sampleCertificate({ loginId: "jiro" })];
    fake.script.network = () => proxy.pass();
  }
  const web = await openWeb({ ...parts, options: { keepRunning: true } });
  opened.defer(() => web.close());
  const browser = opened.use(await launchChromium());
  async function opensTab(): Promise<Page> {
    const page = await browser.newPage();
    await page.clock.install({ time: clock.now() });
    await page.goto(web.launchUrl());
    return page;
  }
  const page = await opensTab();
  await page.locator("h1").filter({ visible: true }).first().waitFor();
  const moved = opened.move();
  return { page, fake, proxy, clock, opensTab, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function asksToIssue(page: Page): Promise<void> {
  await presses(page, "証明書発行");
  await seesHeading(page, "証明書発行");
  await fillsAndSends(page, BANK);
}

async function asksToRenew(page: Page, language: Language = "ja"): Promise<void> {
  await page.getByRole("radio").check();
  await presses(page, MESSAGES[language].renew);
}

async function authenticates(
  page: Page,
  { username, password } = { username: "suzuki", password: "open sesame" },
) {
  await page.getByLabel("ユーザ名", { exact: true }).fill(username);
  await page.getByLabel("パスワード", { exact: true }).fill(password);
  await presses(page, "認証");
}

/** Lets time pass in the page, and in the app. */
async function waits({ page, clock }: Opened, ms: number): Promise<void> {
  clock.advance(ms);
  await page.clock.fastForward(ms);
}

function busy(retryAfterSeconds?: number): AppError {
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new AppError("authority/busy", {}, { correlationId: "c0ffee00c0ffee00", ...options });
}

/** What a screen reader finds in the page's own part. */
async function hears(page: Page): Promise<string> {
  return (await page.getByRole("main").ariaSnapshot()).replaceAll(/\b[0-9a-f]{32}\b/g, "NUMBER");
}

/** The text of a template without the indentation of the test. */
function tree(template: string): string {
  const lines = template.split("\n").slice(1, -1);
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}

const status = (page: Page) => page.locator("#status");
const countdown = (page: Page) => page.getByRole("timer");
const autoBox = (page: Page) => page.getByRole("checkbox", { name: "時間になったら自動で再試行する" });

Deno.test({
  name: "proxy page: with the keys alone, with a mistake on the way, and the issue goes on by itself",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, proxy } = opened;
    proxy.hasSecretStore = true;
    fake.script = { network: () => proxy.pass(), holdAt: "import" };
    await asksToIssue(page);
    await seesHeading(page, "プロキシ認証");
    await page.locator("h1:focus").waitFor();
    await tabsTo(page, "textbox", { name: "ユーザ名" });
    await page.keyboard.type("suzuki-2");
    await tabsTo(page, "textbox", { name: "パスワード" });
    await page.keyboard.type("a mistake");
    await page.keyboard.press("Enter");

    await page.getByRole("alert").getByText("[G009e]").waitFor();
    const password = page.getByRole("textbox", { name: "パスワード" });
    await password.and(page.locator(":focus")).waitFor();
    assertEquals(await password.inputValue(), "");
    assertEquals(await page.getByRole("textbox", { name: "ユーザ名" }).inputValue(), "suzuki-2");
    const described = await password.getAttribute("aria-describedby");
    assertEquals(described, "not-the-bank password-error");
    await page.keyboard.type("open sesame");
    await tabsTo(page, "textbox", { name: "ユーザ名", key: "Shift+Tab" });
    await page.keyboard.press("Control+A");
    await page.keyboard.type("suzuki");
    await tabsTo(page, "textbox", { name: "パスワード" });
    await page.keyboard.press("Tab");
    await page.getByRole("checkbox").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Space");
    await tabsTo(page, "button", { name: "認証" });
    await page.keyboard.press("Enter");

    await seesHeading(page, "証明書の取得");
    assertEquals(proxy.answers.at(-1), { username: "suzuki", password: "open sesame", keep: true });
    fake.release();
    await page.clock.runFor(1000);
    await seesHeading(page, "証明書取得結果");
    assertEquals([fake.calls.begin, fake.calls.answer, fake.calls.acquire], [1, 1, 1]);
    await page.goBack();
    await seesHeading(page, "証明書取得"); // the question is no page to come back to
  },
});

Deno.test({
  name: "proxy page: comes in the middle of the progress by itself, and the progress comes back",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, proxy } = opened;
    fake.script.holdAt = "key";
    await asksToIssue(page);
    await seesHeading(page, "証明書の取得");
    fake.script = { network: () => proxy.pass() };
    fake.release();
    await page.clock.runFor(1000);
    await seesHeading(page, "プロキシ認証");
    await authenticates(page, { username: "suzuki", password: "a mistake" });
    await page.getByRole("alert").getByText("[G009e]").waitFor();
    await authenticates(page);
    await seesHeading(page, "証明書取得結果");
    assertEquals([fake.calls.begin, fake.calls.answer, fake.calls.acquire], [1, 1, 1]);
  },
});

Deno.test({
  name: "proxy page: takes the place of a list that lies open, in every tab, and leaves it in every tab",
  ignore,
  fn: async () => {
    await using opened = await opensPage({ resumable: true });
    const { page, proxy, opensTab } = opened;
    await page.clock.runFor(2000);
    await seesHeading(page, "プロキシ認証");
    const other = await opensTab();
    await seesHeading(other, "プロキシ認証");
    const typing = await opensTab();
    await seesHeading(typing, "プロキシ認証");
    await typing.getByLabel("パスワード", { exact: true }).fill("half a pass");
    await page.reload();
    await seesHeading(page, "プロキシ認証");
    await authenticates(page);
    await seesHeading(page, "証明書取得");
    await page.getByText("完了しました。(ログインID: jiro)").waitFor();
    await other.clock.runFor(16_000);
    await seesHeading(other, "証明書取得");
    await other.locator("h1:focus").waitFor();
    await typing.clock.runFor(16_000);
    assertEquals(await typing.getByLabel("パスワード", { exact: true }).inputValue(), "half a pass");
    await presses(typing, "認証");
    await seesHeading(typing, "証明書取得"); // what is not asked any more is given to nobody
    assertEquals(proxy.answers.length, 1);
  },
});

Deno.test({
  name: "proxy page: reload, back button and language keep the question; 「中止」 says why nothing goes on",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, proxy } = opened;
    fake.script.network = () => proxy.pass();
    await asksToIssue(page);
    await seesHeading(page, "プロキシ認証");
    await page.reload();
    await seesHeading(page, "プロキシ認証");
    await page.getByLabel("ユーザ名", { exact: true }).fill("suzuki");
    await presses(page, "English");
    await seesHeading(page, "Proxy authentication");
    assertEquals(await page.getByLabel("User name", { exact: true }).inputValue(), "suzuki");
    await presses(page, "日本語");
    await seesHeading(page, "プロキシ認証");
    await page.goBack();
    await seesHeading(page, "プロキシ認証");
    await presses(page, "中止");
    await seesHeading(page, "証明書発行");
    await page.getByRole("alert").and(page.locator(":focus")).getByText("[H315e]").waitFor();
    assertEquals(await page.getByLabel("ログインID", { exact: true }).inputValue(), "hanako");
    assertEquals(await page.getByLabel("ログインパスワード", { exact: true }).inputValue(), "");
    assertEquals([fake.calls.begin, proxy.cancelled], [1, 1]);
  },
});

Deno.test({
  name: "proxy page and the waiting page: roles, names and order",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, proxy } = opened;
    fake.certificates = [DUE];
    proxy.hasSecretStore = true;
    await page.reload();
    fake.script.network = () => proxy.pass();
    await asksToRenew(page);
    await seesHeading(page, "プロキシ認証");
    const form = `
          - form "プロキシ認証":
            - paragraph: こうしんビジネスネットバンキングの「ユーザ名」と「パスワード」ではありませんのでご注意ください。
            - text: ユーザ名
            - textbox "ユーザ名"
            - text: パスワード
            - textbox "パスワード"
            - checkbox "このパソコンに保存し、次回から入力を省略する"
            - text: このパソコンに保存し、次回から入力を省略する パソコンの資格情報の保管場所に保存します。共用のパソコンでは選択しないでください。
            - button "認証"
            - button "中止"
          - paragraph: 認証が済むと、中断した操作の続きから自動で進みます。
          - paragraph: ご不明なときは、社内ネットワークの担当者へご確認ください。`;
    const lead =
      "プロキシサーバ proxy.example:3128 には、ユーザ名とパスワードを指定する必要があります。入力の上、「認証」ボタンを押してください。";
    assertEquals(
      await hears(page),
      tree(`
        - main:
          - heading "プロキシ認証" [level=1]
          - paragraph: ${lead}${form}
      `),
    );
    await authenticates(page, { username: "suzuki", password: "a mistake" });
    await page.getByRole("alert").waitFor();
    const refused = await hears(page);
    assertMatch(refused, /alert:\n +- paragraph: プロキシサーバの認証に失敗しました。\[G009e\]/);
    assertMatch(refused, /textbox "ユーザ名" \[invalid\]: suzuki\n/);
    assertMatch(refused, /textbox "パスワード" \[(invalid|active)\]/);
    await authenticates(page);
    await seesHeading(page, "証明書更新");
    await presses(page, "中止");
    await seesHeading(page, "証明書取得");

    fake.script = { beginError: busy(90) };
    await asksToRenew(page);
    await seesHeading(page, "証明書取得エラー");
    const waiting = await hears(page);
    assertMatch(waiting, /- paragraph: "?15:55:30以降に、もう一度お試しください。"?\n/);
    assertEquals(
      waiting.slice(waiting.indexOf(`  - region "再試行"`)),
      tree(`
          - region "再試行":
            - heading "再試行" [level=2]
            - timer: 再試行できるまで 1:30
            - checkbox "時間になったら自動で再試行する"
            - text: 時間になったら自動で再試行する この画面を開いたままお待ちください。
          - button "もう一度試す" [disabled]
          - button "閉じる"
      `).replaceAll(/^/gm, "  "),
    );
  },
});

for (const language of ["ja", "en"] as const) {
  Deno.test({
    name: `proxy page and the waiting pages (${language}): no barriers, in both themes, narrow, and large`,
    ignore,
    fn: async () => {
      await using opened = await opensPage({ language });
      const { page, fake, proxy } = opened;
      const t = MESSAGES[language];
      const found: string[] = [];
      const list = async () => {
        await presses(page, t.close);
        await page.getByRole("radio").waitFor();
      };
      fake.certificates = [DUE];
      proxy.hasSecretStore = true;
      proxy.proxy = "proxy-03.network-management.headquarters.example.co.jp:8080";
      await page.reload();
      fake.script.network = () => proxy.pass();
      await asksToRenew(page, language);
      await seesHeading(page, t.proxyTitle);
      found.push(...await lookAt(page, "proxy"));
      await page.getByLabel(t.proxyUsername, { exact: true }).fill("suzuki");
      await page.getByLabel(t.proxyPassword, { exact: true }).fill("x");
      await presses(page, t.authenticate);
      await page.getByRole("alert").getByText("[G009e]").waitFor();
      found.push(...await lookAt(page, "proxy refused"));
      await presses(page, t.authenticate);
      await page.getByRole("alert").getByText("[G006e]").waitFor();
      found.push(...await lookAt(page, "proxy without a password"));
      await presses(page, t.stop);
      await page.getByRole("alert").getByText("[H315e]").waitFor();
      found.push(...await lookAt(page, "proxy cancelled"));
      await list();
      fake.script = { beginError: busy(90) };
      await asksToRenew(page, language);
      await countdown(page).waitFor();
      found.push(...await lookAt(page, "busy"));
      await page.getByRole("checkbox", { name: t.retryAuto }).check();
      found.push(...await lookAt(page, "busy, by itself"));
      await list();
      fake.script = { beginError: busy() };
      await asksToRenew(page, language);
      await page.getByRole("button", { name: t.retryAgain }).waitFor();
      found.push(...await lookAt(page, "busy without a time"));
      await list();
      fake.script = { further: [ADDITIONAL_QUESTION], answerError: busy(90) };
      await asksToRenew(page, language);
      await page.getByLabel(t.loginPassword, { exact: true }).fill("correct horse");
      await presses(page, t.authenticate);
      await countdown(page).waitFor();
      found.push(...await lookAt(page, "busy, on a form"));
      assertEquals(found, []);
    },
  });
}

Deno.test({
  name: "retry: the time is counted in silence, its end is said once, and the button works from then on",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake } = opened;
    fake.certificates = [DUE];
    await page.reload();
    fake.script = { beginError: busy(90) };
    await asksToRenew(page);
    await page.getByRole("alert").and(page.locator(":focus")).waitFor();
    const button = page.getByRole("button", { name: "もう一度試す" });
    assertMatch(await countdown(page).textContent() ?? "", /1:30/);
    const said: string[] = [];
    await page.exposeFunction("heard", (text: string) => void said.push(text));
    await page.evaluate(`
      new MutationObserver(() => { const { textContent } = document.getElementById("status"); if (textContent) heard(textContent); })
        .observe(document.getElementById("status"), { childList: true, characterData: true, subtree: true })
    `);
    await page.clock.runFor(45_000);
    assertMatch(await countdown(page).textContent() ?? "", /0:45/);
    await page.clock.runFor(44_000);
    assertEquals(said, []);
    assertEquals(await button.getAttribute("aria-disabled"), "true");
    await page.clock.runFor(2_000);
    await status(page).getByText("もう一度お試しいただけます。").waitFor();
    await page.clock.runFor(20_000);
    assertEquals(said, ["もう一度お試しいただけます。"]);
    assertEquals(fake.calls.begin, 1); // nobody wished for more
    fake.script = {};
    await button.click();
    await seesHeading(page, "証明書更新");
  },
});

Deno.test({
  name: "retry: done by itself if that is wished, as often as the authority puts it off, and the focus stays",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, clock } = opened;
    fake.certificates = [DUE];
    await page.reload();
    fake.script = { beginError: busy(30) };
    await asksToRenew(page);
    await autoBox(page).focus();
    await page.keyboard.press("Space");
    for (let begun = 2; begun < 5; begun++) {
      clock.advance(30_000);
      await page.clock.runFor(30_500);
      await page.getByText(`15:5${4 + Math.floor(begun / 2)}:${begun % 2 === 0 ? "00" : "30"}以降に`)
        .waitFor();
      assert(await autoBox(page).isChecked());
      await autoBox(page).and(page.locator(":focus")).waitFor();
      assertEquals(fake.calls.begin, begun);
    }
    fake.script = {};
    clock.advance(30_000);
    await page.clock.runFor(30_500);
    await seesHeading(page, "証明書更新");
    await page.locator("h1:focus").waitFor();
  },
});

Deno.test({
  name: "retry: a form sends what is entered, and without the password it only looks whether there is time",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake, clock } = opened;
    fake.script = { beginError: busy(30) };
    await asksToIssue(page);
    await autoBox(page).check();
    const password = page.getByLabel("ログインパスワード", { exact: true });
    assertEquals(await password.inputValue(), "");
    fake.script = {};
    clock.advance(30_000);
    await page.clock.runFor(30_500);
    await page.getByText("受付できるようになりました。").waitFor();
    assertEquals(await page.getByLabel("ログインID", { exact: true }).inputValue(), "hanako");
    assertEquals([fake.calls.begin, fake.calls.answer], [2, 0]);

    fake.script.answerError = busy(30);
    await fillsAndSends(page, BANK);
    await countdown(page).waitFor();
    await autoBox(page).check();
    await password.fill(BANK.password);
    fake.script.holdAt = "key";
    await page.clock.runFor(30_500);
    await seesHeading(page, "証明書の取得");
    assertEquals([fake.calls.begin, fake.calls.answer], [2, 2]);
  },
});

Deno.test({
  name: "retry: who waits is not taken for somebody who left; a password on the page is",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake } = opened;
    fake.certificates = [DUE];
    await page.reload();
    fake.script = { beginError: busy(20 * 60) };
    await asksToRenew(page);
    await autoBox(page).check();
    fake.script = {};
    for (let minute = 0; minute < 20; minute += 2) {
      const beat = page.waitForResponse((response) => response.url().endsWith("/alive"));
      await waits(opened, 2 * MINUTE_MS);
      await beat;
    }
    await seesHeading(page, "証明書更新");

    fake.script.answerError = busy(20 * 60);
    const password = page.getByLabel("ログインパスワード", { exact: true });
    await password.fill("correct horse");
    await presses(page, "認証");
    await countdown(page).waitFor();
    await autoBox(page).check();
    await password.fill("correct horse");
    for (let minute = 0; minute < 8; minute += 2) {
      const beat = page.waitForResponse((response) => response.url().endsWith("/alive"));
      await waits(opened, 2 * MINUTE_MS);
      await beat;
    }
    await seesHeading(page, "安全のため、画面を閉じました。");
    assertEquals(await page.locator("input").count(), 0);
    assertEquals(fake.calls.answer, 1);
  },
});
