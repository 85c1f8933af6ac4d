/** The bank's pages in Chromium: the certificate login as a person does it, and no barriers on the way. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page, Request } from "playwright-core";
import { createPkcs12 } from "../src/pki/pkcs12.ts";
import {
  chromiumIsMissing,
  findBarriers,
  importBundle,
  launchChromium,
  type RunningChromium,
} from "./support/chromium.ts";
import { type DemoAuthority, startDemoAuthority, type TestCredential } from "./support/demo_authority.ts";
import { logsIn, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

async function importCredential(browser: RunningChromium, credential: TestCredential): Promise<void> {
  const { keyPair, certificateDer, chainDer } = credential;
  const password = crypto.randomUUID();
  const { pkcs8Der } = keyPair;
  const pkcs12Der = await createPkcs12({
    pkcs8Der,
    certificateDer,
    chainDer,
    password,
    friendlyName: "bank",
  });
  await importBundle(browser.nssDatabase, { pkcs12Der, password });
}

/** An account, its certificate, and a browser that has it. */
async function openWithCertificate(
  demo: DemoAuthority,
  options: { colorScheme?: "light" | "dark" } = {},
) {
  const account = await demo.addAccount();
  const credential = await demo.acquire(account, { algorithm: "rsa-2048" });
  const browser = await launchChromium({ trustedRootPem: demo.authority.rootPem, ...options });
  await importCredential(browser, credential);
  return { account, credential, browser };
}

/** Moves the focus with the Tab key until it is on something with that name, as a person without a mouse does. */
async function tabsTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if (await focused.count() === 1 && (await focused.innerText()).trim() === name) return;
  }
  throw new Error(`the Tab key does not lead to 「${name}」`);
}

Deno.test({
  name: "bank in the browser: in, out, and by the keyboard alone",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const { account, browser } = await openWithCertificate(demo);
    await using _browser = browser;
    const page = await browser.newPage();
    await page.goto(demo.authority.urls.portal);
    await tabsTo(page, "ログイン");
    await page.keyboard.press("Enter");
    await seesHeading(page, "トップページ");
    assertStringIncludes(await page.getByRole("main").innerText(), account.name);
    await tabsTo(page, "ログアウト");
    await page.keyboard.press("Enter");
    await page.getByText("ログアウトしました。").waitFor();
    await page.goBack();
    await page.reload();
    const text = await page.getByRole("main").innerText();
    assert(!text.includes(account.loginId), "what was shown before is gone with the session");
  },
});

Deno.test({
  name: "bank in the browser: a certificate revoked while its page is open is refused at the next click",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const { credential, browser } = await openWithCertificate(demo);
    await using _browser = browser;
    const page = await browser.newPage();
    await logsIn(page, demo.authority.urls.portal);
    await seesHeading(page, "トップページ");
    await demo.revoke(credential.serial);
    await page.reload();
    assertMatch(await page.getByRole("main").innerText(), /電子証明書は失効しています。 \[H204e\]/);
    await logsIn(page, demo.authority.urls.portal);
    await seesHeading(page, "ログインできません");
    assertMatch(await page.getByRole("main").innerText(), /H204e/);
  },
});

Deno.test({
  name: "bank in the browser: a page on another port of this host cannot log anybody out",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const { browser } = await openWithCertificate(demo);
    await using _browser = browser;
    const page = await browser.newPage();
    await logsIn(page, demo.authority.urls.portal);
    await seesHeading(page, "トップページ");
    // To the browser this is the same site: it sends even a SameSite=Strict cookie along.
    await using attacker = await serveForm(demo, `${demo.authority.urls.portal}/logout`);
    const other = await browser.newPage();
    const posted: Request[] = [];
    other.on("request", (request) => request.method() === "POST" && posted.push(request));
    await other.goto(attacker.url);
    await other.getByRole("button").click();
    await other.getByText("[H207e]").waitFor();
    assertStringIncludes((await posted[0]!.allHeaders())["cookie"] ?? "", "__Host-bank-session=");
    await page.reload();
    await seesHeading(page, "トップページ");
  },
});

Deno.test({
  name: "bank in the browser: axe-core finds no barrier on any page, in both themes and both languages",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    for (const colorScheme of ["light", "dark"] as const) {
      const { credential, browser } = await openWithCertificate(demo, { colorScheme });
      await using _browser = browser;
      for (const language of ["ja", "en"]) {
        assertEquals(await lookAround(await browser.newPage(), { demo, language }), []);
      }
      await demo.revoke(credential.serial);
      for (const language of ["ja", "en"]) {
        assertEquals(await lookAtRefusals(await browser.newPage(), { demo, language }), []);
      }
    }
  },
});

interface Look {
  demo: DemoAuthority;
  language: string;
}

/** Visits every page of a person who may log in. @returns Barriers, and what the browser complained of. */
async function lookAround(page: Page, { demo, language }: Look): Promise<string[]> {
  const { portal, certificateLogin } = demo.authority.urls;
  const found: string[] = [];
  page.on("console", (message) => found.push(message.text()));
  await page.goto(`${portal}/?lang=${language}`);
  found.push(...await findBarriers(page));
  await page.goto(`${portal}/certificate`);
  found.push(...await findBarriers(page));
  await page.goto(`${certificateLogin}/login`);
  await page.waitForURL(`${portal}/top`);
  assertEquals(await page.locator("html").getAttribute("lang"), language);
  found.push(...await findBarriers(page));
  await page.goto(`${portal}/?ended=logout`);
  found.push(...await findBarriers(page));
  return found;
}

/** The pages that say no; the browser rightly complains of their status. */
async function lookAtRefusals(page: Page, { demo, language }: Look): Promise<string[]> {
  const { portal, certificateLogin } = demo.authority.urls;
  await page.goto(`${certificateLogin}/login?lang=${language}`);
  const found = await findBarriers(page);
  await page.goto(`${portal}/nowhere`);
  return [...found, ...await findBarriers(page)];
}

/** A page of somebody else on another port of this host, over TLS as the bank is, with a form to that address. */
async function serveForm(demo: DemoAuthority, action: string): Promise<AsyncDisposable & { url: string }> {
  const html = `<!DOCTYPE html><form method="post" action="${action}"><button>click</button></form>`;
  const pki = `${demo.directory}/pki`;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${pki}/server.pem`) + await Deno.readTextFile(`${pki}/web_ca.pem`),
    key: await Deno.readTextFile(`${pki}/server.key.pem`),
    onListen: () => {},
  }, () => new Response(html, { headers: { "content-type": "text/html" } }));
  return { url: `https://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}
