/** One app per person: a second start shows the first one's page; it ends by itself, but never too early. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { RunningWeb } from "../src/web/mod.ts";
import { type AppUser, createAppUser, startApp } from "./support/app.ts";
import { type AppWithClock, openAppWithClock } from "./support/app_with_clock.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemoAuthority } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { asksForCertificate, presses, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

Deno.test({
  name: "a second start shows the page of the first one, and what that is doing",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const first = await browser.newPage();
    await first.goto(app.url);
    await seesHeading(first, "証明書取得");
    using held = holdIssuance(demo.authority.store);
    await asksForCertificate(first, account);
    await held.reached;

    const again = await app.user.run(["--no-browser", "--json"]);
    assertEquals([again.code, again.stderr], [0, ""]);
    const url = JSON.parse(again.stdout).app;
    assertEquals(new URL(url).origin, app.origin);
    const second = await browser.newPage();
    await second.goto(url);
    await second.getByText("証明書を取得しています。").waitFor();
    assertEquals(await second.getByRole("button", { name: "証明書発行" }).count(), 0);
    await presses(second, "進行状況を表示");
    await seesHeading(second, "証明書の取得");
    held.release();
    for (const page of [first, second]) await seesHeading(page, "証明書取得結果");
  },
});

Deno.test("of two starts at the same moment one serves the page, and the other shows it", async () => {
  await using demo = await startDemoAuthority();
  await using user = await createAppUser(demo);
  const starts = [start(user), start(user)];
  const urls = await Promise.all(starts.map(({ url }) => url));
  const [one, two] = urls.map((url) => new URL(url));
  assertEquals(one!.origin, two!.origin);
  assert(one!.hash !== two!.hash);
  // The one that only showed the page has ended by itself, with 0.
  const { code, index } = await Promise.race(
    starts.map(({ child }, index) => child.status.then(({ code }) => ({ code, index }))),
  );
  assertEquals(code, 0);
  const serving = starts[1 - index]!;
  serving.child.kill("SIGTERM");
  assertEquals((await serving.child.status).code, 0);
});

function start(user: AppUser): { child: Deno.ChildProcess; url: Promise<string> } {
  const child = new Deno.Command(Deno.execPath(), {
    args: user.command(["--no-browser", "--json"]),
    env: { ...user.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  async function readUrl(): Promise<string> {
    let line = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      line += text;
      if (line.endsWith("\n")) break;
    }
    return JSON.parse(line).app;
  }
  return { child, url: readUrl() };
}

const CLOSE_AFTER_MS = 400;
/** Less than the app takes for a PC that slept. */
const STEP_MS = CLOSE_AFTER_MS / 2;

async function passTimeUntilItEnds({ pass }: AppWithClock): Promise<void> {
  for (let steps = 0; steps < 20; steps++) if (!await pass(STEP_MS)) return;
  throw new Error("the app does not end");
}

async function opensPage(page: Page, web: RunningWeb): Promise<void> {
  await page.goto(web.launchUrl());
  await seesHeading(page, "証明書取得");
}

/** The page's sign of life, which it gives every few seconds, and whenever it is looked at. */
async function beat(page: Page): Promise<void> {
  const isAnswered = page.waitForResponse((response) => response.url().endsWith("/alive"));
  await page.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`);
  await isAnswered;
}

Deno.test({
  name: "the app stays while a page is open, and ends some time after the last one is closed",
  ignore,
  sanitizeResources: false, // the engine's HTTP client lives as long as the process
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    await using browser = await launchChromium({ home: user.home });
    const running = await openAppWithClock(user, { closeAfterMs: CLOSE_AFTER_MS });
    const { web, pass } = running;
    const page = await browser.newPage();
    await opensPage(page, web);
    for (let steps = 0; steps < 6; steps++) {
      assert(await pass(STEP_MS), "a page is open");
      await beat(page);
    }
    await page.close();
    assert(await pass(STEP_MS), "a page that is reloaded is gone for a moment, too");
    await passTimeUntilItEnds(running);
    await web.closed;
    const later = await browser.newPage();
    const failed = await later.goto(`http://127.0.0.1:${web.port}/`).catch(String);
    assert(typeof failed === "string" && failed.includes("ERR_CONNECTION_REFUSED"));
  },
});

Deno.test({
  name: "the app does not end while it acquires a certificate, although nobody looks",
  ignore,
  sanitizeResources: false, // as above
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using user = await createAppUser(demo);
    await using browser = await launchChromium({ home: user.home });
    const running = await openAppWithClock(user, { closeAfterMs: CLOSE_AFTER_MS });
    const { app, web, pass } = running;
    const page = await browser.newPage();
    await opensPage(page, web);
    {
      using held = holdIssuance(demo.authority.store);
      await asksForCertificate(page, account);
      await held.reached;
      await page.close();
      for (let steps = 0; steps < 6; steps++) assert(await pass(STEP_MS), "a certificate is on its way");
    }
    const issuance = await app.issuance();
    const { loginId } = await issuance.current()!.acquire();
    await passTimeUntilItEnds(running);
    await web.closed;
    assertEquals(loginId, account.loginId);
    const certificates = await demo.authority.store.listCertificates(loginId);
    assertEquals(certificates.map(({ state }) => state), ["confirmed"]);
  },
});

Deno.test({
  name: "a page that nobody uses for five minutes goes blank, and stays blank",
  ignore,
  sanitizeResources: false, // as above
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using user = await createAppUser(demo);
    await using browser = await launchChromium({ home: user.home });
    const { web, advance } = await openAppWithClock(user, { keepRunning: true });
    const page = await browser.newPage();
    await opensPage(page, web);
    await presses(page, "証明書発行");
    await seesHeading(page, "証明書発行");
    await page.getByLabel("ログインID", { exact: true }).fill(account.loginId);
    await page.getByLabel("ログインパスワード", { exact: true }).fill(account.password);
    await beat(page);
    advance(4 * 60_000);
    await beat(page);
    await seesHeading(page, "証明書発行");
    advance(61_000);
    await beat(page);
    await seesHeading(page, "安全のため、画面を閉じました。");
    await page.getByText("しばらく操作がなかったため").waitFor();
    assertEquals(await page.locator("input").count(), 0);
    await page.reload();
    await seesHeading(page, "このページからは操作できません。");
    await page.goBack();
    await seesHeading(page, "このページからは操作できません。");
    await web.close();
  },
});
