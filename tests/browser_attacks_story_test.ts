/** What hostile pages in the person's own browser can do to the running app, H56 to H60: nothing. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Frame, Page } from "playwright-core";
import {
  ACTION_PATHS,
  ALIVE_PATH,
  ASSET_PATHS,
  LAUNCH_PATH,
  PAGE_PATHS,
  PROGRESS_PATH,
  SESSION_PATH,
  SHELL_PATH,
} from "../src/web/paths.ts";
import { type RunningApp, startApp } from "./support/app.ts";
import { type Attacker, attackFrom, openRebound, startAttacker } from "./support/attacker.ts";
import { chromiumIsMissing, launchChromium, type RunningChromium } from "./support/chromium.ts";
import { type DemoAuthority, startDemoAuthority } from "./support/demo_authority.ts";
import { getsCertificate, presses, seesHeading } from "./support/person.ts";

const PATHS = [
  SHELL_PATH,
  SESSION_PATH,
  ALIVE_PATH,
  LAUNCH_PATH,
  PROGRESS_PATH,
  ...Object.values(ASSET_PATHS),
  ...Object.values(PAGE_PATHS),
  ...Object.values(ACTION_PATHS),
];

interface Scene {
  demo: DemoAuthority;
  app: RunningApp;
  browser: RunningChromium;
  attacker: Attacker;
  /** The person's own page, which stays open all the time. */
  own: Page;
  /** One token of a session that has ended, and the one in use. */
  tokens: string[];
}

Deno.test({
  name: "hostile pages in the same browser read nothing, change nothing, and issue nothing",
  ignore: chromiumIsMissing() !== undefined,
  fn: async (t) => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using attacker = startAttacker();
    await using browser = await launchChromium({
      home: app.user.home,
      flags: [
        "--host-resolver-rules=MAP evil.test 127.0.0.1",
        // New browsers refuse some of this by themselves; the app must not depend on them.
        "--disable-features=LocalNetworkAccessChecks",
      ],
    });
    const stale = await openOwnPage(browser, app.url);
    const ended = await tokenOf(stale);
    const second = await browser.newPage();
    await second.goto(app.url); // a second use of its link ends the session
    await seesHeading(second, "安全のため、画面を閉じました。");
    for (const page of [stale, second]) await page.close();
    const own = await openOwnPage(browser, await app.launchUrl());
    const scene = { demo, app, browser, attacker, own, tokens: [ended, await tokenOf(own)] };
    const before = await stateOf(scene);

    const { port } = attacker;
    const attacks: [name: string, run: () => Promise<void>][] = [
      ["H56: from another site", () => attackFromPage(scene, `http://evil.test:${port}/`)],
      ["H57: from another port of 127.0.0.1", () => attackFromPage(scene, `http://127.0.0.1:${port}/`)],
      ["H58: from a name that leads to the app's own port (DNS rebinding)", () => rebind(scene)],
      ["H59: in a frame", () => frame(scene)],
      ["H60: in a window that the attacker has opened", () => popUp(scene)],
    ];
    for (const [name, run] of attacks) {
      await t.step(name, async () => {
        await run();
        assertEquals(await stateOf(scene), before, "nothing has changed");
      });
    }
    await t.step("the person's own page goes on", async () => {
      const log = await app.user.readLog();
      assertStringIncludes(log, "web.refused", "the app has noticed");
      assert(!log.includes("issuance."), "no issuance was begun");
      await getsCertificate(own, account);
      const certificates = await demo.authority.store.listCertificates(account.loginId);
      assertEquals(certificates.map(({ state }) => state), ["confirmed"]);
    });
  },
});

async function openOwnPage(browser: RunningChromium, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await seesHeading(page, "証明書取得");
  return page;
}

async function tokenOf(page: Page): Promise<string> {
  const stored = await page.evaluate<string>(`sessionStorage.getItem("session")`);
  const { token } = JSON.parse(stored);
  assertEquals(token.length, 43);
  return token;
}

/** All that an attack could have changed. */
async function stateOf({ demo, app, own }: Scene) {
  const { seq } = await demo.authority.store.auditHead();
  const files = [];
  for await (const { name } of Deno.readDir(app.user.stateDir)) {
    if (name !== "tmp") files.push(name); // the person's own click on 証明書発行 has the keystore looked at
  }
  return {
    auditLines: seq,
    // A change of language would be remembered, an issuance journalled.
    files: files.sort(),
    ownPage: await own.getByRole("main").innerText(),
    ownLanguage: await own.locator("html").getAttribute("lang"),
  };
}

async function attackFromPage({ app, browser, tokens }: Scene, address: string): Promise<void> {
  const page = await browser.newPage();
  await page.goto(address);
  assertEquals(await attackFrom(page, { target: app.origin, paths: PATHS, tokens }), []);
  assertEquals(new URL(page.url()).origin, new URL(address).origin, "the page is still the attacker's");
  await page.close();
}

async function rebind({ app, browser, tokens }: Scene): Promise<void> {
  const origin = app.origin.replace("127.0.0.1", "evil.test");
  const page = await browser.newPage();
  const direct = await page.goto(`${origin}/`);
  assertEquals(direct?.status(), 403);
  await openRebound(page, origin);
  // To the browser all of this is the same origin: every answer can be read, so no answer may say anything.
  assertEquals(await attackFrom(page, { target: origin, paths: PATHS, tokens }), []);
  await page.close();
}

async function frame({ app, browser, attacker, tokens }: Scene): Promise<void> {
  for (const host of ["evil.test", "127.0.0.1"]) {
    const page = await browser.newPage();
    await page.goto(`http://${host}:${attacker.port}/`);
    for (const address of [`${app.origin}/`, `${app.origin}/#k=${tokens[0]!.slice(0, 22)}`, app.url]) {
      await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.onload = resolve;
        frame.src = ${JSON.stringify(address)};
        document.body.append(frame);
      })`);
    }
    const framed = page.frames().filter((frame: Frame) => frame.parentFrame() !== null);
    assertEquals(framed.length, 3);
    for (const frame of framed) {
      const html = await frame.content();
      for (const word of ["証明書", "page.js", "data-part"]) assert(!html.includes(word), html);
    }
    await page.close();
  }
}

async function popUp({ app, browser, attacker, own }: Scene): Promise<void> {
  for (const host of ["evil.test", "127.0.0.1"]) {
    const page = await browser.newPage();
    await page.goto(`http://${host}:${attacker.port}/`);
    const [linked] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(`{ window.opened = open(${JSON.stringify(`${app.origin}/`)}); undefined; }`),
    ]);
    await linked.getByText("refused", { exact: true }).waitFor(); // a link from elsewhere opens nothing
    assertEquals(await linked.locator("body").innerText(), "refused");
    await linked.close();

    // The person uses a window that the attacker has opened: the attacker must lose sight of it.
    const [borrowed] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(`{ window.opened = open("about:blank"); undefined; }`),
    ]);
    await borrowed.goto(await app.launchUrl());
    await seesHeading(borrowed, "証明書取得");
    assertEquals(await borrowed.evaluate("window.opener"), null);
    await page.waitForFunction("window.opened.closed"); // the news travels from one process to another
    await borrowed.close();
    await page.close();
  }
  await presses(own, "証明書発行");
  await seesHeading(own, "証明書発行");
  await presses(own, "戻る");
  await seesHeading(own, "証明書取得");
}
