/**
 * Story: the daily check on a real desktop. The real app as a child process, with the permissions that it is
 * shipped with, speaks to a real notification daemon; only the browser is a script.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type AppUser, createAppUser } from "./support/app.ts";
import { type DemoAuthority, startDemoAuthority } from "./support/demo_authority.ts";
import { type Desktop, hasDesktop, startDesktop } from "./support/desktop.ts";
import { addWatchedBrowser } from "./support/watched_browser.ts";

const ignore = !hasDesktop();

/** Gets a certificate that ends in so many days. */
async function issueFor(user: AppUser, demo: DemoAuthority, validityDays: number): Promise<string> {
  const { loginId, password } = await demo.addAccount({ validityDays });
  const args = ["--issue", "--login-id", loginId, "--password-stdin"];
  const { code, stderr } = await user.run(args, { stdin: `${password}\n` });
  assertEquals(code, 0, stderr);
  return loginId;
}

/** The app on that desktop, while it runs. */
function startOn(desktop: Desktop, user: AppUser, args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: user.command(args),
    env: { ...user.env, ...desktop.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const endedEarly = output.then(({ code, stderr }) => {
    throw new Error(`the app ended with ${code} and without a notice: ${text(stderr)}`);
  });
  endedEarly.catch(() => {}); // it is to end, after its notices
  return {
    output,
    nextNotice: () => Promise.race([desktop.nextNotice(), endedEarly]),
    stop: () => child.kill("SIGTERM"),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended, as it should.
      }
      await output;
    },
  };
}

function text(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}

Deno.test({
  name: "the check shows a due notice once, and its button opens the app",
  ignore,
  async fn() {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    await using desktop = await startDesktop();
    const browser = await addWatchedBrowser(user);
    const loginId = await issueFor(user, demo, 14);

    await using check = startOn(desktop, browser.user, ["--remind", "check"]);
    const first = await check.nextNotice();
    assertEquals([first.title, first.urgency, first.buttons], [
      "電子証明書の有効期限まで、あと14日です",
      "NORMAL",
      [],
    ]);
    assertStringIncludes(first.body, loginId);
    assertEquals((await check.nextNotice()).buttons, ["アプリを開く"]);
    await desktop.pressButton();
    const { origin, hash } = new URL(await browser.opened());
    assertMatch(hash, /^#.+/); // the one-time key
    const second = await user.run(["--no-browser", "--json"]);
    assertEquals(new URL(JSON.parse(second.stdout).app).origin, origin, "the app that the button opened");
    check.stop();
    const ended = await check.output;
    assertEquals([ended.code, text(ended.stderr)], [0, ""]);

    const again = await browser.user.run(["--remind", "check"]);
    assertEquals(
      again,
      { code: 0, stdout: "", stderr: "" },
      "a second one would fail here, without a desktop",
    );
    const { stdout } = await user.run(["--status", "--json"]);
    const { certificates, reminders } = JSON.parse(stdout);
    assertEquals([certificates[0].daysLeft, certificates[0].isRenewalOpen], [14, true]);
    assert(Date.now() - Date.parse(reminders.lastCheck) < 600_000);
  },
});

Deno.test({
  name: "a notice that is closed opens nothing, and the check ends in silence",
  ignore,
  async fn() {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo, { language: "en" });
    await using desktop = await startDesktop();
    const browser = await addWatchedBrowser(user);
    await issueFor(user, demo, 3);
    await using check = startOn(desktop, browser.user, ["--remind", "check"]);
    const notice = await check.nextNotice();
    assertEquals([notice.title, notice.urgency], ["Your certificate expires in 3 days", "CRITICAL"]);
    await check.nextNotice();
    await desktop.closeAll();
    const { code, stdout, stderr } = await check.output;
    assertEquals([code, text(stdout), text(stderr)], [0, "", ""]);
    assertEquals(await browser.count(), 0);
  },
});

Deno.test({
  name: "--remind test shows a notice, and says where nothing can show one",
  ignore,
  async fn() {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    await using desktop = await startDesktop();
    const browser = await addWatchedBrowser(user);
    await using test = startOn(desktop, browser.user, ["--remind", "test", "--json"]);
    assertEquals((await test.nextNotice()).title, "有効期限のお知らせのテスト");
    await test.nextNotice();
    await desktop.closeAll();
    assertEquals(text((await test.output).stdout), '{"ok":true,"shown":true}\n');

    const { code, stderr } = await user.run(["--remind", "test"]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "(H609e)");
    assertStringIncludes(stderr, ".ics");
  },
});
