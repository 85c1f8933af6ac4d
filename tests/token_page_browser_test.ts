/** The software token page in Chromium: reading a transaction in every way, and what is shown by the clock. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { encode } from "uqr";
import {
  decodeBase32,
  encodeTransaction,
  hotp,
  parseOcraSuite,
  totp,
  type Transaction,
  transactionNumber,
} from "../src/otp/mod.ts";
import { DEMO_TOKENS, serveBank, type ServedBank } from "./support/bank_pages.ts";
import { chromiumIsMissing, findBarriers, launchChromium, type RunningChromium } from "./support/chromium.ts";
import { atWidth, findCutOff, withLargeText } from "./support/layout.ts";
import { filmOf } from "./support/y4m.ts";

const ignore = chromiumIsMissing() !== undefined;

const RENEWAL: Transaction = {
  institution: "東京厚生信用組合",
  operation: "renew",
  loginId: "tanaka01",
  name: "田中 花子",
  serial: "0a1b2c3d4e5f60718293a4b5c6d7e8f901",
  nonce: "0123456789ABCDEFGHIJKL",
};
const CODE = encodeTransaction(RENEWAL);
const SECRETS = Object.fromEntries(
  DEMO_TOKENS.tokens.map(({ loginId, kind, secret }) => [`${loginId}/${kind}`, decodeBase32(secret)]),
);

function numberOf(code: string): Promise<string> {
  return transactionNumber(SECRETS["tanaka01/transaction"]!, parseOcraSuite(DEMO_TOKENS.ocraSuite), code);
}

interface OpenPage extends AsyncDisposable {
  bank: ServedBank;
  browser: RunningChromium;
  page: Page;
}

/** A browser with the page in it; its scripts run. */
async function openTokenPage(
  options: { flags?: string[]; time?: Date; path?: string } = {},
): Promise<OpenPage> {
  await using opened = new AsyncDisposableStack();
  const bank = opened.use(await serveBank({ demoTokens: DEMO_TOKENS }));
  const browser = opened.use(await launchChromium({ flags: options.flags ?? [] }));
  const page = await browser.newPage();
  if (options.time) await page.clock.install({ time: options.time });
  await opens(page, `${bank.url}${options.path ?? "/token"}`);
  const kept = opened.move();
  return { bank, browser, page, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function opens(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("#token-page[data-ready]").waitFor({ state: "attached" });
}

async function choosesTransactions(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "トランザクション認証" }).click();
}

async function readsText(page: Page, text: string): Promise<void> {
  await page.getByLabel("二次元コードの文字列").fill(text);
  await page.getByRole("button", { name: "読み取る", exact: true }).click();
}

/** What the page shows of a transaction, once it does. */
async function seesTransaction(page: Page): Promise<{ facts: string; number: string }> {
  await page.getByRole("heading", { name: "取引の内容" }).waitFor();
  return {
    facts: await page.locator("#transaction-facts").innerText(),
    number: await page.locator("#transaction-number").innerText(),
  };
}

async function seesRefusal(page: Page, text: string): Promise<void> {
  await page.getByRole("alert").filter({ hasText: text }).waitFor();
  assert(await page.locator("#transaction").isHidden());
  assertEquals(await page.locator("#transaction-number").textContent(), "");
}

/** A picture of a code, as a person would make one of the screen. */
async function pictureOf(browser: RunningChromium, text: string): Promise<Uint8Array> {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => isDark ? `M${x} ${y}h1v1h-1z` : "")).join("");
  const page = await browser.newPage();
  await page.setContent(
    `<body style="background:#567"><svg width="400" height="400" viewBox="0 0 ${size} ${size}">
     <rect width="100%" height="100%" fill="#fff"/><path d="${path}"/></svg>`,
  );
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

Deno.test({
  name:
    "token page: a pasted text becomes the transaction in words, and the number that the authority expects",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage();
    const { page } = opened;
    await choosesTransactions(page);
    // As it looks after having been copied from lines.
    await readsText(page, ` ${CODE.slice(0, 40)} ${CODE.slice(40)} `);
    const { facts, number } = await seesTransaction(page);
    for (
      const text of ["電子証明書の更新", RENEWAL.institution, RENEWAL.name, RENEWAL.loginId, RENEWAL.serial!]
    ) {
      assertStringIncludes(facts, text);
    }
    assertEquals(number, await numberOf(CODE));
    assertEquals(await page.locator(":focus").innerText(), "取引の内容", "is where a screen reader goes on");

    const issue = encodeTransaction({ ...RENEWAL, operation: "issue", serial: undefined });
    await readsText(page, issue);
    await page.locator("#transaction-facts", { hasText: "電子証明書の発行" }).waitFor();
    assertEquals((await seesTransaction(page)).number, await numberOf(issue));
  },
});

Deno.test({
  name: "token page: what is no transaction, or somebody else's, is refused in words and without a number",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage();
    const { page } = opened;
    await choosesTransactions(page);
    await readsText(page, CODE);
    await seesTransaction(page);
    for (const text of ["", "https://example.com/", CODE.slice(0, -1), CODE.replace("TX1", "TX2")]) {
      await readsText(page, text);
      await seesRefusal(page, "取引の内容を読み取れないため、番号を表示しません。");
    }
    await readsText(page, encodeTransaction({ ...RENEWAL, loginId: "tanaka02" }));
    await seesRefusal(page, "この取引は「tanaka02」のものです。選択中の利用者は「tanaka01」のため");
    await readsText(page, CODE);
    assertEquals((await seesTransaction(page)).number, await numberOf(CODE));
    await page.getByRole("tab", { name: "ワンタイムパスワード" }).click();
    await choosesTransactions(page);
    assert(await page.locator("#transaction").isHidden(), "no number stays behind");
  },
});

Deno.test({
  name: "token page: an image file and a pasted image are read as the text is",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage();
    const { page, browser } = opened;
    const picture = await pictureOf(browser, CODE);
    await page.bringToFront();
    await choosesTransactions(page);
    const file = page.getByLabel("二次元コードの画像ファイル");
    await file.setInputFiles({ name: "code.png", mimeType: "image/png", buffer: Buffer.from(picture) });
    assertEquals((await seesTransaction(page)).number, await numberOf(CODE));

    const blank = await page.locator("footer").screenshot();
    await file.setInputFiles({ name: "blank.png", mimeType: "image/png", buffer: Buffer.from(blank) });
    await seesRefusal(page, "画像に二次元コードが見つかりません。");
    await file.setInputFiles({
      name: "x.png",
      mimeType: "image/png",
      buffer: Buffer.from(Uint8Array.of(1, 2)),
    });
    await seesRefusal(page, "画像として開けません。");

    await page.evaluate(
      `(async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      })(${JSON.stringify(picture.toBase64())})`,
    );
    assertEquals((await seesTransaction(page)).number, await numberOf(CODE));
  },
});

Deno.test({
  name: "token page: a camera reads the code, and is off again afterwards",
  ignore,
  fn: async () => {
    const film = await Deno.makeTempFile({ suffix: ".y4m" });
    try {
      await Deno.writeFile(film, filmOf(CODE));
      await using opened = await openTokenPage({
        flags: [
          "--use-fake-device-for-media-stream",
          "--use-fake-ui-for-media-stream",
          `--use-file-for-fake-video-capture=${film}`,
        ],
      });
      const { page } = opened;
      await choosesTransactions(page);
      await page.getByRole("button", { name: "カメラで読み取る" }).click();
      assertEquals((await seesTransaction(page)).number, await numberOf(CODE));
      assert(await page.locator("#camera-video").isHidden());
      assertEquals(await page.evaluate(`document.getElementById("camera-video").srcObject`), null);
    } finally {
      await Deno.remove(film);
    }
  },
});

Deno.test({
  name: "token page: the camera is off as soon as its tab is left",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage({
      flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    });
    const { page } = opened;
    await choosesTransactions(page);
    await page.getByRole("button", { name: "カメラで読み取る" }).click();
    await page.getByRole("button", { name: "カメラを止める" }).waitFor();
    const track = await page.evaluateHandle(
      `document.getElementById("camera-video").srcObject.getVideoTracks()[0]`,
    );
    assertEquals(await (await track.getProperty("readyState")).jsonValue(), "live");
    await page.getByRole("tab", { name: "時刻同期" }).click();
    assertEquals(await (await track.getProperty("readyState")).jsonValue(), "ended");
    await choosesTransactions(page);
    await page.getByRole("button", { name: "カメラで読み取る" }).waitFor();
  },
});

Deno.test({
  name: "token page: a camera that the person does not allow is said, and the other ways stay open",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage({ flags: ["--use-fake-device-for-media-stream"] });
    const { page, browser } = opened;
    await browser.context.grantPermissions([]); // all others are denied, without a question
    await choosesTransactions(page);
    await page.getByRole("button", { name: "カメラで読み取る" }).click();
    await seesRefusal(page, "カメラを使用できません。");
    await readsText(page, CODE);
    assertEquals((await seesTransaction(page)).number, await numberOf(CODE));
  },
});

Deno.test({
  name: "token page: no camera, no button for one",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage();
    await choosesTransactions(opened.page);
    await opened.page.getByLabel("二次元コードの画像ファイル").waitFor();
    assert(await opened.page.getByRole("button", { name: "カメラで読み取る" }).isHidden());
  },
});

Deno.test({
  name: "token page: codes change with their time step, and the seconds count down to it",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage({ time: new Date("2026-11-23T00:00:00Z") });
    const { page } = opened;
    const secret = SECRETS["tanaka01/otp"]!;
    function codeAt(time: string): Promise<string> {
      return totp(secret, new Date(time), DEMO_TOKENS.otp);
    }
    await page.clock.pauseAt(new Date("2026-11-23T00:01:28Z"));
    await sees(page, { "otp-code": await codeAt("2026-11-23T00:01:28Z"), "otp-seconds": "あと2秒" });
    await page.clock.runFor(1000);
    await sees(page, { "otp-code": await codeAt("2026-11-23T00:01:28Z"), "otp-seconds": "あと1秒" });
    await page.clock.runFor(1000);
    await sees(page, { "otp-code": await codeAt("2026-11-23T00:01:30Z"), "otp-seconds": "あと30秒" });

    // Whoever has another kind of token sees that one at once.
    await page.getByRole("combobox", { name: "利用者" }).selectOption("suzuki02");
    const step = Date.parse("2026-11-23T00:01:00Z") / 60_000;
    const [now, next, after] = await Promise.all(
      [step, step + 1, step + 2].map((at) => hotp(SECRETS["suzuki02/otp-time-sync"]!, at, { digits: 6 })),
    );
    await sees(page, { "current-code": now!, "next-code": next!, "time-sync-seconds": "あと30秒" });
    await page.clock.runFor(30_000);
    await sees(page, { "current-code": next!, "next-code": after!, "time-sync-seconds": "あと60秒" });
    assertEquals(await page.getByRole("status").textContent(), "", "no screen reader is kept talking");
  },
});

async function sees(page: Page, texts: Record<string, string>): Promise<void> {
  for (const [id, text] of Object.entries(texts)) {
    await page.locator(`#${id}`).and(page.getByText(text, { exact: true })).waitFor();
  }
}

Deno.test({
  name: "token page: a token is added by its address, and kept as long as the tab",
  ignore,
  fn: async () => {
    const time = new Date("2026-11-23T00:00:00Z");
    await using opened = await openTokenPage({ time });
    const { page, bank, browser } = opened;
    await page.clock.pauseAt(new Date("2026-11-23T00:01:00Z"));
    await page.getByText("トークンを追加する").click();
    await page.getByLabel("認証アプリ用のアドレス").fill("https://example.com/");
    await page.getByRole("button", { name: "追加", exact: true }).click();
    await page.getByText("トークンとして追加できません。").waitFor();
    const uri = "otpauth://totp/Bank:sato03?secret=JBSWY3DPEHPK3PXP&issuer=Bank&digits=8&period=30";
    await page.getByLabel("認証アプリ用のアドレス").fill(uri);
    await page.getByRole("button", { name: "追加", exact: true }).click();
    const code = await totp(decodeBase32("JBSWY3DPEHPK3PXP"), new Date("2026-11-23T00:01:00Z"), {
      digits: 8,
      periodSeconds: 30,
    });
    await sees(page, { "otp-code": code });
    assert(!page.url().includes("secret"));

    await page.reload();
    const accounts = page.getByRole("combobox", { name: "利用者" });
    await accounts.selectOption({ label: "sato03 (Bank)" });
    await sees(page, { "otp-code": code });
    const other = await browser.newPage();
    await opens(other, `${bank.url}/token`);
    assertEquals(await other.getByRole("option").count(), 2);
  },
});

Deno.test({
  name: "token page: a code is copied without the gaps that are drawn, and the page says so",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage({ time: new Date("2026-11-23T00:00:00Z") });
    const { page, browser } = opened;
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.clock.pauseAt(new Date("2026-11-23T00:01:00Z"));
    const code = await totp(SECRETS["tanaka01/otp"]!, new Date("2026-11-23T00:01:00Z"), DEMO_TOKENS.otp);
    await sees(page, { "otp-code": code });
    await page.getByRole("button", { name: "コピー ワンタイムパスワード" }).click();
    await page.getByRole("status").filter({ hasText: "コピーしました。" }).waitFor();
    assertEquals(await page.evaluate("navigator.clipboard.readText()"), code);
    await page.clock.runFor(2000);
    await page.getByRole("button", { name: "コピー ワンタイムパスワード", exact: true }).waitFor();
  },
});

Deno.test({
  name: "token page: by the keyboard alone, tabs with the arrow keys",
  ignore,
  fn: async () => {
    await using opened = await openTokenPage();
    const { page } = opened;
    await page.getByRole("tab", { name: "ワンタイムパスワード" }).focus();
    await page.keyboard.press("ArrowLeft");
    assertEquals(await page.locator(":focus").innerText(), "トランザクション認証");
    await page.keyboard.press("Home");
    assertEquals(await page.locator(":focus").innerText(), "ワンタイムパスワード");
    await page.keyboard.press("End");
    await page.keyboard.press("Tab");
    assertEquals(await page.locator(":focus").getAttribute("id"), "panel-transaction");
    await page.keyboard.press("Tab");
    await page.keyboard.insertText(CODE);
    await page.keyboard.press("Enter");
    assertEquals((await seesTransaction(page)).number, await numberOf(CODE));
  },
});

for (const language of ["ja", "en"] as const) {
  Deno.test({
    name:
      `token page (${language}): no barriers, nothing cut off and no complaint of the browser, in any state`,
    ignore,
    fn: async () => {
      await using opened = await openTokenPage({ path: `/token?lang=${language}` });
      const { page, bank } = opened;
      const found: string[] = [];
      page.on("console", (message) => found.push(message.text()));
      page.on("pageerror", (error) => found.push(error.message));
      await opens(page, `${bank.url}/token`);
      assertEquals(await page.locator("html").getAttribute("lang"), language);
      found.push(...await lookAt(page, "codes"));
      await page.getByRole("tab").nth(1).click();
      found.push(...await lookAt(page, "no token"));
      await page.getByRole("tab").nth(2).click();
      await page.locator("#code-form button").click();
      await page.locator("#refusal:not(:empty)").waitFor();
      found.push(...await lookAt(page, "refused"));
      await page.locator("#code-text").fill(CODE);
      await page.locator("#code-form button").click();
      await page.locator("#transaction-number:not(:empty)").waitFor();
      await page.locator("summary").click();
      await page.locator("#add-form button").click();
      found.push(...await lookAt(page, "transaction"));
      await page.locator("#account").selectOption("suzuki02");
      await page.locator("#next-code:not(:empty)").waitFor();
      found.push(...await lookAt(page, "two codes"));
      assertEquals(found, []);
    },
  });
}

/** Looks at one state of a page in both themes, narrow and with large letters, and says where each fault was. */
async function lookAt(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...await findBarriers(page));
  }
  await atWidth(page, 320, async () => {
    found.push(...await findCutOff(page), ...await findBarriers(page));
  });
  await withLargeText(page, async () => {
    found.push(...await findCutOff(page));
  });
  return found.map((fault) => `${where}: ${fault}`);
}
