/**
 * Choosing a certificate and answering the authority's questions in a real browser, with an engine that needs
 * neither authority nor keystore: what the mouse, the keys, and a page that is fetched again do.
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { openWeb } from "../src/web/mod.ts";
import {
  ADDITIONAL_QUESTION,
  type FakeIssuance,
  OTP_QUESTION,
  OTP_TIME_SYNC_QUESTION,
  RIGHT_ANSWERS,
  sampleCertificate,
  TRANSACTION_QUESTION,
} from "../src/web/testing/fake_issuance.ts";
import { FakeReminders } from "../src/web/testing/fake_reminders.ts";
import { testParts } from "../src/web/testing/parts.ts";
import { chromiumIsMissing, findBarriers, launchChromium } from "./support/chromium.ts";
import { atWidth, findCutOff } from "./support/layout.ts";
import { presses, seesHeading, tabsTo } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

/** Renewal opened on 2026-11-13; the clock of the parts says 2026-11-23. */
const DUE = sampleCertificate({
  fingerprint: "cd".repeat(32),
  loginId: "hanako",
  serial: "0badcafe",
  notAfter: new Date("2026-12-23T07:00:00Z"),
  renewableFrom: new Date("2026-11-13T07:00:00Z"),
});
const FRESH = sampleCertificate({ loginId: "hanako-fresh" });

interface Opened extends AsyncDisposable {
  page: Page;
  fake: FakeIssuance;
}

/** The page of an app whose keystore holds one certificate to renew and one that is too new. */
async function opensPage(): Promise<Opened> {
  await using opened = new AsyncDisposableStack();
  const reminders = new FakeReminders();
  const parts = testParts({ reminders: () => Promise.resolve(reminders) });
  parts.fake.certificates = [FRESH, DUE];
  const web = await openWeb({ ...parts, options: { keepRunning: true } });
  opened.defer(() => web.close());
  const browser = opened.use(await launchChromium());
  const page = await browser.newPage();
  await page.goto(web.launchUrl());
  await seesHeading(page, "証明書取得");
  const moved = opened.move();
  return { page, fake: parts.fake, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

const rowOf = (page: Page, loginId: string) =>
  page.getByRole("row").filter({ has: page.getByText(`ログインID: ${loginId}`, { exact: true }) });
const renewButton = (page: Page) => page.getByRole("button", { name: "証明書更新", exact: true });

/** Ground and letters of a row, as the browser paints them. */
function colours(page: Page, { fingerprint }: { fingerprint: string }): Promise<Colours> {
  return page.evaluate<Colours>(`
    (({ cells }) => ({
      ground: getComputedStyle(cells[0].parentElement).backgroundColor,
      letters: getComputedStyle(cells[1]).color,
    }))(document.querySelector('[value="${fingerprint}"]').closest("tr"))
  `);
}

interface Colours {
  ground: string;
  letters: string;
}

Deno.test({
  name: "choice: a click anywhere in a row chooses and inverts it, and 「証明書更新」 follows",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake } = opened;
    const plain = await colours(page, DUE);
    assertEquals(await renewButton(page).getAttribute("aria-disabled"), "true");
    await renewButton(page).click({ force: true });
    await page.getByRole("status").getByText("更新する証明書を一覧から選択し").waitFor();

    await rowOf(page, "hanako-fresh").getByText(FRESH.serial).click();
    assert(await rowOf(page, "hanako-fresh").getByRole("radio").isChecked());
    assertEquals(await renewButton(page).getAttribute("aria-disabled"), "true");
    await page.getByText("選択した証明書は、2027年10月15日 15:54から更新できます。").waitFor();
    await renewButton(page).click({ force: true });
    await page.getByRole("status").getByText("2027年10月15日 15:54から更新できます").waitFor();
    assertEquals(fake.calls.begin, 0);

    await page.mouse.move(0, 0);
    await rowOf(page, "hanako").getByText("2026年12月23日 16:00").click();
    assertEquals(await rowOf(page, "hanako-fresh").getByRole("radio").isChecked(), false);
    const inverted = await colours(page, DUE);
    assertNotEquals(inverted.ground, plain.ground);
    assertNotEquals(inverted.letters, plain.letters);
    assertEquals(await colours(page, FRESH), plain);
    assertEquals(await renewButton(page).getAttribute("aria-disabled"), "false");
    assertEquals(await findBarriers(page), []);
    await atWidth(page, 320, async () => assertEquals(await findCutOff(page), []));
    await presses(page, "証明書更新");
    await seesHeading(page, "証明書更新");
    assertEquals(fake.current()!.renews?.fingerprint, DUE.fingerprint);
  },
});

Deno.test({
  name: "choice: Tab leads to the rows, arrow keys go from one to the next, and a reader is told the state",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake } = opened;
    const first = `信用 花子 ログインID: hanako-fresh ${FRESH.serial}`;
    await tabsTo(page, "radio", { name: first });
    const descriptions = () =>
      page.evaluate<string>(`
        document.activeElement.getAttribute("aria-describedby").split(" ")
          .map((id) => document.getElementById(id).textContent).join(" / ")
      `);
    assertEquals(await descriptions(), "2027年11月24日 15:54 / 2027年10月15日から");
    await page.keyboard.press("ArrowDown");
    const chosen = page.getByRole("radio", { checked: true });
    assertEquals(await chosen.getAttribute("value"), DUE.fingerprint);
    assertEquals(await descriptions(), "2026年12月23日 16:00 / 更新できます");
    await page.keyboard.press("ArrowUp");
    assertEquals(await chosen.getAttribute("value"), FRESH.fingerprint);
    await page.keyboard.press("ArrowUp"); // round to the last
    assertEquals(await chosen.getAttribute("value"), DUE.fingerprint);
    await tabsTo(page, "button", { name: "証明書更新", key: "Shift+Tab" });
    await page.keyboard.press("Enter");
    await page.locator("h1:focus").filter({ hasText: "証明書更新" }).waitFor();
    assertEquals(fake.current()!.renews?.fingerprint, DUE.fingerprint);
  },
});

Deno.test({
  name: "choice: stays, with the focus, when the page is fetched again",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page } = opened;
    await rowOf(page, "hanako").click();
    await presses(page, "お知らせする"); // fetches the page again
    await page.getByRole("button", { name: "お知らせをやめる" }).and(page.locator(":focus")).waitFor();
    assert(await rowOf(page, "hanako").getByRole("radio").isChecked());
    await presses(page, "English");
    await seesHeading(page, "Certificates");
    assert(await page.getByRole("radio").nth(1).isChecked());
    const renew = page.getByRole("button", { name: "Renew certificate", exact: true });
    assertEquals(await renew.getAttribute("aria-disabled"), "false");
  },
});

Deno.test({
  name: "choice: the calendar file of the chosen certificate is saved, none without a choice",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page } = opened;
    const button = page.getByRole("button", { name: "カレンダーに登録(.ics)" });
    await button.click({ force: true });
    await page.getByRole("status").getByText("一覧で証明書を選択してから").waitFor();
    await rowOf(page, "hanako-fresh").click();
    const waiting = page.waitForEvent("download");
    await button.click();
    const download = await waiting;
    assertEquals(download.suggestedFilename(), "certificate-2224.ics");
    assertStringIncludes(await Deno.readTextFile(await download.path()), `X-SERIAL:${FRESH.serial}`);
  },
});

Deno.test({
  name: "questions: four of them by the keyboard, with a mistake, a reload and the back button on the way",
  ignore,
  fn: async () => {
    await using opened = await opensPage();
    const { page, fake } = opened;
    fake.script = {
      further: [TRANSACTION_QUESTION, OTP_QUESTION, OTP_TIME_SYNC_QUESTION, ADDITIONAL_QUESTION],
    };
    await rowOf(page, "hanako").click();
    await presses(page, "証明書更新");
    await seesHeading(page, "証明書更新");
    await page.getByLabel("ログインパスワード").fill("correct horse");
    await page.keyboard.press("Enter");

    await seesHeading(page, "トランザクション認証");
    await page.getByRole("img", { name: /二次元コード/ }).waitFor();
    await page.getByText("読み取れないときは").click();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await presses(page, "コピー");
    await page.getByText("コピーしました。").first().waitFor();
    await tabsTo(page, "textbox", { name: "トランザクション認証番号" });
    await page.keyboard.type("１２３４５６７８"); // as an input method writes them
    await page.keyboard.press("Enter");

    await seesHeading(page, "ワンタイムパスワード認証");
    await page.getByLabel("ワンタイムパスワード", { exact: true }).fill("999999");
    await presses(page, "認証");
    const field = page.getByRole("textbox", { name: "ワンタイムパスワード" });
    await field.and(page.locator("[aria-invalid=true]:focus")).waitFor();
    assertEquals(await field.inputValue(), "");
    assertMatch(await page.getByRole("alert").innerText(), /\[H115e\]/);
    await page.reload();
    await seesHeading(page, "ワンタイムパスワード認証");
    await field.fill(RIGHT_ANSWERS.oneTimePassword!);
    await presses(page, "認証");

    await seesHeading(page, "ワンタイムパスワード認証(時刻同期)");
    await page.goBack();
    await seesHeading(page, "証明書取得");
    await page.goForward();
    await seesHeading(page, "ワンタイムパスワード認証(時刻同期)");
    await page.getByLabel("ワンタイムパスワード(現在)").fill(RIGHT_ANSWERS.currentPassword!);
    await page.getByLabel("ワンタイムパスワード(1分後)").fill(RIGHT_ANSWERS.nextPassword!);
    await presses(page, "English"); // what was typed stays, and belongs to the same question
    await seesHeading(page, "One-time password (time-synchronous)");
    await presses(page, "Authenticate");

    await seesHeading(page, "Additional authentication");
    await page.getByText("お好きな色は何ですか。").waitFor();
    await page.getByLabel("Answer", { exact: true }).fill("blue");
    await presses(page, "Authenticate");
    await seesHeading(page, "Certificate acquired");
    await page.getByText("The certificate has been renewed.").waitFor();
    assertEquals(fake.calls.begin, 1);
    await page.goBack();
    await seesHeading(page, "Certificates");
    assertEquals(await page.getByText("0badcafe").count(), 0);
  },
});
