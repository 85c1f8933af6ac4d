/** What a person does with the software token page in a tab of its own. */
import type { BrowserContext, Page } from "playwright-core";
import type { DemoAccount } from "./demo.ts";

/** Seconds of a time step, as the demo's authority has it. */
const PERIOD = { "otp": 30, "otp-time-sync": 60 } as const;

/** Titles of the pages that ask, by the step's kind. */
export const STEP_TITLES: Readonly<Record<string, string>> = {
  "transaction": "トランザクション認証",
  "otp": "ワンタイムパスワード認証",
  "otp-time-sync": "ワンタイムパスワード認証(時刻同期)",
  "question": "追加認証",
};

/**
 * Somebody's tokens. No code counts twice, so whoever needs another one before the clock has moved on looks at the
 * token later: the page's clock is set, not waited for.
 */
export class TokenPerson {
  readonly #tab: Page;
  readonly #url: string;
  #lastStep = { "otp": -1, "otp-time-sync": -1 };

  private constructor(tab: Page, url: string) {
    this.#tab = tab;
    this.#url = url;
  }

  static async open(context: BrowserContext, portal: string): Promise<TokenPerson> {
    return new TokenPerson(await context.newPage(), `${portal}/token`);
  }

  /** Adds a token by its address, as an authenticator app would by scanning it. */
  async adds(uri: string): Promise<void> {
    await this.#opens(new Date());
    await this.#tab.getByText("トークンを追加する").click();
    await this.#tab.getByLabel("認証アプリ用のアドレス").fill(uri);
    await this.#tab.getByRole("button", { name: "追加", exact: true }).click();
    const said = this.#tab.getByRole("status").filter({ hasText: "追加しました。" });
    await said.waitFor({ state: "attached" });
  }

  /** The number of a transaction, and the words that the token shows for it. */
  async reads(account: string, code: string): Promise<{ number: string; words: string }> {
    await this.#opens(new Date());
    await this.#chooses(account, "トランザクション認証");
    await this.#tab.getByLabel("二次元コードの文字列").fill(code);
    await this.#tab.getByRole("button", { name: "読み取る", exact: true }).click();
    await this.#tab.getByRole("heading", { name: "取引の内容" }).waitFor();
    const words = await this.#tab.locator("#transaction-facts").innerText();
    return { number: await this.#digits("#transaction-number"), words };
  }

  async oneTimePassword(account: string): Promise<string> {
    await this.#opensAtFreshStep("otp", 1);
    await this.#chooses(account, "ワンタイムパスワード");
    return await this.#digits("#otp-code");
  }

  /** 現在 and 1分後. */
  async neighbours(account: string): Promise<{ current: string; next: string }> {
    await this.#opensAtFreshStep("otp-time-sync", 2);
    await this.#chooses(account, "時刻同期");
    return { current: await this.#digits("#current-code"), next: await this.#digits("#next-code") };
  }

  async #opensAtFreshStep(kind: "otp" | "otp-time-sync", count: number): Promise<void> {
    const period = PERIOD[kind];
    const step = Math.max(Math.floor(Date.now() / 1_000 / period), this.#lastStep[kind] + 1);
    this.#lastStep[kind] = step + count - 1;
    await this.#opens(new Date((step + 0.5) * period * 1_000));
  }

  async #opens(at: Date): Promise<void> {
    await this.#tab.clock.setFixedTime(at);
    await this.#tab.goto(this.#url);
    await this.#tab.locator("#token-page[data-ready]").waitFor({ state: "attached" });
  }

  async #chooses(account: string, tab: string): Promise<void> {
    const accounts = this.#tab.getByRole("combobox", { name: "利用者" });
    const label = await accounts.getByRole("option").filter({ hasText: account }).first().textContent();
    await accounts.selectOption({ label: label!.trim() });
    await this.#tab.getByRole("tab", { name: tab, exact: true }).click();
  }

  async #digits(selector: string): Promise<string> {
    const shown = this.#tab.locator(selector).filter({ hasText: /\d/ });
    return (await shown.innerText()).replace(/\D/g, "");
  }
}

/** Answers everything that the authority asks an account after the password, page by page. */
export async function answersSteps(
  page: Page,
  token: TokenPerson,
  { loginId, steps, question }: DemoAccount,
): Promise<void> {
  for (const step of steps.slice(1)) {
    await page.getByRole("heading", { level: 1, name: STEP_TITLES[step]!, exact: true }).waitFor();
    if (step === "transaction") {
      const code = await page.locator("#code-text").textContent();
      const { number } = await token.reads(loginId, code!);
      await page.getByRole("textbox", { name: "トランザクション認証番号" }).fill(number);
    } else if (step === "otp") {
      await page.getByLabel("ワンタイムパスワード", { exact: true }).fill(
        await token.oneTimePassword(loginId),
      );
    } else if (step === "otp-time-sync") {
      const { current, next } = await token.neighbours(loginId);
      await page.getByLabel("ワンタイムパスワード(現在)").fill(current);
      await page.getByLabel("ワンタイムパスワード(1分後)").fill(next);
    } else {
      await page.getByText(question!.prompt).waitFor();
      await page.getByLabel("回答").fill(question!.reply);
    }
    await page.bringToFront();
    await page.getByRole("button", { name: "認証", exact: true }).click();
  }
}
