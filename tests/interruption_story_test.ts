/** The app dies while it waits for the certificate: what the person sees next, and what the authority holds. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AppUser, createAppUser, startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium, type RunningChromium } from "./support/chromium.ts";
import { type DemoAuthority, startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { asksForCertificate, getsCertificate, seesHeading } from "./support/person.ts";

const ignore = chromiumIsMissing() !== undefined;

interface Scene {
  demo: DemoAuthority;
  user: AppUser;
  browser: RunningChromium;
  account: TestAccount;
}

/** The person presses the button; the request is out; the app is killed; then the authority issues. */
async function dieWaiting({ demo, user, browser, account }: Scene): Promise<void> {
  await using app = await startApp(demo, { user });
  using held = holdIssuance(demo.authority.store);
  const page = await browser.newPage();
  await page.goto(app.url);
  await seesHeading(page, "証明書取得");
  await asksForCertificate(page, account);
  await held.reached;
  app.stop("SIGKILL");
  await app.ended;
  await seesHeading(page, "アプリは終了しています。");
}

/** States of all certificates that this user has ever been given. */
async function statesOf({ authority }: DemoAuthority, { loginId }: TestAccount): Promise<string[]> {
  return (await authority.store.listCertificates(loginId)).map(({ state }) => state);
}

Deno.test({
  name: "the next start finishes by itself what a killed app was waiting for, and says so",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using user = await createAppUser(demo);
    await using browser = await launchChromium({ home: user.home });
    await dieWaiting({ demo, user, browser, account });

    await using app = await startApp(demo, { user });
    const page = await browser.newPage();
    await page.goto(app.url);
    const notice = page.getByText(
      `中断していた証明書の取得が完了しました。(ログインID: ${account.loginId})`,
    );
    await notice.waitFor();
    await page.getByRole("row").filter({ hasText: account.loginId }).waitFor();
    await page.waitForResponse((response) => response.url().endsWith("/alive"));
    await page.getByRole("row").filter({ hasText: account.loginId }).waitFor();
    assert(await notice.isVisible(), "it stays until the person goes on");
    assertEquals(await statesOf(demo, account), ["confirmed"]);
  },
});

Deno.test({
  name:
    "when the authority has forgotten the enrolment, the person is asked to log in again and gets that certificate",
  ignore,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using user = await createAppUser(demo);
    await using browser = await launchChromium({ home: user.home });
    await dieWaiting({ demo, user, browser, account });
    const [{ serial, enrolmentId }] = await issued(demo, account);
    await demo.authority.store.write((transaction) => transaction.deleteEnrolment(enrolmentId));

    await using app = await startApp(demo, { user });
    const page = await browser.newPage();
    await page.goto(app.url);
    await page.getByText(`前回の証明書取得(ログインID: ${account.loginId})が途中で終わっています。`)
      .waitFor();
    await getsCertificate(page, account);
    assertStringIncludes(await page.getByRole("main").innerText(), serial);
    assertEquals(await statesOf(demo, account), ["confirmed"]);
  },
});

Deno.test("a killed --issue is finished by the next one, which needs no password for that", async () => {
  await using demo = await startDemoAuthority();
  const account = await demo.addAccount();
  await using user = await createAppUser(demo);
  const issue = ["--issue", "--login-id", account.loginId];
  {
    using held = holdIssuance(demo.authority.store);
    const child = new Deno.Command(Deno.execPath(), {
      args: user.command([...issue, "--password-stdin"]),
      env: user.env,
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${account.password}\n`));
    await writer.close();
    await held.reached;
    child.kill("SIGKILL");
    await child.status;
  }
  const again = await user.run([...issue, "--json"]);
  assertEquals(again.code, 0, again.stdout);
  const { resumed, certificate } = JSON.parse(again.stdout);
  const [{ serial }] = await issued(demo, account);
  assertEquals([resumed, certificate.serial], [true, serial]);
  assertEquals(await statesOf(demo, account), ["confirmed"]);
  const { certificates } = JSON.parse((await user.run(["--list", "--json"])).stdout);
  assertEquals(certificates.map((listed: { serial: string }) => listed.serial), [serial]);
});

/** The one certificate that the authority has issued, once it has. */
async function issued({ authority }: DemoAuthority, { loginId }: TestAccount) {
  for (;;) {
    // Works of the store run one after another: this one looks after those that were waiting.
    const [first, ...others] = await authority.store.write((store) => store.listCertificates(loginId));
    assertEquals(others, []);
    if (first !== undefined && first.state !== "reserved") return [first] as const;
  }
}
