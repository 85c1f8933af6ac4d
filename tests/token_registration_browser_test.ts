/** ワンタイムパスワードトークン発行画面 in Chromium, on the real authority: from the password to a token that counts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { decodeBase32, encodeBase32, parseTokenUri, totp } from "../src/otp/mod.ts";
import { DEMO_TOKENS, serveBank } from "./support/bank_pages.ts";
import { chromiumIsMissing, findBarriers, launchChromium, type RunningChromium } from "./support/chromium.ts";
import { startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { atWidth, findCutOff } from "./support/layout.ts";
import { presses, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;
const TITLE = "ワンタイムパスワードトークン発行";

/** From the login page to the new token. */
async function asksForToken(page: Page, portal: string, account: TestAccount): Promise<void> {
  await page.goto(portal);
  await page.getByRole("link", { name: TITLE, exact: true }).click();
  await seesHeading(page, TITLE);
  await page.getByLabel("ログインID", { exact: true }).fill(account.loginId);
  await page.getByLabel("ログインパスワード", { exact: true }).fill(account.password);
  await presses(page, "次へ");
}

/** The key as it is copied from the page. */
async function readsKey(page: Page): Promise<Uint8Array<ArrayBuffer>> {
  return decodeBase32(await page.locator("dd.code").innerText());
}

async function entersCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("ワンタイムパスワード", { exact: true }).fill(code);
  await presses(page, "登録");
}

/** What the picture says to a reader of 2D codes. */
async function readsPicture(browser: RunningChromium, page: Page): Promise<string> {
  const picture = await page.getByRole("img", { name: /^二次元コード/ }).screenshot();
  await using bank = await serveBank({ demoTokens: DEMO_TOKENS });
  const reader = await browser.newPage();
  await reader.goto(`${bank.url}/token`);
  const text = await reader.evaluate<string>(
    `import("/token/files/authority/bank/token/image.ts").then(({ readImage }) =>
      readImage(new Blob([Uint8Array.from(atob("${picture.toString("base64")}"), (l) => l.charCodeAt(0))])))`,
  );
  await reader.close();
  return text;
}

Deno.test({
  name: "token registration: the picture and the key hold one secret, whose first code registers it, once",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using browser = await launchChromium({ trustedRootPem: demo.authority.rootPem });
    const page = await browser.newPage();
    await asksForToken(page, demo.authority.urls.portal, account);
    const secret = await readsKey(page);
    const token = parseTokenUri(await readsPicture(browser, page));
    assertEquals(token.secret, secret);
    assertEquals(token.account, account.loginId);
    assertEquals(token.issuer, "こうしんビジネスネットバンキング");
    await entersCode(page, await totp(secret, demo.clock.now(), token));
    await page.getByText("トークンを登録しました。").waitFor();
    assertEquals(new URL(page.url()).pathname, "/one-time-password/done");

    await asksForToken(page, demo.authority.urls.portal, account);
    await page.getByText("ワンタイムパスワードトークンはすでに登録されています。 [H123e]").waitFor();
  },
});

Deno.test({
  name: "token registration: a wrong code leaves the same token to try again",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using browser = await launchChromium({ trustedRootPem: demo.authority.rootPem });
    const page = await browser.newPage();
    await asksForToken(page, demo.authority.urls.portal, { ...account, password: "wrong" });
    await page.getByRole("alert").filter({ hasText: "H101e" }).waitFor();
    await page.getByLabel("ログインパスワード", { exact: true }).fill(account.password);
    await presses(page, "次へ");
    const secret = await readsKey(page);
    const right = await totp(secret, demo.clock.now(), { digits: 6, periodSeconds: 30 });
    await entersCode(page, right === "000000" ? "000001" : "000000");
    await page.getByRole("alert").filter({ hasText: "H115e" }).waitFor();
    assertEquals(await readsKey(page), secret);
    await entersCode(page, await totp(secret, demo.clock.now(), { digits: 6, periodSeconds: 30 }));
    await page.getByText("トークンを登録しました。").waitFor();
    const log = demo.log.text();
    assert(!log.includes(encodeBase32(secret)) && !log.includes("otpauth"));
    assertStringIncludes(log, "bank/token-registered");
  },
});

Deno.test({
  name:
    "token registration: no barriers and nothing cut off on any of its pages, in both themes and languages",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using browser = await launchChromium({ trustedRootPem: demo.authority.rootPem });
    const page = await browser.newPage();
    const found: string[] = [];
    async function look(where: string): Promise<void> {
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await findBarriers(page)).map((fault) => `${where}: ${fault}`));
      }
      await atWidth(page, 320, async () => {
        found.push(...(await findCutOff(page)).map((fault) => `${where}: ${fault}`));
      });
    }
    for (const language of ["ja", "en"]) {
      const account = await demo.addAccount();
      await page.goto(`${demo.authority.urls.portal}/one-time-password?lang=${language}`);
      await look("form");
      await page.locator("button[type=submit]").click();
      await page.getByRole("alert").waitFor();
      await look("form with errors");
      await page.locator("#loginId").fill(account.loginId);
      await page.locator("#password").fill(account.password);
      await page.locator("button[type=submit]").click();
      await page.locator("svg.bank-code").waitFor();
      await page.locator("summary").click();
      await look("token");
      const secret = await readsKey(page);
      await page.locator("button[type=submit]").click();
      await page.getByRole("alert").waitFor();
      await look("token with an error");
      await page.locator("#oneTimePassword").fill(
        await totp(secret, demo.clock.now(), { digits: 6, periodSeconds: 30 }),
      );
      await page.locator("button[type=submit]").click();
      await page.getByRole("status").waitFor();
      await look("done");
    }
    assertEquals(found, []);
  },
});
