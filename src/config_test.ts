import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  guessOutput,
  OWN_PROFILE_URL,
  readConfig,
  readInvocation,
  type Surroundings,
  VERSION,
} from "./config.ts";
import { AppError } from "./errors.ts";
import { parseProfile } from "./profile.ts";

function surroundings(variables: Record<string, string> = { HOME: "/nowhere/home" }): Surroundings {
  return { os: "linux", env: (name) => variables[name], cwd: () => "/nowhere/cwd" };
}

function invoke(...args: string[]) {
  return readInvocation(args, surroundings());
}

function refused(...args: string[]): void {
  assertEquals(assertThrows(() => invoke(...args), AppError).key, "usage/invalid");
}

Deno.test("readInvocation() opens the page unless another command is named", () => {
  assertEquals(invoke().command, "open");
  assertEquals(invoke("--issue", "--login-id", "a", "--password-stdin").command, "issue");
  assertEquals(invoke("--list", "--json").json, true);
  const renew = invoke("--renew", "--if-due", "--serial", "01ab", "--password-stdin", "--otp-command", "cat");
  assertEquals(renew.command, "renew");
  assertEquals(invoke("--needs-renewal", "--serial=01ab").command, "needs-renewal");
  assertEquals(invoke("--remind", "check").command, "remind");
  assertEquals(invoke("--status").command, "status");
});

Deno.test("readInvocation() refuses two commands and flags of another command", () => {
  refused("--issue", "--list");
  refused("--version", "--help");
  refused("--login-id", "a");
  refused("--list", "--password-stdin");
  refused("--issue", "--no-browser");
  refused("--list", "--keep-running");
  refused("--issue", "--renew");
  refused("--renew", "--remind=on");
  refused("--renew", "--again");
  refused("--renew", "--login-id", "a");
  refused("--issue", "--if-due");
  refused("--issue", "--serial", "01ab");
  refused("--needs-renewal", "--password-stdin");
  refused("--list", "--otp-command", "cat");
  refused("--again");
  refused("--remind", "later");
  refused("--remind");
  refused("--lang", "fr");
});

Deno.test("readInvocation() says which commands a misplaced flag goes with", () => {
  const message = (...args: string[]) => assertThrows(() => invoke(...args, "--lang=en"), AppError).message;
  assertStringIncludes(
    message("--list", "--serial=1"),
    "--serial goes with --renew and --needs-renewal only",
  );
  assertStringIncludes(message("--list", "--no-browser"), "goes with opening the page only");
});

Deno.test("readConfig() takes a serial number as any tool writes it", async () => {
  const serial = async (text: string) =>
    (await readConfig(invoke("--renew", "--serial", text), surroundings())).serial;
  for (const text of ["01ab", "1AB", "00:01:AB", "000001ab"]) assertEquals(await serial(text), "1ab", text);
  assertEquals(await serial("0"), "0");
  for (const text of ["", ":", "0x1", "1g", "１", "a".repeat(43), "1 2"]) {
    refused("--renew", `--serial=${text}`);
  }
});

Deno.test("readConfig() knows what a renewal without a person is told", async () => {
  const { ifDue, otpCommand, passwordFromStdin, again, remind } = await readConfig(
    invoke("--renew", "--if-due", "--password-stdin", "--otp-command", "oathtool --totp"),
    surroundings(),
  );
  assertEquals([ifDue, otpCommand, passwordFromStdin, again, remind], [
    true,
    "oathtool --totp",
    true,
    false,
    undefined,
  ]);
  assertEquals((await readConfig(invoke("--remind=off"), surroundings())).remind, "off");
  assertEquals((await readConfig(invoke("--issue", "--again"), surroundings())).again, true);
});

Deno.test("readConfig() keeps the flags with which a later start is the same app", async () => {
  const flags = async (...args: string[]) => (await readConfig(invoke(...args), surroundings())).startFlags;
  assertEquals(await flags("--remind=on"), []);
  assertEquals(await flags("--remind=on", "--state-dir", "x"), ["--state-dir", "/nowhere/cwd/x"]);
  const profile = OWN_PROFILE_URL.pathname;
  assertEquals(await flags("--remind=on", "--profile", profile), ["--profile", profile]);
});

Deno.test("readInvocation() and guessOutput() speak Japanese unless told otherwise", () => {
  const language = (variables: Record<string, string>, ...args: string[]) =>
    readInvocation(args, surroundings(variables)).language;
  assertEquals(language({}), "ja");
  assertEquals(language({ LANG: "C.UTF-8" }), "ja");
  assertEquals(language({ LANG: "en_US.UTF-8" }), "en");
  assertEquals(language({ LANG: "en_US.UTF-8", LC_ALL: "ja_JP.UTF-8" }), "ja");
  assertEquals(language({ LANG: "en_US.UTF-8" }, "--lang", "ja"), "ja");
  assertEquals(guessOutput(["--bogus", "--lang=en", "--json"], surroundings()), {
    json: true,
    language: "en",
  });
});

Deno.test("readConfig() uses the shipped profile and this user's folders", async () => {
  const config = await readConfig(invoke("--no-browser"), surroundings());
  assertEquals(config.profile.institution.code, "2224");
  assertEquals(config.stateFolder, "/nowhere/home/.local/state/2224");
  assertEquals(config.logPaths, ["/nowhere/home/.local/state/2224/ApplicationLog.log"]);
  assertEquals(config.nssFolder, "/nowhere/home/.pki/nssdb");
  assertEquals([config.noBrowser, config.keepRunning], [true, false]);
  assertEquals(config.version, VERSION);
});

Deno.test("readConfig() keeps everything in --state-dir", async () => {
  const config = await readConfig(invoke("--state-dir", "x"), surroundings());
  assertEquals(config.stateFolder, "/nowhere/cwd/x");
  assertEquals(config.logPaths, ["/nowhere/cwd/x/ApplicationLog.log"]);
  assertEquals((await readConfig(invoke("--state-dir=/y"), surroundings())).stateFolder, "/y");
});

Deno.test("readConfig() takes another NSS database from the environment", async () => {
  const variables = { HOME: "/h", HAKKO_NSS_DB: "/db" };
  assertEquals((await readConfig(invoke(), surroundings(variables))).nssFolder, "/db");
});

Deno.test("readConfig() prefers the flag, then what was chosen in the app, then the environment", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/settings.json`, '{"language":"en"}');
    const language = async (...args: string[]) =>
      (await readConfig(invoke("--state-dir", folder, ...args), surroundings())).language;
    assertEquals(await language(), "en");
    assertEquals(await language("--lang", "ja"), "ja");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readConfig() refuses profiles that are missing, no JSON, or wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of [["missing", undefined], ["text", "x"], ["empty", "{}"]] as const) {
      const path = `${folder}/${name}.json`;
      if (text !== undefined) await Deno.writeTextFile(path, text);
      const error = await assertRejects(
        () => readConfig(invoke("--profile", path), surroundings()),
        AppError,
      );
      assertEquals([error.key, error.row.exit], ["profile/invalid", 2], name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readConfig() says so when there is no place for the state", async () => {
  const error = await assertRejects(() => readConfig(invoke(), surroundings({})), AppError);
  assertEquals(error.key, "state/not-writable");
});

Deno.test("the shipped profile is valid: nothing checks it when the app starts", () => {
  parseProfile(Deno.readTextFileSync(OWN_PROFILE_URL), OWN_PROFILE_URL.pathname);
});
