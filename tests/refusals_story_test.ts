/** Everything that can go wrong before a certificate is issued, as a person sees it, in both languages. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { setMaintenance } from "../src/authority/maintenance.ts";
import { CATALOGUE, type ErrorKey, type Language } from "../src/errors.ts";
import { MESSAGES } from "../src/i18n/mod.ts";
import { type RunningApp, startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { type DemoAuthority, startDemoAuthority } from "./support/demo_authority.ts";
import { presses, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

interface Typed {
  loginId: string;
  password: string;
}

interface Refusal {
  name: string;
  key: ErrorKey;
  /** What the person types, after the world was made so that it is refused. */
  prepare(demo: DemoAuthority, page: Page, language: Language): Promise<Typed>;
  /** Whether the form stays, to be corrected or sent again; otherwise an error page comes. */
  staysOnForm: boolean;
  /** Whether the authority can know of it. */
  reachesAuthority: boolean;
  /** Further words on the page. */
  says?: Partial<Record<Language, RegExp>>;
  undo?(demo: DemoAuthority): Promise<void>;
}

const MAINTENANCE = "システム保守のため、11月24日 6:00まで休止しています。";

const REFUSALS: readonly Refusal[] = [
  {
    name: "a wrong password",
    key: "registration/wrong-credentials",
    prepare: async (demo) => ({ ...await demo.addAccount(), password: "wrong-canary" }),
    staysOnForm: true,
    reachesAuthority: true,
  },
  {
    name: "an unknown login ID, in the words of a wrong password",
    key: "registration/wrong-credentials",
    prepare: () => Promise.resolve({ loginId: "nobody-here", password: "unknown-canary" }),
    staysOnForm: true,
    reachesAuthority: true,
  },
  {
    name: "a disabled user, whose password is right",
    key: "registration/not-allowed",
    prepare: (demo) => demo.addAccount({ isDisabled: true }),
    staysOnForm: false,
    reachesAuthority: true,
  },
  {
    name: "the right password after five wrong ones",
    key: "registration/locked",
    prepare: async (demo, page, language) => {
      const account = await demo.addAccount();
      for (let failures = 0; failures < 5; failures++) {
        await submits(page, { ...account, password: `guess-canary-${failures}` }, language);
      }
      await opensForm(page, language);
      return account;
    },
    staysOnForm: true,
    reachesAuthority: true,
    says: { ja: /\d{1,2}:\d{2}以降に/, en: /Try again after .*\d{1,2}:\d{2}/ },
  },
  {
    name: "nothing typed",
    key: "input/invalid",
    prepare: () => Promise.resolve({ loginId: "", password: "" }),
    staysOnForm: true,
    reachesAuthority: false,
    says: {
      ja: /ログインIDを入力してください。[^]*ログインパスワードを入力してください。/,
      en: /Login ID[^]*Login password/,
    },
  },
  {
    name: "a login ID that is too long",
    key: "input/invalid",
    prepare: () => Promise.resolve({ loginId: "x".repeat(65), password: "long-id-canary" }),
    staysOnForm: true,
    reachesAuthority: false,
    says: { ja: /64文字以内/, en: /64/ },
  },
  {
    name: "a password that is too long",
    key: "input/invalid",
    prepare: () => Promise.resolve({ loginId: "user", password: "long-canary".padEnd(129, "x") }),
    staysOnForm: true,
    reachesAuthority: false,
    says: { ja: /128文字以内/, en: /128/ },
  },
  {
    name: "a login ID in full-width characters",
    key: "input/invalid",
    prepare: () => Promise.resolve({ loginId: "ユーザ01", password: "kana-canary" }),
    staysOnForm: true,
    reachesAuthority: false,
    says: { ja: /半角の英数字と記号で入力してください。/ },
  },
  {
    name: "a step that the app does not know",
    key: "registration/unsupported-step",
    prepare: (demo) => demo.addAccount({ steps: ["password", "palm-vein"] }),
    staysOnForm: false,
    reachesAuthority: true,
  },
  {
    name: "a certificate that was issued elsewhere",
    key: "registration/already-issued",
    prepare: async (demo) => {
      const account = await demo.addAccount();
      await demo.acquire(account);
      return account;
    },
    staysOnForm: false,
    reachesAuthority: true,
    says: { ja: /有効期限 \d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d{2}/, en: /valid until .*20\d\d/ },
  },
  {
    name: "maintenance, with the operator's words",
    key: "authority/unavailable",
    prepare: async (demo) => {
      await setMaintenance(demo.authority.store, { message: MAINTENANCE, at: demo.clock.now() });
      return await demo.addAccount();
    },
    staysOnForm: true,
    reachesAuthority: true,
    says: { ja: new RegExp(MAINTENANCE), en: new RegExp(MAINTENANCE) },
    undo: (demo) => setMaintenance(demo.authority.store, { message: undefined, at: demo.clock.now() }),
  },
];

const DOWN: Refusal = {
  name: "an authority that is down",
  key: "authority/busy",
  prepare: async (demo) => {
    const account = await demo.addAccount();
    await demo.authority.close();
    return account;
  },
  staysOnForm: true,
  reachesAuthority: false,
};

for (const language of ["ja", "en"] as const) {
  Deno.test({
    name: `refusals (${language}): each has its own message, code, advice and reference number`,
    ignore,
    fn: async (t) => {
      await using demo = await startDemoAuthority();
      await using app = await startApp(demo);
      await using browser = await launchChromium({ home: app.user.home });
      const page = await browser.newPage();
      await page.goto(app.url);
      await seesHeading(page, MESSAGES.ja.certificatesTitle);
      if (language === "en") await page.getByRole("button", { name: "English" }).click();
      const typed: Typed[] = [];
      for (const refusal of [...REFUSALS, DOWN]) {
        await t.step(refusal.name, async () => {
          await opensForm(page, language);
          const input = await refusal.prepare(demo, page, language);
          typed.push(input);
          await checkRefusal(refusal, { demo, app, page, language, input });
          await refusal.undo?.(demo);
        });
      }
      await t.step("no password that was typed is in a log", async () => {
        const logs = await app.user.readLog() + demo.log.text();
        assertStringIncludes(logs, "nobody-here", "the logs hold something at all");
        for (const { password } of typed) assert(password === "" || !logs.includes(password), password);
        assert(!logs.includes("canary"));
      });
    },
  });
}

Deno.test({
  name: "refusals: who asks too often is told when to come back",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority({
      config: ({ registration, ...config }) => {
        const account = { perMinute: 1, burst: 2 };
        return {
          ...config,
          registration: { ...registration, throttle: { ...registration.throttle, account } },
        };
      },
    });
    await using app = await startApp(demo);
    await using browser = await launchChromium({ home: app.user.home });
    const page = await browser.newPage();
    await page.goto(app.url);
    await opensForm(page, "ja");
    const input = { ...await demo.addAccount(), password: "wrong-canary" };
    await submits(page, input, "ja");
    await opensForm(page, "ja");
    await checkRefusal({
      name: "too often",
      key: "authority/busy",
      prepare: () => Promise.resolve(input),
      staysOnForm: true,
      reachesAuthority: true,
      says: { ja: /\d{1,2}:\d{2}:\d{2}以降に、もう一度お試しください。[^]*時間になったら自動で再試行する/ },
    }, { demo, app, page, language: "ja", input });
  },
});

interface Scene {
  demo: DemoAuthority;
  app: RunningApp;
  page: Page;
  language: Language;
  input: Typed;
}

async function checkRefusal(refusal: Refusal, { demo, app, page, language, input }: Scene): Promise<void> {
  const t = MESSAGES[language];
  await submits(page, input, language);
  await seesHeading(page, refusal.staysOnForm ? t.issueTitle : t.errorTitle);
  const { code, message, advice } = CATALOGUE[refusal.key];
  const text = await page.getByRole("main").innerText();
  const alert = await page.getByRole("alert").innerText();
  assertStringIncludes(alert, `[${code}]`);
  assertMatch(alert, pattern(message[language]));
  assertMatch(alert, pattern(advice[language]));
  assertEquals(text.match(/[{}]|undefined|Error:/), null);
  if (refusal.says?.[language] !== undefined) assertMatch(text, refusal.says[language]);

  const [, correlationId] = alert.match(new RegExp(`${t.correlationId}: ([0-9a-f]{16,32})`)) ?? [];
  assert(correlationId !== undefined, alert);
  assertStringIncludes(await app.user.readLog(), correlationId, "the app's log names it");
  const known = await knownToAuthority(demo, correlationId);
  if (refusal.reachesAuthority) assert(known, "the authority names it");

  if (!refusal.staysOnForm) return;
  const password = page.getByLabel(t.loginPassword, { exact: true });
  assertEquals(await page.getByLabel(t.loginId, { exact: true }).inputValue(), input.loginId);
  assertEquals(await password.inputValue(), "");
}

async function knownToAuthority({ authority, log }: DemoAuthority, correlationId: string): Promise<boolean> {
  if (log.text().includes(correlationId)) return true;
  try {
    const lines = await authority.store.readAudit(1, 10_000);
    return lines.some((line) => line.correlationId === correlationId);
  } catch {
    return false; // it is down
  }
}

/** From wherever the person is, to an empty form without an old message. */
async function opensForm(page: Page, language: Language): Promise<void> {
  const t = MESSAGES[language];
  const heading = await page.getByRole("heading", { level: 1 }).innerText();
  if (heading === t.errorTitle) await presses(page, t.close);
  if (heading === t.issueTitle) await presses(page, t.back);
  await seesHeading(page, t.certificatesTitle);
  await presses(page, t.issue);
  await seesHeading(page, t.issueTitle);
}

/** Fills the form and sees what comes of it. */
async function submits(page: Page, { loginId, password }: Typed, language: Language): Promise<void> {
  const t = MESSAGES[language];
  await page.getByLabel(t.loginId, { exact: true }).fill(loginId);
  await page.getByLabel(t.loginPassword, { exact: true }).fill(password);
  const isAnswered = page.waitForResponse((response) => response.url().endsWith("/issue"));
  await presses(page, t.authenticateAndIssue);
  await isAnswered;
  // The button is busy until the answer is shown.
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
}

/** A text of the catalogue whose placeholders hold anything. */
function pattern(template: string): RegExp {
  return new RegExp(
    template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+"),
  );
}
