/**
 * Story: renewal without the page, on a terminal and without one, against the real authority; a real child process
 * each time.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import type { AuthorityConfig } from "../src/authority/config.ts";
import { addTestTokens, testQuestion } from "../src/authority/testing.ts";
import { findProgram } from "../src/platform/run.ts";
import { type AppUser, createAppUser, type Ended } from "./support/app.ts";
import { type DemoAuthority, startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { readDevice, type TokenDevice, writeDevice } from "./support/token_device.ts";

const ALL_STEPS = ["password", "transaction", "otp", "otp-time-sync", "question"];
const SECRET = new TextEncoder().encode("12345678901234567890123456789012");
const REPLY = "ポチ";

/** Somebody with a certificate on their PC. */
interface Holder {
  demo: DemoAuthority;
  user: AppUser;
  account: TestAccount;
  device: TokenDevice;
  /** A command for `--otp-command`. */
  otpCommand: string;
  /** Serial number of their certificate. */
  serial: string;
}

/** Issues with the password alone; renewals ask for what the test says. */
async function withHolder(
  { steps = ["password"], validityDays = 30 }: { steps?: string[]; validityDays?: number | null },
  test: (holder: Holder) => Promise<void>,
): Promise<void> {
  const config = (config: AuthorityConfig): AuthorityConfig => ({
    ...config,
    policy: { ...config.policy, renew: { ...config.policy.renew, user: steps } },
  });
  await using demo = await startDemoAuthority({ config });
  await using user = await createAppUser(demo);
  const question = await testQuestion(REPLY);
  const account = await demo.addAccount({ steps: [], validityDays, question });
  const device = { secret: SECRET, reply: REPLY };
  const kinds = ["transaction", "otp", "otp-time-sync"] as const;
  await addTestTokens(demo, { ...account, kinds, secret: SECRET });
  const otpCommand = await writeDevice(`${user.home}/device.json`, device);
  const issued = await user.run(["--issue", "--login-id", account.loginId, "--password-stdin", "--json"], {
    stdin: `${account.password}\n`,
  });
  assertEquals(issued.code, 0, issued.stdout + issued.stderr);
  const { serial } = JSON.parse(issued.stdout).certificate;
  await test({ demo, user, account, device, otpCommand, serial });
}

/** With the password from the environment and answers as JSON. */
function renew({ user, account }: Holder, ...flags: string[]): Promise<Ended> {
  return user.run(["--renew", "--json", ...flags], { env: { HAKKO_PASSWORD: account.password } });
}

async function serials(user: AppUser): Promise<string[]> {
  const { certificates } = JSON.parse((await user.run(["--list", "--json"])).stdout);
  return certificates.map((one: { serial: string }) => one.serial);
}

/** The new certificate has taken the old one's place, here and at the authority. */
async function assertRenewed({ demo, user, account, serial }: Holder, renewed: string): Promise<void> {
  assert(renewed !== serial);
  assertEquals(await serials(user), [renewed]);
  const records = await demo.authority.store.listCertificates(account.loginId);
  const state = (serial: string) => records.find((record) => record.serial === serial);
  assertEquals(state(renewed)?.state, "confirmed");
  assertEquals([state(serial)?.state, state(serial)?.revocationReason], ["revoked", "superseded"]);
}

Deno.test("--renew asks nobody: password from the environment, all other answers from a command", () =>
  withHolder({ steps: ALL_STEPS }, async (holder) => {
    const { code, stdout, stderr } = await renew(holder, "--otp-command", holder.otpCommand);
    assertEquals([code, stderr], [0, ""], stdout);
    const { certificate, renewed, resumed } = JSON.parse(stdout);
    assertEquals([renewed, resumed, certificate.loginId], [holder.serial, false, holder.account.loginId]);
    await assertRenewed(holder, certificate.serial);
    const log = await holder.user.readLog();
    for (const secret of [holder.account.password, REPLY]) assertNotMatch(log, new RegExp(secret));
  }));

Deno.test({
  name: "--renew names the browsers that must be closed",
  ignore: findProgram("ps") === undefined,
  fn: () =>
    withHolder({}, async (holder) => {
      const { user, account } = holder;
      const firefox = `${user.home}/firefox`; // by its name, which is all that can be seen of it
      await Deno.copyFile(findProgram("sleep")!, firefox);
      await Deno.chmod(firefox, 0o700);
      const browser = new Deno.Command(firefox, { args: ["600"] }).spawn();
      try {
        const { stdout } = await user.run(["--renew"], { env: { HAKKO_PASSWORD: account.password } });
        assertMatch(stdout, /ブラウザも全て一旦閉じてください。\n起動中のブラウザ: .*Firefox/);
      } finally {
        browser.kill();
        await browser.status;
      }
    }),
});

Deno.test("--renew takes the password from stdin, and the certificate by any writing of its number", () =>
  withHolder({ steps: ["password", "question"] }, async (holder) => {
    const { user, account, otpCommand } = holder;
    const serial = holder.serial.toUpperCase().replace(/..(?=.)/g, "$&:");
    const { code, stdout } = await user.run(
      ["--renew", "--serial", serial, "--password-stdin", "--otp-command", otpCommand],
      { stdin: `${account.password}\n` },
    );
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "証明書を更新しました。");
    await assertRenewed(holder, (await serials(user))[0]!);
  }));

Deno.test("the command for the answers does not see the password", () =>
  withHolder({ steps: ["password", "question"] }, async (holder) => {
    const seen = `${holder.user.home}/seen`;
    const { user, account } = holder;
    const { code } = await user.run(
      ["--renew", "--otp-command", `env > '${seen}'; echo ${REPLY}`],
      { env: { HAKKO_PASSWORD: account.password, GPG_TTY: "/dev/pts/7" } },
    );
    assertEquals(code, 0);
    const environment = await Deno.readTextFile(seen);
    assertMatch(environment, /^HAKKO_STEP=question$/m);
    assertMatch(environment, /^GPG_TTY=\/dev\/pts\/7$/m);
    assertMatch(environment, new RegExp(`^HAKKO_LOGIN_ID=${holder.account.loginId}$`, "m"));
    assertNotMatch(environment, new RegExp(holder.account.password));
  }));

Deno.test("the command for the answers runs whatever the dynamic loader has been told", () =>
  withHolder({ steps: ["password", "question"] }, async ({ user, account }) => {
    const { code, stdout } = await user.run(
      ["--renew", "--json", "--otp-command", `test -z "$LD_LIBRARY_PATH$LD_OF_TOMORROW" && echo ${REPLY}`],
      // Deno would start no program that inherits one of these.
      { env: { HAKKO_PASSWORD: account.password, LD_LIBRARY_PATH: "/nowhere", LD_OF_TOMORROW: "x" } },
    );
    assertEquals(code, 0, stdout);
  }));

Deno.test("without a terminal there is one try: a wrong answer ends the run, and the old certificate stays", () =>
  withHolder({ steps: ["password", "otp"] }, async (holder) => {
    const runs = `${holder.user.home}/runs`;
    const { code, stdout } = await renew(holder, "--otp-command", `echo x >> '${runs}'; echo 0000000`);
    assertEquals([code, JSON.parse(stdout).code], [2, "H608e"], "seven digits are no code");
    const [right] = await readDevice(holder.device, { step: "otp", code: "" });
    const wrong = right!.replace(/.$/, (last) => String((Number(last) + 5) % 10));
    const refused = await renew(holder, "--otp-command", `echo x >> '${runs}'; echo ${wrong}`);
    assertEquals([refused.code, JSON.parse(refused.stdout).code], [3, "H115e"]);
    assertEquals(await Deno.readTextFile(runs), "x\nx\n");
    assertEquals(await serials(holder.user), [holder.serial]);
  }));

Deno.test("what nobody can answer ends with 2 and names the flag that would", () =>
  withHolder({ steps: ["password", "question"] }, async (holder) => {
    const noPassword = await holder.user.run(["--renew"]);
    assertEquals(noPassword.code, 2);
    assertStringIncludes(noPassword.stderr, "--password-stdin");
    const noAnswer = await renew(holder);
    assertEquals(noAnswer.code, 2);
    assertStringIncludes(JSON.parse(noAnswer.stdout).advice, "--otp-command");
    const failing = await renew(holder, "--otp-command", "exit 3");
    assertEquals([failing.code, JSON.parse(failing.stdout).code], [2, "H608e"]);
  }));

Deno.test("a certificate that is not due: 3 for --renew, 0 with --if-due, 1 from --needs-renewal", () =>
  withHolder({ validityDays: null }, async (holder) => {
    const { demo, user, serial } = holder;
    const early = await renew(holder);
    assertEquals([early.code, JSON.parse(early.stdout).code], [3, "H117e"]);
    assert(!demo.log.text().includes(JSON.parse(early.stdout).correlationId), "nothing was sent");
    const ifDue = await user.run(["--renew", "--if-due"]);
    assertEquals([ifDue.code, ifDue.stderr], [0, ""]);
    assertStringIncludes(ifDue.stdout, "更新の時期ではありません");
    assertEquals(await user.run(["--needs-renewal"]), { code: 1, stdout: "", stderr: "" });
    assertEquals(JSON.parse((await user.run(["--needs-renewal", "--json"])).stdout).due, false);
    // Named, it is for the authority to refuse.
    const named = await renew(holder, "--serial", serial);
    assertEquals([named.code, JSON.parse(named.stdout).code], [3, "H117e"]);
    assert(demo.log.text().includes(JSON.parse(named.stdout).correlationId));
    assertEquals((await renew(holder, "--serial", serial, "--if-due")).code, 0);
  }));

Deno.test("--needs-renewal: 0 if due, 2 without a certificate, 255 if it cannot tell, and says nothing but errors", () =>
  withHolder({}, async ({ user, serial }) => {
    const silent = { stdout: "", stderr: "" };
    assertEquals(await user.run(["--needs-renewal"]), { code: 0, ...silent });
    assertEquals(await user.run(["--needs-renewal", "--serial", serial]), { code: 0, ...silent });
    assertEquals(await user.run(["--needs-renewal", "--serial", "0badc0de"]), { code: 2, ...silent });
    const bogus = await user.run(["--needs-renewal", "--bogus"]);
    assertEquals([bogus.code, bogus.stdout], [255, ""]);
    assertStringIncludes(bogus.stderr, "H601e");
    const valued = await user.run(["--needs-renewal=1"]);
    assertEquals([valued.code, valued.stdout], [255, ""]);
    assertStringIncludes(valued.stderr, "H601e");
    await Deno.writeTextFile(user.profilePath, "{}");
    const broken = await user.run(["--needs-renewal"]);
    assertEquals([broken.code, broken.stdout], [255, ""]);
    assertStringIncludes(broken.stderr, "H603e");
  }));

Deno.test("a revoked certificate and one that is not here are not renewed", () =>
  withHolder({}, async (holder) => {
    const missing = await renew(holder, "--serial", "0badc0de");
    assertEquals([missing.code, JSON.parse(missing.stdout).code], [5, "H311e"]);
    await holder.demo.revoke(holder.serial);
    const revoked = await renew(holder);
    assertEquals([revoked.code, JSON.parse(revoked.stdout).code], [3, "H119e"]);
  }));

Deno.test("an authority that opens later than the profile says is no failure to --if-due", () =>
  withHolder({ validityDays: 45 }, async (holder) => {
    const profile = JSON.parse(await Deno.readTextFile(holder.user.profilePath));
    const renewal = { opensDaysBefore: 50 };
    await Deno.writeTextFile(holder.user.profilePath, JSON.stringify({ ...profile, renewal }));
    assertEquals((await holder.user.run(["--needs-renewal"])).code, 0);
    const early = await renew(holder);
    assertEquals([early.code, JSON.parse(early.stdout).code], [3, "H117e"]);
    const ifDue = await renew(holder, "--if-due");
    assertEquals([ifDue.code, JSON.parse(ifDue.stdout).due], [0, false]);
  }));

Deno.test("--issue takes its answers from the same places", () =>
  withHolder({}, async ({ demo, user, otpCommand, device }) => {
    const account = await demo.addAccount({ steps: ["password", "otp"] });
    await addTestTokens(demo, { ...account, kinds: ["otp"], secret: device.secret });
    const { code, stdout } = await user.run(
      ["--issue", "--login-id", account.loginId, "--otp-command", otpCommand, "--json"],
      { env: { HAKKO_PASSWORD: account.password } },
    );
    assertEquals(code, 0, stdout);
    assertEquals(JSON.parse(stdout).certificate.loginId, account.loginId);
  }));

Deno.test("--issue while a certificate of that login ID is here sends nothing, unless --again", () =>
  withHolder({}, async ({ demo, user, account, serial }) => {
    const before = await demo.authority.store.auditHead();
    const issue = (...flags: string[]) =>
      user.run(["--issue", "--login-id", account.loginId, "--password-stdin", "--json", ...flags], {
        stdin: `${account.password}\n`,
      });
    const held = await issue();
    assertEquals([held.code, JSON.parse(held.stdout).code], [3, "H308e"]);
    assertEquals(await demo.authority.store.auditHead(), before);
    const again = await issue("--again");
    assertEquals([again.code, JSON.parse(again.stdout).code], [3, "H103e"], "now the authority refuses");
    await demo.revoke(serial);
    assertEquals((await issue("--again")).code, 0);
  }));

Deno.test("of two runs at once one renews and the other is refused", () =>
  withHolder({}, async (holder) => {
    using held = holdIssuance(holder.demo.authority.store);
    const first = renew(holder);
    await held.reached;
    const second = await renew(holder);
    assertEquals([second.code, JSON.parse(second.stdout).code], [1, "H303e"]);
    assertEquals((await holder.user.run(["--needs-renewal"])).code, 0, "asking is no run");
    held.release();
    const { code, stdout } = await first;
    assertEquals(code, 0, stdout);
    await assertRenewed(holder, JSON.parse(stdout).certificate.serial);
  }));

Deno.test("a run that is told to end while a command ponders gives up at once", () =>
  withHolder({ steps: ["password", "otp"] }, async ({ demo, user, account }) => {
    const pipe = `${user.home}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const child = new Deno.Command(Deno.execPath(), {
      args: user.command(["--renew", "--json", "--otp-command", `echo asked > '${pipe}'; sleep 20; echo 1`]),
      env: { ...user.env, HAKKO_PASSWORD: account.password },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    assertEquals(await Deno.readTextFile(pipe), "asked\n");
    child.kill("SIGTERM");
    const { code, stdout } = await child.output();
    assertEquals([code, JSON.parse(new TextDecoder().decode(stdout)).code], [1, "H304i"]);
    assertEquals((await demo.authority.store.listCertificates(account.loginId)).length, 1);
  }));

Deno.test("what a killed run left is finished by the next one, without a password", () =>
  withHolder({}, async (holder) => {
    const { demo, user, account } = holder;
    const held = holdIssuance(demo.authority.store);
    const child = new Deno.Command(Deno.execPath(), {
      args: user.command(["--renew", "--json"]),
      env: { ...user.env, HAKKO_PASSWORD: account.password },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await held.reached;
    child.kill("SIGKILL");
    await child.status;
    held.release();
    const { code, stdout } = await user.run(["--renew", "--json"]);
    assertEquals(code, 0, stdout);
    const { certificate, resumed } = JSON.parse(stdout);
    assertEquals(resumed, true);
    await assertRenewed(holder, certificate.serial);
  }));

Deno.test({
  name: "on a terminal it draws the 2D code, asks step by step, and again after a wrong number",
  ignore: findProgram("script") === undefined,
  fn: () =>
    withHolder({ steps: ALL_STEPS }, async (holder) => {
      const { user, account, device } = holder;
      const terminal = openTerminal(user, ["--renew"]);
      await terminal.type("ログインパスワード", "wrong-password");
      await terminal.see("H101e");
      await terminal.type("ログインパスワード", account.password);
      await terminal.see("████");
      const [, code] = await terminal.see(/貼り付けてください:\r\n(\S+)\r\n/);
      const [number] = await readDevice(device, { step: "transaction", code: code! });
      await terminal.type(
        "トランザクション認証番号",
        number!.replace(/.$/, (last) => String((Number(last) + 5) % 10)),
      );
      await terminal.see("H115e");
      await terminal.type("トランザクション認証番号", number!);
      const [otp] = await readDevice(device, { step: "otp", code: "" });
      await terminal.type("ワンタイムパスワード", `${otp!.slice(0, 3)} ${otp!.slice(3)}`);
      const [current, next] = await readDevice(device, { step: "otp-time-sync", code: "" });
      await terminal.type("現在", current!);
      await terminal.type("1分後", next!);
      await terminal.see("ペットの名前は?");
      await terminal.type("回答", REPLY);
      const { code: exit, screen } = await terminal.ended();
      assertEquals(exit, 0, screen);
      assertStringIncludes(screen, "証明書を更新しました。");
      assertNotMatch(screen, new RegExp(`${account.password}|wrong-password`));
      await assertRenewed(holder, (await serials(user))[0]!);
    }),
});

/** A terminal, by script(1), and who sits there. */
function openTerminal(user: AppUser, args: readonly string[]) {
  const command = [Deno.execPath(), ...user.command(args)].map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command(findProgram("script")!, {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    env: { ...user.env, TERM: "xterm" },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let screen = "";
  let seen = 0;

  /** Reads until the text is there, behind what was seen before. @returns The match. */
  async function see(text: string | RegExp): Promise<RegExpExecArray> {
    const pattern = typeof text === "string" ? new RegExp(RegExp.escape(text)) : text;
    for (;;) {
      const found = pattern.exec(screen.slice(seen));
      if (found !== null) {
        seen += found.index + found[0].length;
        return found;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error(`the terminal never showed ${pattern}:\n${screen}`);
      screen += value;
    }
  }
  return {
    see,
    /** Waits for a prompt and types a line. */
    async type(prompt: string, line: string): Promise<void> {
      await see(new RegExp(`\\? [^\\r\\n]*${RegExp.escape(prompt)}`));
      await writer.write(new TextEncoder().encode(`${line}\r`));
    },
    async ended(): Promise<{ code: number; screen: string }> {
      for (let read = await reader.read(); !read.done; read = await reader.read()) screen += read.value;
      const { code } = await child.status;
      await writer.close().catch(() => {});
      return { code, screen };
    },
  };
}
