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
    steps: [],
    tokens: [],
    isDisabled: false,
    certificates: [],
  }]);
  assertStringIncludes((await run(["user", "list", "--directory", directory])).stdout, "山田 花子");

  const verified = await run(["audit", "verify", "--directory", directory, "--json"]);
  assertEquals([verified.code, verified.json.ok, verified.json.lines], [0, true, 2]);
  assertEquals((await place.init()).code, 2);
});

Deno.test("authority CLI: imports people with questions and tokens, all or none", async () => {
  await using place = await makeDirectory();
  const { directory } = place;
  await place.init();
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const hanako = {
    ...{ loginId: "hanako", password: "secret", name: "山田 花子", company: "厚生商事", validityDays: 30 },
    question: { prompt: "ペットの名前は?", reply: "ポチ" },
    tokens: [{ kind: "otp", secret }],
  };
  const taro = { loginId: "taro", password: "secret", name: "山田 太郎", company: "厚生商事" };
  async function importing(people: readonly unknown[], ...flags: string[]) {
    const lines = people.map((person) => `${JSON.stringify(person)}\n`).join("");
    return await run(["user", "import", "--directory", directory, "--json", ...flags], lines);
  }
  const broken = await importing([taro, { ...hanako, tokens: [{ kind: "otp", secret: "GEZDGNBV" }] }]);
  assertEquals(broken.code, 2);
  assertStringIncludes(broken.stderr, "line 2: tokens.0.secret");
  assert(!broken.stderr.includes("GEZDGNBV"));
  assertEquals((await importing([taro])).json.added, ["taro"]);
  assertStringIncludes((await importing([hanako, taro])).stderr, 'there is a user "taro" already');
  assertEquals((await importing([hanako, taro], "--skip-known")).json.added, ["hanako"]);
  const list = await run(["user", "list", "--directory", directory, "--json"]);
  assertEquals(list.json.users.map((user: { tokens: string[] }) => user.tokens), [["otp"], []]);
  const database = new TextDecoder("latin1").decode(await Deno.readFile(join(directory, "authority.db")));
  assert(!database.includes("12345678901234567890"), "secrets lie sealed");
  assert(!database.includes("ポチ") && !database.includes("ぽち"), "replies lie hashed");
});

Deno.test("authority CLI: adds a token, shows a new secret once, and takes tokens away", async () => {
  await using place = await makeDirectory();
  const { directory } = place;
  await place.init();
  const person = ["--name", "山田 花子", "--company", "厚生商事", "--password-stdin"];
  const asked = ["--question", "ペットの名前は?", "--validity-days", "30"];
  const add = ["user", "add", "--directory", directory, "--login-id", "hanako", ...person, ...asked];
  const unanswered = await run(add, "secret\n");
  assertEquals(unanswered.code, 2);
  assertStringIncludes(unanswered.stderr, "stdin has no line 2");
  assertEquals((await run(add, "secret\nポチ\n")).code, 0);

  const token = ["--directory", directory, "--login-id", "hanako", "--kind"];
  const made = await run(["token", "add", ...token, "otp", "--json"]);
  assertMatch(made.json.secret, /^[A-Z2-7]{32}$/);
  assertStringIncludes(made.json.uri, `secret=${made.json.secret}&`);
  const known = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const brought = await run(["token", "add", ...token, "transaction", "--secret-stdin"], `${known}\n`);
  assertEquals([brought.code, brought.stdout], [0, "Added a token of hanako\n"], brought.stderr);
  const again = await run(["token", "add", ...token, "otp"]);
  assertStringIncludes(again.stderr, '"hanako" has a token of this kind already');
  assertEquals((await run(["token", "remove", ...token, "otp"])).code, 0);
  assertStringIncludes((await run(["token", "remove", ...token, "otp"])).stderr, "no such token");
  const nobody = await run(["token", "add", "--directory", directory, "--login-id", "x", "--kind", "otp"]);
  assertStringIncludes(nobody.stderr, 'there is no user "x"');
  assertEquals((await run(["audit", "verify", "--directory", directory])).code, 0);
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
