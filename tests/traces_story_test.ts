/** What a run leaves behind in the browser and on the disk, and what reload, back button and old links show. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemoAuthority } from "./support/demo_authority.ts";
import { asksForAnother, fillsAndSends, getsCertificate, presses, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

/** Every file below a folder that holds one of these texts, as UTF-8 or as UTF-16. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesWith(path, texts));
    if (!isFile) continue;
    const bytes = await Deno.readFile(path);
    for (const encoding of ["utf-8", "utf-16le"]) {
      const content = new TextDecoder(encoding).decode(bytes);
      for (const text of texts) if (content.includes(text)) found.push(`${path}: ${text}`);
    }
  }
  return found;
}

function rows(database: string, query: string): unknown[] {
  const opened = new DatabaseSync(database, { readOnly: true });
  try {
    return opened.prepare(query).all();
  } finally {
    opened.close();
  }
}

Deno.test({
  name: "a whole run leaves no password in the browser or the app's files, and no link that opens anything",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    const { home, stateDir } = app.user;
    const key = new URL(app.url).hash.slice("#k=".length);
    assertEquals(key.length, 22);
    await using browser = await launchChromium({ home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await seesHeading(page, "証明書取得");
    assertEquals(page.url(), `${app.origin}/`, "the address bar shows no key");
    await presses(page, "証明書発行");
    await fillsAndSends(page, { ...account, password: "mistyped-canary" });
    await page.getByRole("alert").waitFor();
    await fillsAndSends(page, account);
    await seesHeading(page, "証明書取得結果");
    const token = JSON.parse(await page.evaluate<string>(`sessionStorage.getItem("session")`)).token;
    assertEquals(await browser.context.cookies(), []);
    await browser.restart();

    const profile = `${home}/chromium/Default`;
    assertEquals(rows(`${profile}/Login Data`, "select origin_url from logins"), []);
    const secrets = [account.password, "mistyped-canary"];
    assertEquals(await filesWith(`${home}/chromium`, secrets), []);
    assert((await filesWith(`${home}/chromium`, [app.origin])).length > 0, "the search finds what is there");
    assertEquals(await filesWith(stateDir, [...secrets, key, token]), []);
    // The browser writes an address down before a page can change it: what stands there must be worthless.
    const visited = rows(`${profile}/History`, "select url from urls") as { url: string }[];
    for (const { url } of visited.filter(({ url }) => url.startsWith(app.origin))) {
      const again = await browser.newPage();
      await again.goto(url);
      await again.getByRole("heading", { level: 1 }).waitFor();
      const text = await again.locator("body").innerText();
      assertMatch(text, /アプリをもう一度起動してください/);
      assert(!text.includes(account.loginId));
    }
    assertStringIncludes(await app.user.readLog(), "issuance.acquired", "there was something to find");
  },
});

Deno.test({
  name: "reload stays where the person is; the back button shows nothing that is past",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await seesHeading(page, "証明書取得");
    await page.reload();
    await seesHeading(page, "証明書取得");
    await presses(page, "証明書発行");
    await seesHeading(page, "証明書発行");
    await page.getByLabel("ログインパスワード").fill(account.password);
    await page.reload();
    await seesHeading(page, "証明書発行");
    assertEquals(await page.getByLabel("ログインパスワード").inputValue(), "");
    await fillsAndSends(page, account);
    await seesHeading(page, "証明書取得結果");
    await page.reload();
    await seesHeading(page, "証明書取得結果");
    await presses(page, "閉じる");
    await seesHeading(page, "証明書取得");
    await goesBack(page);
    assertEquals(await whatIsShown(page, account.loginId), { heading: "証明書取得", isListed: true });

    await asksForAnother(page, account);
    await seesHeading(page, "証明書取得エラー");
    await page.reload();
    await seesHeading(page, "証明書取得エラー");
    await presses(page, "閉じる");
    await seesHeading(page, "証明書取得");
    await goesBack(page);
    assertEquals(await whatIsShown(page, account.loginId), { heading: "証明書取得", isListed: true });
    assertEquals(await page.getByRole("alert").count(), 0);

    // Away and back again: nothing comes out of the browser's own memory of the page.
    await presses(page, "証明書発行");
    await presses(page, "発行を続ける");
    await seesHeading(page, "証明書発行");
    await page.getByLabel("ログインパスワード").fill(account.password);
    await page.goto("about:blank");
    await page.goBack();
    await seesHeading(page, "証明書発行");
    assertEquals(await page.getByLabel("ログインパスワード").inputValue(), "");
  },
});

/** The back button, and all that the page asks for after it. */
async function goesBack(page: Page): Promise<void> {
  const asked = page.waitForResponse((response) => response.url().includes("/pages/"));
  await page.goBack();
  await asked;
}

async function whatIsShown(page: Page, loginId: string) {
  const row = page.getByRole("row").filter({ hasText: loginId });
  await row.waitFor();
  return {
    heading: await page.getByRole("heading", { level: 1 }).innerText(),
    isListed: await row.count() === 1,
  };
}

Deno.test({
  name: "a link that is used twice ends the session of the one who used it first, and both are told",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const first = await browser.newPage();
    await first.goto(app.url);
    await getsCertificate(first, account);

    const second = await browser.newPage();
    await second.goto(app.url);
    await seesHeading(second, "安全のため、画面を閉じました。");
    const warning = await second.getByRole("alert").innerText();
    assertStringIncludes(warning, "この画面を開いたリンクが2回使われました");

    await presses(first, "閉じる");
    await seesHeading(first, "安全のため、画面を閉じました。");
    const left = await first.locator("body").innerText();
    for (const trace of [account.loginId, account.name]) {
      assert(!left.includes(trace), "nothing is left to read");
    }
    await first.reload();
    await seesHeading(first, "このページからは操作できません。");

    const third = await browser.newPage();
    await third.goto(await app.launchUrl());
    await seesHeading(third, "証明書取得");
    await third.getByRole("row").filter({ hasText: account.loginId }).waitFor();
  },
});

Deno.test({
  name: "a page whose app has ended says so, and does not give a password to whoever takes over the port",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using stack = new AsyncDisposableStack();
    const app = stack.use(await startApp(demo));
    await using browser = await launchChromium({ home: app.user.home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await presses(page, "証明書発行");
    await seesHeading(page, "証明書発行");
    const port = Number(new URL(app.origin).port);
    app.stop();
    await app.ended;
    const received: string[] = [];
    await using _squatter = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      async (request) => {
        received.push(await request.text());
        return Response.json({ proof: "A".repeat(43), revision: 0 });
      },
    );
    await fillsAndSends(page, account);
    await seesHeading(page, "アプリは終了しています。");
    assert(received.length > 0, "the page has asked");
    assert(!received.join().includes(account.password));
  },
});
