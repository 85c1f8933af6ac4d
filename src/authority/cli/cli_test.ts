/** The command line as a child process, under the permissions that it ships with. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { openLibcrypto } from "../ca/libcrypto.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { CHEAP_SCRYPT } from "../testing.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

interface Result {
  code: number;
  stdout: string;
  stderr: string;
  // deno-lint-ignore no-explicit-any -- tests look at any shape
  json: any;
}

function command(args: string[], stdin: "piped" | "null"): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=authority", "src/authority/main.ts", ...args],
    cwd: ROOT,
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(args: string[], input?: string): Promise<Result> {
  const child = command(args, input === undefined ? "null" : "piped").spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const output = await child.output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  const [line = ""] = stdout.split("\n", 1);
  return { code: output.code, stdout, stderr, json: line.startsWith("{") ? JSON.parse(line) : undefined };
}

async function makeDirectory() {
  const parent = await Deno.makeTempDir({ prefix: "hakko-cli-" });
  const port = { port: 0 };
  const config = {
    ...DEFAULT_CONFIG,
    endpoints: { api: port, portal: port, certificateLogin: port, publication: port },
    registration: { ...DEFAULT_CONFIG.registration, scrypt: CHEAP_SCRYPT },
  };
  const configPath = join(parent, "initial.json");
  await Deno.writeTextFile(configPath, JSON.stringify(config));
  const directory = join(parent, "authority");
  return {
    parent,
    directory,
    init: (...flags: string[]) =>
      run(["init", "--directory", directory, "--config", configPath, "--key-algorithm", "p256", ...flags]),
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

Deno.test("authority CLI: makes an authority, its users, and a whole audit log", async () => {
  await using place = await makeDirectory();
  const { directory } = place;
  const made = await place.init("--json");
  assertEquals([made.code, made.json.ok], [0, true], made.stderr);
  assertStringIncludes(made.json.rootPem, "BEGIN CERTIFICATE");
  for await (const { name } of Deno.readDir(join(directory, "pki"))) {
    const { mode } = await Deno.stat(join(directory, "pki", name));
    if (name.endsWith(".key.pem") && Deno.build.os !== "windows") assertEquals(mode! & 0o777, 0o600, name);
  }
  const person = ["--name", "山田 花子", "--company", "厚生商事", "--password-stdin"];
  const added = await run(
    ["user", "add", "--directory", directory, "--login-id", "hanako", ...person],
    "secret\n",
  );
  assertEquals([added.code, added.stdout], [0, "Added hanako\n"], added.stderr);
  const again = await run(
    ["user", "add", "--directory", directory, "--login-id", "hanako", ...person],
    "secret\n",
  );
  assertEquals(again.code, 2);
  assertStringIncludes(again.stderr, 'there is a user "hanako" already');

  const list = await run(["user", "list", "--directory", directory, "--json"]);
  assertEquals(list.json.users, [{
    loginId: "hanako",
    name: "山田 花子",
    company: "厚生商事",
    role: "user",
    steps: ["password"],
    isDisabled: false,
    certificates: [],
  }]);
  assertStringIncludes((await run(["user", "list", "--directory", directory])).stdout, "山田 花子");

  const verified = await run(["audit", "verify", "--directory", directory, "--json"]);
  assertEquals([verified.code, verified.json.ok, verified.json.lines], [0, true, 2]);
  assertEquals((await place.init()).code, 2);
});

Deno.test("authority CLI: serves with libcrypto where it is, obeys commands meanwhile, and stops when told", async () => {
  await using place = await makeDirectory();
  const { directory } = place;
  const { json: { rootPem } } = await place.init("--json");
  const child = command(["serve", "--directory", directory, "--json"], "null").spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { ready, urls } = JSON.parse(value!);
  assertEquals(ready, true);
  using client = Deno.createHttpClient({ caCerts: [rootPem] });
  async function status() {
    return await (await fetch(`${urls.api}/api/v1/status`, { client })).json();
  }
  assertEquals((await status()).maintenance, null);
  assertEquals((await run(["maintenance", "on", "18時まで", "--directory", directory])).code, 0);
  assertEquals((await status()).maintenance, "18時まで");
  assertEquals((await run(["maintenance", "off", "--directory", directory])).code, 0);
  assertEquals((await status()).maintenance, null);
  const page = await fetch(urls.portal, { client });
  assertStringIncludes(await page.text(), "電子証明書発行");
  const nothing = await run(["revoke", "--directory", directory, "--login-id", "nobody", "--json"]);
  assertEquals([nothing.code, nothing.json.code], [1, "H112e"]);

  child.kill("SIGTERM");
  reader.releaseLock();
  const output = await child.status;
  await child.stderr.cancel();
  assertEquals(output.code, 0);
  const log = await Deno.readTextFile(join(directory, "authority.log"));
  assertMatch(log, /"event":"authority\/stopped"/);
  assertStringIncludes(log, `"signer":"${openLibcrypto() ? "libcrypto" : "webcrypto"}"`);
  const verified = await run(["audit", "verify", "--directory", directory, "--json"]);
  assertEquals(verified.json.ok, true);
  assertEquals(verified.json.anchored.seq, verified.json.lines);
});

Deno.test("authority CLI: encrypts the keys with passphrases from files", async () => {
  await using place = await makeDirectory();
  const passphraseFile = join(place.parent, "passphrase");
  const rootKey = join(place.parent, "root.key.pem");
  await Deno.writeTextFile(passphraseFile, "correct horse\n");
  const made = await place.init(
    ...["--key-passphrase-file", passphraseFile, "--root-key-out", rootKey],
    ...["--root-passphrase-file", passphraseFile],
  );
  assertEquals(made.code, 0, made.stderr);
  for (const path of [rootKey, join(place.directory, "pki/issuing.key.pem")]) {
    assertStringIncludes(await Deno.readTextFile(path), "BEGIN ENCRYPTED PRIVATE KEY");
  }
  const refused = await run(["serve", "--directory", place.directory]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "a passphrase is needed");
  const child = command(
    ["serve", "--json", "--directory", place.directory, "--key-passphrase-file", passphraseFile],
    "null",
  ).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals(JSON.parse((await reader.read()).value!).ready, true);
  child.kill("SIGTERM");
  reader.releaseLock();
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});

const USAGE_ERRORS: readonly [args: string[], problem: string][] = [
  [["nonsense"], "there is no command"],
  [["user"], "there is no command"],
  [["init"], "--directory is missing"],
  [["init", "--directory"], "--directory needs a value"],
  [["init", "--directory", "x", "--frobnicate"], "--frobnicate is not known here"],
  [["init", "--directory", "x", "extra"], "one word too many"],
  [["init", "--directory", "x", "--key-algorithm", "dsa"], "--key-algorithm is one of"],
  [["revoke", "--directory", "x"], "either --login-id or --serial"],
  [["user", "list", "--directory", "/nowhere"], "run init first"],
];

Deno.test("authority CLI: explains wrong usage in one line and ends with 2, never with a stack", async () => {
  for (const [args, problem] of USAGE_ERRORS) {
    const { code, stderr } = await run(args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, problem);
    assert(!/^\s+at /m.test(stderr), stderr);
  }
  const { code, stdout } = await run(["--help"]);
  assertEquals(code, 0);
  for (const name of ["init", "serve", "user add", "user list", "revoke", "audit verify", "maintenance on"]) {
    assertStringIncludes(stdout, `  ${name} `.trimEnd());
  }
});

Deno.test("authority CLI: asks for nothing where there is no terminal", async () => {
  await using place = await makeDirectory();
  await place.init();
  const person = ["--login-id", "hanako", "--name", "花子", "--company", "厚生商事"];
  const { code, stderr } = await run(["user", "add", "--directory", place.directory, ...person]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--password-stdin");
});
