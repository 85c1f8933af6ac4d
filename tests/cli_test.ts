/** Story: the app without a browser, as scripts and administrators use it; a real child process each time. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import manifest from "../deno.json" with { type: "json" };
import { EXIT_CODES, NEEDS_RENEWAL_CODES } from "../src/cli/exit_codes.ts";
import { FLAGS } from "../src/config.ts";
import { findProgram } from "../src/platform/run.ts";
import { type AppUser, createAppUser, startApp } from "./support/app.ts";
import { type DemoAuthority, startDemoAuthority } from "./support/demo_authority.ts";

/** A user of an authority that lives as long as the test. */
async function withUser(
  test: (user: AppUser, demo: DemoAuthority) => Promise<void>,
  language: "ja" | "en" = "ja",
): Promise<void> {
  await using demo = await startDemoAuthority();
  await using user = await createAppUser(demo, { language });
  await test(user, demo);
}

Deno.test("--version is deno.json's, and --help names all flags and exit codes", () =>
  withUser(async (user) => {
    assertEquals((await user.run(["--version"])).stdout, `${manifest.version}\n`);
    for (const language of ["ja", "en"] as const) {
      const { code, stdout } = await user.run(["--help", "--lang", language]);
      assertEquals(code, 0);
      for (const [number, meaning] of Object.entries(EXIT_CODES)) {
        assertStringIncludes(stdout, `${number}  ${meaning[language]}`);
      }
      for (const flag of FLAGS) assertMatch(stdout, new RegExp(`--${flag}\\b`), flag);
      for (const [number, meaning] of Object.entries(NEEDS_RENEWAL_CODES)) {
        assertStringIncludes(stdout, `${number}  ${meaning[language]}`);
      }
      for (const name of ["HAKKO_PASSWORD", "HAKKO_STEP", "HAKKO_LOGIN_ID"]) {
        assertStringIncludes(stdout, name);
      }
    }
  }));

Deno.test("a wrong command line ends with 2, in the language and form that it asks for", () =>
  withUser(async (user) => {
    const text = await user.run(["--bogus", "--lang", "en"]);
    assertEquals([text.code, text.stdout], [2, ""]);
    assertStringIncludes(text.stderr, "there is no --bogus (H601e)\nSee --help\n");
    const json = await user.run(["--list", "--issue", "--json"]);
    assertEquals([json.code, json.stderr], [2, ""]);
    assertEquals(JSON.parse(json.stdout).code, "H601e");
  }));

Deno.test("a wrong profile ends with 2 and names its first wrong field", () =>
  withUser(async (user) => {
    const profile = JSON.parse(await Deno.readTextFile(user.profilePath));
    await Deno.writeTextFile(user.profilePath, JSON.stringify({ ...profile, uriScheme: "no scheme" }));
    for (
      const command of [["--list"], ["--issue", "--login-id", "a", "--password-stdin"], ["--no-browser"]]
    ) {
      const { code, stdout } = await user.run([...command, "--json"], { stdin: "x\n" });
      assertEquals(code, 2, command.join(" "));
      assertStringIncludes(JSON.parse(stdout).message, "uriScheme");
    }
  }));

Deno.test("--issue puts a certificate into the keystore, and --list shows it", () =>
  withUser(async (user, demo) => {
    const { loginId, password, name } = await demo.addAccount();
    assertEquals(JSON.parse((await user.run(["--list", "--json"])).stdout), { ok: true, certificates: [] });

    const issued = await user.run(["--issue", "--login-id", loginId, "--password-stdin", "--json"], {
      stdin: `${password}\n`,
    });
    assertEquals([issued.code, issued.stderr], [0, ""]);
    const { ok, certificate, correlationId, resumed } = JSON.parse(issued.stdout);
    assertEquals([ok, resumed, certificate.holder, certificate.loginId], [true, false, name, loginId]);
    assertEquals(certificate.storedAt, user.nssDatabase);
    assertMatch(correlationId, /^[0-9a-f]{16,32}$/);

    const { certificates } = JSON.parse((await user.run(["--list", "--json"])).stdout);
    assertEquals(certificates.map((one: { serial: string }) => one.serial), [certificate.serial]);
    const table = await user.run(["--list"]);
    assertStringIncludes(table.stdout, name);
    assertStringIncludes(table.stdout, certificate.serial);

    const log = await user.readLog();
    assertStringIncludes(log, correlationId);
    assertNotMatch(log, new RegExp(password));
  }));

Deno.test("--issue for people says who, until when, where, and what to do next", () =>
  withUser(async (user, demo) => {
    const { loginId, password, name } = await demo.addAccount();
    const { code, stdout } = await user.run(["--issue", "--login-id", loginId, "--password-stdin"], {
      stdin: password,
    });
    assertEquals(code, 0);
    for (const text of [name, loginId, "有効期限", user.nssDatabase, "ブラウザも全て一旦閉じてください"]) {
      assertStringIncludes(stdout, text);
    }
  }));

Deno.test("what the authority refuses ends with 3, a code, one next step and an ID that is in the log", () =>
  withUser(async (user, demo) => {
    const known = await demo.addAccount();
    const disabled = await demo.addAccount({ isDisabled: true });
    const odd = await demo.addAccount({ steps: ["password", "palm-vein"] });
    await demo.acquire(known);
    const cases = [
      [known.loginId, "wrong", "H101e"],
      ["nobody", "wrong", "H101e"],
      [known.loginId, known.password, "H103e"],
      [disabled.loginId, disabled.password, "H108e"],
      [odd.loginId, odd.password, "G004e"],
    ] as const;
    for (const [loginId, password, expected] of cases) {
      const { code, stdout } = await user.run(
        ["--issue", "--login-id", loginId, "--password-stdin", "--json", "--lang", "en"],
        { stdin: `${password}\n` },
      );
      const answer = JSON.parse(stdout);
      assertEquals([code, answer.ok, answer.code], [3, false, expected]);
      assert(answer.message.length > 0 && answer.advice.length > 0);
      assertStringIncludes(await user.readLog(), answer.correlationId);
    }
  }));

Deno.test("a login ID or password that cannot be one ends with 2 and G006e", () =>
  withUser(async (user) => {
    for (const [loginId, password] of [["with blank", "x"], ["a".repeat(65), "x"], ["a", ""]] as const) {
      const { code, stdout } = await user.run(
        ["--issue", "--login-id", loginId, "--password-stdin", "--json"],
        { stdin: `${password}\n` },
      );
      assertEquals([code, JSON.parse(stdout).code], [2, "G006e"]);
    }
  }));

Deno.test("an authority that is down ends with 4 and G008e; the list works without it", async () => {
  const demo = await startDemoAuthority();
  await using user = await createAppUser(demo);
  await demo[Symbol.asyncDispose]();
  const { code, stdout } = await user.run(["--issue", "--login-id", "a", "--password-stdin", "--json"], {
    stdin: "x\n",
  });
  assertEquals([code, JSON.parse(stdout).code], [4, "G008e"]);
  assertEquals((await user.run(["--list"])).code, 0);
});

Deno.test("a keystore whose tools are missing ends with 5 and names the package", () =>
  withUser(async (user, demo) => {
    const profile = JSON.parse(await Deno.readTextFile(user.profilePath));
    await Deno.writeTextFile(user.profilePath, JSON.stringify({ ...profile, keystore: { kind: "os" } }));
    const { loginId, password } = await demo.addAccount();
    const args = user.command(["--issue", "--login-id", loginId, "--password-stdin", "--json"]);
    const child = new Deno.Command(Deno.execPath(), {
      args,
      env: { ...user.env, PATH: "/nowhere" },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${password}\n`));
    await writer.close();
    const { code, stdout } = await child.output();
    const answer = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals([code, answer.code], [5, "H501e"]);
    assertStringIncludes(answer.advice, "libnss3-tools");
  }));

Deno.test("without a terminal nothing is asked: 2, and the flag that would answer", () =>
  withUser(async (user) => {
    const noPassword = await user.run(["--issue", "--login-id", "a"]);
    assertEquals(noPassword.code, 2);
    assertStringIncludes(noPassword.stderr, "--password-stdin");
    const noLoginId = await user.run(["--issue", "--password-stdin"], { stdin: "x\n" });
    assertEquals(noLoginId.code, 2);
    assertStringIncludes(noLoginId.stderr, "--login-id");
  }));

Deno.test({
  name: "on a terminal it asks for what is missing, and shows no password",
  ignore: findProgram("script") === undefined,
  fn: () =>
    withUser(async (user, demo) => {
      const { loginId, password } = await demo.addAccount();
      const command = [Deno.execPath(), ...user.command(["--issue"])].map((word) => `'${word}'`).join(" ");
      // script(1) gives the app a terminal; what it shows comes out here.
      const child = new Deno.Command(findProgram("script")!, {
        args: ["--quiet", "--return", "--command", command, "/dev/null"],
        env: { ...user.env, TERM: "xterm" },
        clearEnv: true,
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      const type = (text: string) => writer.write(new TextEncoder().encode(text));
      let screen = "";
      let typed = 0;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        screen += text;
        if (typed === 0 && screen.includes("ログインID")) typed = (await type(`${loginId}\r`), 1);
        else if (typed === 1 && screen.includes("パスワード")) typed = (await type(`${password}\r`), 2);
      }
      assertEquals((await child.status).code, 0, screen);
      await writer.close().catch(() => {});
      assertStringIncludes(screen, "証明書を取得しました。");
      assertNotMatch(screen, new RegExp(password));
    }),
});

Deno.test("a second start shows the page of the app that runs, and Ctrl-C ends it with 0", async () => {
  await using demo = await startDemoAuthority();
  await using app = await startApp(demo);
  const again = await app.user.run(["--no-browser", "--json"]);
  const { app: url } = JSON.parse(again.stdout);
  assertEquals([again.code, new URL(url).origin], [0, app.origin]);
  assert(new URL(url).hash !== new URL(app.url).hash, "each launch has a key of its own");
  const { pid } = JSON.parse(await Deno.readTextFile(`${app.user.stateDir}/instance.json`));
  Deno.kill(pid, "SIGINT");
  assertEquals((await app.ended).code, 0);
  const log = await app.user.readLog();
  assertStringIncludes(log, "app.ended");
  assertNotMatch(log, new RegExp(new URL(url).hash.slice(3)));
});

Deno.test("a state folder that cannot be written is said so, and nothing else happens", () =>
  withUser(async (user) => {
    const file = `${user.home}/file`;
    await Deno.writeTextFile(file, "");
    const { code, stdout } = await user.run(["--no-browser", "--json", `--state-dir=${file}/state`]);
    // The second --state-dir is one too many; only the environment can say it differently here.
    assertEquals([code, JSON.parse(stdout).code], [2, "H601e"]);
    const args = user.command(["--no-browser", "--json"]);
    args[args.indexOf("--state-dir") + 1] = `${file}/state`;
    const ended = await new Deno.Command(Deno.execPath(), { args, env: user.env, clearEnv: true }).output();
    assertEquals([ended.code, JSON.parse(new TextDecoder().decode(ended.stdout)).code], [1, "H604e"]);
  }));
