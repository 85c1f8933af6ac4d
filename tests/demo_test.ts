/** Story: the demo command itself, from its first line to the end of everything that it started. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { findProgram } from "../src/platform/run.ts";
import { type DemoReady, denoDirectory } from "./support/demo.ts";
import { TextLineStream } from "../scripts/text_lines.ts";

const SCRIPT = join(import.meta.dirname!, "../scripts/demo.ts");

interface Demo extends AsyncDisposable {
  home: string;
  child: Deno.ChildProcess;
  ready: DemoReady;
  stderr: Promise<string>;
}

async function startDemo(home: string, flags: string[] = []): Promise<Demo> {
  const child = demoCommand(home, ["--no-browser", "--json", "--state", `${home}/demo`, ...flags]).spawn();
  const stderr = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const { value } = await lines.read();
  if (value === undefined) throw new Error(`the demo is not ready: ${await stderr}`);
  return {
    home,
    child,
    ready: JSON.parse(value),
    stderr,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended as the test wanted.
      }
      await child.status;
      await lines.cancel();
      await stderr;
    },
  };
}

function demoCommand(home: string, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SCRIPT, ...args],
    env: { HOME: home, PATH: Deno.env.get("PATH") ?? "", DENO_DIR: denoDirectory(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function withHome(test: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "hakko-demo-" });
  try {
    await test(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Processes that were started with this folder among their arguments. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (command.includes(folder)) found.push(command.replaceAll("\0", " "));
  }
  return found;
}

async function isTrusted(home: string): Promise<boolean> {
  const certutil = findProgram("certutil")!;
  const { success } = await new Deno.Command(certutil, {
    args: ["-L", "-d", `sql:${home}/.pki/nssdb`, "-n", "Hakko demo root (not a real bank)"],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

Deno.test({
  name: "the demo says where everything is, and leaves nothing behind when it is told to end",
  ignore: findProgram("certutil") === undefined || Deno.build.os !== "linux",
  fn: () =>
    withHome(async (home) => {
      await using demo = await startDemo(home);
      const { ready } = demo;
      assertMatch(ready.app, /^http:\/\/127\.0\.0\.1:\d+\/#k=[\w-]{22}$/);
      for (const url of [ready.portal, ready.authority]) assertMatch(url, /^https:\/\/127\.0\.0\.1:\d+$/);
      assertStringIncludes(await Deno.readTextFile(ready.ca), "BEGIN CERTIFICATE");
      const profile = JSON.parse(await Deno.readTextFile(ready.profile));
      assertEquals(profile.authority.url, ready.authority);
      assertEquals(profile.keystore.kind, "auto");
      for (const { loginId, password, name, role, steps } of ready.accounts) {
        assert(loginId && password && name && role && Array.isArray(steps));
      }
      assert(ready.accounts.some(({ steps }) => steps.length > 1), "an account with an unknown step");
      assert(await isTrusted(home));
      demo.child.kill("SIGTERM");
      assertEquals((await demo.child.status).code, 0);
      assertEquals(await processesOf(home), []);
      assertEquals(await isTrusted(home), false);
    }),
});

Deno.test({
  name: "the demo keeps addresses, keys and accounts between runs, and --reset forgets them",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withHome(async (home) => {
      const runs: { addresses: string[]; root: string }[] = [];
      for (const flags of [[], [], ["--reset"]]) {
        await using demo = await startDemo(home, flags);
        const { authority, portal, ca } = demo.ready;
        runs.push({ addresses: [authority, portal], root: await Deno.readTextFile(ca) });
      }
      assertEquals(runs[1], runs[0]);
      assert(runs[2]!.root !== runs[0]!.root);
    }),
});

Deno.test({
  name: "the demo ends when one of its parts dies, and takes the others along",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withHome(async (home) => {
      await using demo = await startDemo(home);
      const { pid } = JSON.parse(await Deno.readTextFile(`${home}/demo/app/instance.json`));
      Deno.kill(pid, "SIGKILL");
      assertEquals((await demo.child.status).code, 1);
      assertStringIncludes(await demo.stderr, "the app ended");
      assertEquals(await processesOf(home), []);
    }),
});

Deno.test({
  name: "a second demo in the same folder is refused and disturbs nothing",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withHome(async (home) => {
      await using demo = await startDemo(home);
      const second = await demoCommand(home, ["--no-browser", "--json", "--state", `${home}/demo`]).output();
      assertEquals(second.code, 1);
      assertStringIncludes(new TextDecoder().decode(second.stderr), "running already");
      const http = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(demo.ready.ca)] });
      try {
        const answer = await fetch(`${demo.ready.authority}/healthz`, { client: http });
        await answer.body?.cancel();
        assertEquals(answer.status, 200);
      } finally {
        http.close();
      }
    }),
});

Deno.test("the demo refuses unknown options with 2, and explains them", () =>
  withHome(async (home) => {
    for (const args of [["--bogus"], ["--state"], ["extra"]]) {
      assertEquals((await demoCommand(home, args).output()).code, 2);
    }
    const help = await demoCommand(home, ["--help"]).output();
    assertEquals(help.code, 0);
    for (const flag of ["--no-browser", "--state DIR", "--reset", "--json"]) {
      assertStringIncludes(new TextDecoder().decode(help.stdout), flag);
    }
  }));
