/** The whole job without a mouse: the focus is where it belongs after every step, and can be seen. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { MESSAGES } from "../src/i18n/mod.ts";
import { startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemoAuthority } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { seesHeading, tabsTo } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

/** Waits until the heading has the focus: from there a screen reader reads, and Tab goes on. */
async function standsAtHeading(page: Page, name: string): Promise<void> {
  await seesHeading(page, name);
  await page.locator("h1:focus").filter({ hasText: name }).waitFor();
}

/** What a screen reader says about the field that has the focus, besides its name. */
function describedBy(page: Page): Promise<string> {
  return page.evaluate<string>(`
    (document.activeElement.getAttribute("aria-describedby") ?? "").split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? id + " is missing").join(" ")
  `);
}

Deno.test({
  name: "keyboard: a certificate from the list to the result, with a mistake on the way",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await standsAtHeading(page, "証明書取得");
    await tabsTo(page, "button", { name: "証明書発行" });
    await page.keyboard.press("Enter");

    await standsAtHeading(page, "証明書発行");
    await tabsTo(page, "textbox", { name: "ログインID" });
    assertMatch(await describedBy(page), /半角の英数字と記号/);
    await page.keyboard.type(account.loginId);
    await tabsTo(page, "textbox", { name: "ログインパスワード" });
    await page.keyboard.type("a mistake");
    await page.keyboard.press("Enter");

    await page.getByRole("alert").waitFor();
    const password = page.getByRole("textbox", { name: "ログインパスワード" });
    await password.and(page.locator(":focus")).waitFor();
    assertMatch(await describedBy(page), /正しくありません/);
    assertEquals(await password.getAttribute("aria-invalid"), "true");
    await page.keyboard.type(account.password);
    await tabsTo(page, "button", { name: "認証して発行" });

    using held = holdIssuance(demo.authority.store);
    await page.keyboard.press("Space");
    await standsAtHeading(page, "証明書の取得");
    await held.reached;
    await page.getByText("発行要求を送信済みのため、取り消せません。").waitFor();
    await tabsTo(page, "button", { name: "取り消し" });
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("発行要求を送信済みのため、取り消せません。").waitFor();
    held.release();

    await standsAtHeading(page, "証明書取得結果");
    await tabsTo(page, "button", { name: "閉じる" });
    await page.keyboard.press("Space");
    await standsAtHeading(page, "証明書取得");
    await page.getByRole("row").filter({ hasText: account.loginId }).waitFor();

    await tabsTo(page, "button", { name: "証明書発行" });
    await page.keyboard.press("Enter");
    await standsAtHeading(page, "発行済みの証明書の確認");
    await tabsTo(page, "button", { name: "発行を続ける" });
    await page.keyboard.press("Enter");
    await standsAtHeading(page, "証明書発行");
    await tabsTo(page, "textbox", { name: "ログインパスワード" });
    await page.keyboard.type(account.password);
    await page.keyboard.press("Enter");
    await seesHeading(page, "証明書取得エラー");
    await page.getByRole("alert").and(page.locator(":focus")).waitFor();
    await tabsTo(page, "button", { name: "閉じる" });
    await page.keyboard.press("Enter");
    await standsAtHeading(page, "証明書取得");
  },
});

Deno.test({
  name: "keyboard: skip link, language switch, and the way back",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await standsAtHeading(page, "証明書取得");

    await tabsTo(page, "link", { name: "本文へ移動", key: "Shift+Tab" });
    const link = await page.getByRole("link", { name: "本文へ移動" }).boundingBox();
    assert(link !== null && link.x >= 0 && link.y >= 0, "it is seen while it has the focus");
    await page.keyboard.press("Enter");
    await page.getByRole("main").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "証明書発行" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await standsAtHeading(page, "証明書発行");
    await tabsTo(page, "textbox", { name: "ログインID" });
    await page.keyboard.type("half-typed");

    await tabsTo(page, "button", { name: "English", key: "Shift+Tab" });
    await page.keyboard.press("Space");
    await page.getByRole("link", { name: "Skip to content" }).waitFor({ state: "attached" });
    assertEquals(await page.locator("html").getAttribute("lang"), "en");
    await page.getByRole("button", { name: "English" }).and(page.locator(":focus")).waitFor();
    assertEquals(await page.getByRole("textbox", { name: "Login ID" }).inputValue(), "half-typed");

    await page.goBack();
    await standsAtHeading(page, MESSAGES.en.certificatesTitle);
    await page.reload();
    await standsAtHeading(page, MESSAGES.en.certificatesTitle);
    assertEquals(await page.locator("html").getAttribute("lang"), "en");
  },
});
