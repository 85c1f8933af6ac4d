/** What a person does in the app's page and at the bank: finds things by their role and name, and clicks. */
import type { Page } from "playwright-core";
import type { DemoAccount, RunningDemo } from "./demo.ts";

/** What a person types. */
export type Credentials = Pick<DemoAccount, "loginId" | "password">;

/** The page shows this heading and is ready for the next click. */
export async function seesHeading(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** Presses a button of the page. */
export async function presses(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

/** From the list to the filled form, and sends it. */
export async function asksForCertificate(
  page: Page,
  { loginId, password }: Credentials,
): Promise<void> {
  await presses(page, "証明書発行");
  await seesHeading(page, "証明書発行");
  await fillsAndSends(page, { loginId, password });
}

/** The same although a certificate is here already: past the page that catches it. */
export async function asksForAnother(page: Page, { loginId, password }: Credentials): Promise<void> {
  await presses(page, "証明書発行");
  await seesHeading(page, "発行済みの証明書の確認");
  await presses(page, "発行を続ける");
  await seesHeading(page, "証明書発行");
  await fillsAndSends(page, { loginId, password });
}

/** Fills the form that is shown, and sends it. */
export async function fillsAndSends(
  page: Page,
  { loginId, password }: Credentials,
): Promise<void> {
  await page.getByLabel("ログインID", { exact: true }).fill(loginId);
  await page.getByLabel("ログインパスワード", { exact: true }).fill(password);
  await presses(page, "認証して発行");
}

/**
 * Presses Tab (or Shift+Tab) until the focus is there, as a person without a mouse does.
 *
 * @throws {Error} if it never gets there, or if the focus cannot be seen on the way.
 */
export async function tabsTo(
  page: Page,
  role: "button" | "link" | "radio" | "textbox",
  { name, key = "Tab" }: { name: string; key?: "Tab" | "Shift+Tab" },
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press(key);
    if (await wanted.and(page.locator(":focus")).count() === 0) continue;
    const outline = await page.evaluate<{ style: string; width: string }>(
      `(({ outlineStyle: style, outlineWidth: width }) => ({ style, width }))(getComputedStyle(document.activeElement))`,
    );
    if (outline.style === "none" || parseFloat(outline.width) < 2) {
      throw new Error(`「${name}」 has the focus, but nobody can see it`);
    }
    return;
  }
  throw new Error(`${key} does not lead to 「${name}」`);
}

/** Everything between opening the page and having the certificate. */
export async function getsCertificate(page: Page, account: Credentials): Promise<void> {
  await seesHeading(page, "証明書取得");
  await asksForCertificate(page, account);
  await seesHeading(page, "証明書取得結果");
}

/** The bank's login page, and the button of the certificate login. */
export async function logsIn(page: Page, portal: string): Promise<void> {
  await page.goto(portal);
  await page.getByRole("link", { name: "ログイン", exact: true }).click();
}

/** A second start of the app: the running one mints a fresh address for its page. */
export async function startsAppAgain(demo: RunningDemo): Promise<string> {
  const { stdout } = await runApp(demo, ["--no-browser", "--json"]);
  return JSON.parse(stdout).app;
}

/** The app's command line, as the user of the demo. */
export async function runApp(
  demo: RunningDemo,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "task",
      "-q",
      "app",
      "--profile",
      demo.ready.profile,
      "--state-dir",
      `${demo.stateDir}/app`,
      ...args,
    ],
    env: demo.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** The authority's command line, on the demo's directory. @returns What it prints. */
export async function runAuthority(demo: RunningDemo, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "authority", ...args, "--directory", `${demo.stateDir}/authority`],
    env: demo.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`authority ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
