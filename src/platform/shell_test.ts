import { assertEquals } from "@std/assert";
import { IN_A_GROUP, runShell, shellCall } from "./shell.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function run(command: string, changes: Partial<Parameters<typeof runShell>[1]> = {}) {
  const output = await runShell(command, {
    stdin: new Uint8Array(),
    env: {},
    timeoutMs: 30_000,
    maxBytes: 1_000,
    signal: new AbortController().signal,
    ...changes,
  });
  if (typeof output === "string") throw new Error(output);
  return output;
}

Deno.test("runShell() gives a command what it needs, and returns what it prints", async () => {
  const { code, stdout, ended } = await run('read line; echo "$line $HAKKO_STEP" | tr a-z A-Z', {
    stdin: new TextEncoder().encode("code\n"),
    env: { HAKKO_STEP: "otp" },
  });
  assertEquals([code, text(stdout), ended], [0, "CODE OTP\n", undefined]);
});

Deno.test("runShell() is content with a command that reads nothing", async () => {
  const { code, stdout } = await run("exec <&-; echo fine; exit 3", { stdin: new Uint8Array(1 << 20) });
  assertEquals([code, text(stdout)], [3, "fine\n"]);
});

Deno.test("runShell() ends a command that takes too long, even if its child holds the pipe", async () => {
  const { ended } = await run("sleep 20; echo late", { timeoutMs: 50 });
  assertEquals(ended, "too-late");
});

Deno.test("runShell() leaves nothing running of what it ends, whatever that ignores", async () => {
  const stubborn = "trap '' TERM; sleep 20";
  for (const command of ["sleep 20 | cat", `(${stubborn}) | cat`, stubborn, `(${stubborn}) & sleep 20`]) {
    await using watched = await watch();
    const stop = new AbortController();
    const running = run(`exec 9>'${watched.pipe}'; ${command}`, { signal: stop.signal });
    await watched.begun;
    stop.abort();
    assertEquals((await running).ended, "stopped");
    await watched.gone;
  }
});

Deno.test("runShell() leaves nothing running after the command itself has ended", async () => {
  await using watched = await watch();
  const { code, stdout, ended } = await run(`exec 9>'${watched.pipe}'; sleep 20 & echo fine; exit 3`);
  assertEquals([code, text(stdout), ended], [3, "fine\n", undefined]);
  await watched.gone;
});

Deno.test("runShell() lets a command clean up before it ends", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const command = `cd '${folder}'; trap 'rm -f lock; exit 1' TERM; : > lock; echo begun; sleep 20 & wait`;
    assertEquals((await run(command, { timeoutMs: 200 })).ended, "too-late");
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runShell() hands on the exit code of a command that a signal ended", async () => {
  assertEquals((await run("kill -9 $$")).code, 137);
});

Deno.test("runShell() ends a command that prints without end", async () => {
  assertEquals((await run("yes")).ended, "too-long");
});

Deno.test("runShell() ends with its caller", async () => {
  const stop = new AbortController();
  const running = run("echo begun; sleep 20", { signal: stop.signal });
  stop.abort();
  assertEquals((await running).ended, "stopped");
  assertEquals((await run("sleep 20", { signal: AbortSignal.abort() })).ended, "stopped");
});

Deno.test("shellCall() hands the command line over in one piece", () => {
  const command = `oathtool "$(cat 'a b')" | cut -c1-6`;
  const find = (name: string) => `/usr/bin/${name}`;
  assertEquals(shellCall(command, { os: "linux", env: () => undefined, find }), {
    path: "/usr/bin/sh",
    args: ["-c", IN_A_GROUP, "/usr/bin/sh", command],
    raw: false,
  });
  const env = (name: string) => name === "SystemRoot" ? "C:\\Windows" : undefined;
  assertEquals(shellCall('"C:\\My Token\\otp.exe" /n', { os: "windows", env, find }), {
    path: "C:\\Windows\\System32\\cmd.exe",
    args: ["/d", "/s", "/c", '""C:\\My Token\\otp.exe" /n"'],
    raw: true,
  });
  assertEquals(shellCall("x", { os: "linux", env, find: () => undefined }), undefined);
  assertEquals(shellCall("x", { os: "windows", env: () => undefined, find }), undefined);
});

/** A pipe that a command opens for writing: whatever it starts has it open too, and it ends when all have ended. */
async function watch(): Promise<
  AsyncDisposable & { pipe: string; begun: Promise<unknown>; gone: Promise<unknown> }
> {
  const folder = await Deno.makeTempDir();
  const pipe = `${folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const begun = Deno.open(pipe);
  return {
    pipe,
    begun,
    gone: begun.then((file) => new Response(file.readable).arrayBuffer()),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
