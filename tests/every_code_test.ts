/**
 * Every row of the catalogue has a real cause: those that the command line can meet are caused here, with what the
 * person, the exit code and both logs say; for all others it is named where their cause is.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { authorityPaths } from "../src/authority/config.ts";
import { setMaintenance } from "../src/authority/maintenance.ts";
import { addTestTokens } from "../src/authority/testing.ts";
import { exists } from "../scripts/packages.ts";
import { CATALOGUE, type ErrorKey } from "../src/errors.ts";
import { hasNssTools } from "../src/keystore/nss.ts";
import { totp } from "../src/otp/mod.ts";
import { type AppUser, createAppUser, type Ended, startApp } from "./support/app.ts";
import { type DemoAuthority, startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { startSquid } from "./support/squid.ts";
import { createTestCa } from "./support/test_ca.ts";
import { startTlsServer } from "./support/tls_server.ts";
import { untilItIs } from "./support/until.ts";

/** An authority, a person with an account, and their PC. */
interface Scene {
  demo: DemoAuthority;
  user: AppUser;
  account: TestAccount;
}

interface Cause {
  name: string;
  /** Makes it happen, and runs the command that meets it. */
  run(scene: Scene): Promise<Ended>;
  /** Whether the authority hears of the request: then it can be found there by the same number. */
  reachesAuthority: boolean;
  /** Anything but a person whose certificate is due at once and who is asked for the password. */
  account?: Parameters<DemoAuthority["addAccount"]>[0];
}

const SECRET = new TextEncoder().encode("12345678901234567890");
const KINDS = ["otp"] as const;

/** `--issue` as a script would run it. */
function issue({ user, account }: Scene, { password = account.password, flags = [] as string[] } = {}) {
  return user.run(["--issue", "--login-id", account.loginId, "--json", ...flags], {
    env: { HAKKO_PASSWORD: password },
  });
}

function renew({ user, account }: Scene, ...flags: string[]): Promise<Ended> {
  return user.run(["--renew", "--json", ...flags], { env: { HAKKO_PASSWORD: account.password } });
}

/** Gets a certificate first. */
async function holds(scene: Scene): Promise<string> {
  const { code, stdout } = await issue(scene);
  assertEquals(code, 0, stdout);
  return JSON.parse(stdout).certificate.serial;
}

function code(scene: Scene): Promise<string> {
  return totp(SECRET, scene.demo.clock.now(), { digits: 6, periodSeconds: 30 });
}

/** Runs a command that waits in its `--otp-command` until the test has changed the world. */
async function meanwhile(
  { user }: Scene,
  start: (otpCommand: string) => Promise<Ended>,
  change: () => Promise<void>,
): Promise<Ended> {
  const [asked, go] = [`${user.home}/asked`, `${user.home}/go`];
  const ended = start(`touch '${asked}'; until test -e '${go}'; do sleep 0.05; done; echo 123456`);
  await untilItIs(() => Promise.resolve(exists(asked)));
  await change();
  await Deno.writeTextFile(go, "");
  return await ended;
}

async function changeProfile(
  { user }: Scene,
  // deno-lint-ignore no-explicit-any -- any part of a profile may be changed
  change: (profile: any) => unknown,
): Promise<void> {
  const profile = JSON.parse(await Deno.readTextFile(user.profilePath));
  await Deno.writeTextFile(user.profilePath, JSON.stringify(change(profile)));
}

/** Puts another server in the authority's place, whose certificate the profile trusts. */
async function issueAt(scene: Scene, dates: { notBefore?: Date; notAfter?: Date } = {}): Promise<Ended> {
  const ca = await createTestCa({ purpose: "serverAuth" });
  await using server = await startTlsServer((_, response) => response.end("hello"), { ca, ...dates });
  await changeProfile(scene, (profile) => ({
    ...profile,
    authority: { url: server.url, trustAnchors: [ca.rootPem] },
  }));
  return await issue(scene);
}

async function nss(scene: Scene, tool: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(tool, {
    args: ["-d", `sql:${scene.user.nssDatabase}`, ...args],
    stdout: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** A disk of its own for a folder, which `fill` fills to the last byte. */
async function withSmallDisk<T>(folder: string, work: (fill: () => Promise<void>) => Promise<T>): Promise<T> {
  await Deno.mkdir(folder, { recursive: true });
  await system("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder]);
  try {
    return await work(async () => {
      using file = await Deno.create(`${folder}/rest`);
      const block = new Uint8Array(4_096);
      try {
        for (;;) await file.write(block);
      } catch {
        // No space left on device: that was the purpose.
      }
    });
  } finally {
    await system("umount", [folder]);
  }
}

async function system(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null" }).output();
  assert(success, new TextDecoder().decode(stderr));
}

async function demandOsKeystore(scene: Scene): Promise<void> {
  await changeProfile(scene, (profile) => ({ ...profile, keystore: { kind: "os" } }));
}

const DAY_MS = 86_400_000;

const CAUSES: Partial<Record<ErrorKey, Cause>> = {
  "keystore/import-failed": {
    name: "a full disk under the keystore",
    run: (scene) =>
      withSmallDisk(scene.user.nssDatabase, async (fill) => {
        await nss(scene, "certutil", ["-N", "--empty-password"]);
        await fill();
        return await issue(scene);
      }),
    reachesAuthority: true,
  },
  "app/not-answering": {
    name: "a first start that hangs",
    async run({ demo, user }) {
      await using app = await startApp(demo, { user });
      app.stop("SIGSTOP");
      const second = await user.run(["--no-browser", "--json"]);
      app.stop("SIGCONT");
      return second;
    },
    reachesAuthority: false,
  },
  "registration/unsupported-step": {
    name: "a step that the app does not know",
    account: { steps: ["password", "palm-vein"] },
    run: issue,
    reachesAuthority: true,
  },
  "authority/unavailable": {
    name: "the operator's maintenance switch",
    async run(scene) {
      const { store } = scene.demo.authority;
      await setMaintenance(store, { message: "18時まで", at: scene.demo.clock.now() });
      return await issue(scene);
    },
    reachesAuthority: true,
  },
  "input/invalid": {
    name: "a login ID in full-width characters",
    run: ({ user, account }) => issue({ user, account: { ...account, loginId: "ユーザ" } } as Scene),
    reachesAuthority: false,
  },
  "authority/busy": {
    name: "an authority that is stopped",
    async run(scene) {
      await scene.demo.authority.close();
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "registration/token-not-registered": {
    name: "no one-time-password token",
    account: { steps: ["password", "otp"] },
    run: issue,
    reachesAuthority: true,
  },
  "registration/token-not-issued": {
    name: "no transaction token",
    account: { steps: ["password", "transaction"] },
    run: issue,
    reachesAuthority: true,
  },
  "registration/wrong-credentials": {
    name: "a wrong password",
    run: (scene) => issue(scene, { password: "wrong" }),
    reachesAuthority: true,
  },
  "registration/locked": {
    name: "five wrong passwords",
    async run(scene) {
      for (const _ of [1, 2, 3, 4]) await issue(scene, { password: "wrong" });
      return await issue(scene, { password: "wrong" });
    },
    reachesAuthority: true,
  },
  "registration/already-issued": {
    name: "a certificate on another PC",
    async run(scene) {
      await scene.demo.acquire(scene.account);
      return await issue(scene);
    },
    reachesAuthority: true,
  },
  "registration/enrolment-expired": {
    name: "an answer that took until the next day",
    account: { steps: ["password", "otp"] },
    async run(scene) {
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      return await meanwhile(
        scene,
        (command) => issue(scene, { flags: ["--otp-command", command] }),
        () => Promise.resolve(scene.demo.clock.moveDays(1)),
      );
    },
    reachesAuthority: true,
  },
  "registration/enrolment-unknown": {
    name: "a revocation while somebody is asked",
    async run(scene) {
      const serial = await holds(scene);
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      await scene.demo.changeAccount(scene.account, { steps: ["password", "otp"] });
      return await meanwhile(
        scene,
        (command) => renew(scene, "--otp-command", command),
        () => scene.demo.revoke(serial),
      );
    },
    reachesAuthority: true,
  },
  "registration/not-allowed": {
    name: "a disabled user",
    account: { isDisabled: true },
    run: issue,
    reachesAuthority: true,
  },
  "registration/wrong-answer": {
    name: "a wrong one-time password",
    account: { steps: ["password", "otp"] },
    async run(scene) {
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      const wrong = (await code(scene)).replace(/.$/, (last) => String((Number(last) + 5) % 10));
      return await issue(scene, { flags: ["--otp-command", `echo ${wrong}`] });
    },
    reachesAuthority: true,
  },
  "registration/code-used": {
    name: "the same one-time password twice",
    account: { steps: ["password", "otp"], validityDays: 30 },
    async run(scene) {
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      const flags = ["--otp-command", `echo ${await code(scene)}`];
      assertEquals((await issue(scene, { flags })).code, 0);
      return await renew(scene, ...flags);
    },
    reachesAuthority: true,
  },
  "registration/renewal-too-early": {
    name: "a certificate with most of its time to come",
    account: { validityDays: null },
    run: async (scene) => await renew(scene, "--serial", await holds(scene)),
    reachesAuthority: true,
  },
  "registration/renewal-expired": {
    name: "a certificate that has ended at the authority",
    async run(scene) {
      await holds(scene);
      scene.demo.clock.moveDays(31);
      return await renew(scene);
    },
    reachesAuthority: true,
  },
  "registration/renewal-revoked": {
    name: "a revoked certificate",
    async run(scene) {
      await scene.demo.revoke(await holds(scene));
      return await renew(scene);
    },
    reachesAuthority: true,
  },
  "registration/renewal-superseded": {
    name: "a certificate that was renewed on a copy of this PC",
    async run(scene) {
      await holds(scene);
      await using copy = await createAppUser(scene.demo);
      await Deno.mkdir(copy.nssDatabase, { recursive: true });
      for (const { name } of Deno.readDirSync(scene.user.nssDatabase)) {
        await Deno.copyFile(`${scene.user.nssDatabase}/${name}`, `${copy.nssDatabase}/${name}`);
      }
      assertEquals((await renew({ ...scene, user: copy })).code, 0);
      return await renew(scene);
    },
    reachesAuthority: true,
  },
  "registration/renewal-unknown": {
    name: "an authority whose database was restored from before the certificate",
    async run(scene) {
      await holds(scene);
      const database = new DatabaseSync(authorityPaths(scene.demo.directory).database);
      database.exec("DELETE FROM certificates");
      database.close();
      return await renew(scene);
    },
    reachesAuthority: true,
  },
  "network/untrusted-authority": {
    name: "a server of another name, with somebody else's certificate",
    async run(scene) {
      const ca = await createTestCa({ purpose: "serverAuth", name: "Elsewhere" });
      await using server = await startTlsServer((_, response) => response.end(), { ca, ips: [] });
      await changeProfile(scene, (profile) => ({
        ...profile,
        authority: { ...profile.authority, url: server.url },
      }));
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "network/proxy-unreachable": {
    name: "a proxy that is not there",
    run: (scene) => issue(scene, { flags: ["--proxy", "http://127.0.0.1:9"] }),
    reachesAuthority: false,
  },
  "network/proxy-credentials-needed": {
    name: "a proxy that wants credentials, and nobody who has the right ones",
    async run(scene) {
      await using squid = await startSquid({ users: [{ username: "keiri", password: "right" }] });
      const flags = ["--proxy", squid.url, "--issue", "--login-id", scene.account.loginId, "--json"];
      const run = (env: Record<string, string>) =>
        scene.user.run(flags, { env: { HAKKO_PASSWORD: scene.account.password, ...env } });
      const wrong = await run({ HAKKO_PROXY_USER: "keiri", HAKKO_PROXY_PASSWORD: "wrong" });
      const right = await run({ HAKKO_PROXY_USER: "keiri", HAKKO_PROXY_PASSWORD: "right" });
      assertEquals(right.code, 0, right.stdout);
      assert(squid.requests().length > 0, "that went through the proxy");
      return wrong;
    },
    reachesAuthority: false,
  },
  "network/proxy-unusable": {
    name: "an environment that names a SOCKS proxy",
    run: ({ user, account }) =>
      user.run(["--issue", "--login-id", account.loginId, "--json"], {
        env: { HAKKO_PASSWORD: account.password, HTTPS_PROXY: "socks5://127.0.0.1:9" },
      }),
    reachesAuthority: false,
  },
  "network/inspected": {
    name: "a certificate for the authority's address by an issuer that the profile does not trust",
    async run(scene) {
      const { rootPem } = await createTestCa();
      await changeProfile(scene, (profile) => ({
        ...profile,
        authority: { ...profile.authority, trustAnchors: [rootPem] },
      }));
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "network/certificate-dates": {
    name: "a server certificate that has ended",
    run: (scene) =>
      issueAt(scene, {
        notBefore: new Date(Date.now() - 9 * DAY_MS),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    reachesAuthority: false,
  },
  "network/unreadable-answer": {
    name: "a server that says hello to everything",
    run: issueAt,
    reachesAuthority: false,
  },
  "issuance/already-running": {
    name: "a second run beside the first",
    account: { steps: ["password", "otp"] },
    async run(scene) {
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      let second: Ended | undefined;
      await meanwhile(
        scene,
        (command) => issue(scene, { flags: ["--otp-command", command] }),
        async () => {
          second = await issue(scene, { flags: ["--otp-command", "echo 000000"] });
        },
      );
      return second!;
    },
    reachesAuthority: false,
  },
  "issuance/already-held": {
    name: "a certificate that is here already",
    async run(scene) {
      await holds(scene);
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "issuance/several-due": {
    name: "two certificates that are due",
    async run(scene) {
      await holds(scene);
      await holds({ ...scene, account: await scene.demo.addAccount({ validityDays: 30 }) });
      return await renew(scene);
    },
    reachesAuthority: false,
  },
  "issuance/nothing-to-renew": { name: "an empty keystore", run: renew, reachesAuthority: false },
  "keystore/tool-missing": {
    name: "a PC without certutil",
    async run(scene) {
      await demandOsKeystore(scene);
      return await scene.user.run(["--issue", "--login-id", scene.account.loginId, "--json"], {
        env: { HAKKO_PASSWORD: scene.account.password, PATH: scene.user.home },
      });
    },
    reachesAuthority: false,
  },
  "keystore/locked": {
    name: "an NSS database with a password of its own",
    async run(scene) {
      await holds(scene);
      await Deno.writeTextFile(`${scene.user.home}/old`, "\n");
      await Deno.writeTextFile(`${scene.user.home}/new`, "a password of its own\n");
      await nss(scene, "certutil", [
        ...["-W", "-f", `${scene.user.home}/old`, "-@", `${scene.user.home}/new`],
      ]);
      return await issue({ ...scene, account: await scene.demo.addAccount() });
    },
    reachesAuthority: false,
  },
  "keystore/unusable": {
    name: "a damaged NSS database",
    async run(scene) {
      await demandOsKeystore(scene);
      await Deno.mkdir(scene.user.nssDatabase, { recursive: true });
      for (const name of ["cert9.db", "key4.db"]) {
        await Deno.writeTextFile(`${scene.user.nssDatabase}/${name}`, "nothing like a database");
      }
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "keystore/key-missing": {
    name: "a certificate without its key",
    async run(scene) {
      const serial = await holds(scene);
      await Deno.remove(`${scene.user.nssDatabase}/key4.db`);
      return await renew(scene, "--serial", serial);
    },
    reachesAuthority: false,
  },
  "usage/invalid": {
    name: "a flag that does not exist",
    run: ({ user }) => user.run(["--bogus", "--json"]),
    reachesAuthority: false,
  },
  "usage/terminal-required": {
    name: "a question and nobody at a terminal",
    run: ({ user, account }) => user.run(["--issue", "--login-id", account.loginId, "--json"]),
    reachesAuthority: false,
  },
  "profile/invalid": {
    name: "a profile that is none",
    async run({ user }) {
      await Deno.writeTextFile(user.profilePath, "not JSON");
      return await user.run(["--list", "--json"]);
    },
    reachesAuthority: false,
  },
  "state/not-writable": {
    name: "a file where the state folder should be",
    async run(scene) {
      await Deno.writeTextFile(`${scene.user.home}/state`, "");
      return await issue(scene);
    },
    reachesAuthority: false,
  },
  "usage/answer-command-failed": {
    name: "a command that fails",
    account: { steps: ["password", "otp"] },
    async run(scene) {
      await addTestTokens(scene.demo, { ...scene.account, kinds: KINDS, secret: SECRET });
      return await issue(scene, { flags: ["--otp-command", "exit 3"] });
    },
    reachesAuthority: false,
  },
  "reminder/unavailable": {
    name: "no systemd for this user",
    run: ({ user }) => user.run(["--remind", "on", "--json"]),
    reachesAuthority: false,
  },
};

/** Where the others have their cause: a test file that names the code or the key. */
const ELSEWHERE: Partial<Record<ErrorKey, string>> = {
  // What only another client than ours meets: real requests to the authority's API.
  "registration/out-of-order": "src/authority/steps_test.ts",
  "registration/csr-refused": "src/authority/authority_test.ts",
  "registration/confirmation-refused": "src/authority/authority_test.ts",
  "registration/renewal-refused": "src/authority/renewal_test.ts",
  "authority/malformed-request": "src/authority/http/hostile_test.ts",
  "authority/request-too-large": "src/authority/http/hostile_test.ts",
  "authority/not-found": "src/authority/authority_test.ts",
  "authority/method-not-allowed": "src/authority/authority_test.ts",
  "authority/unsupported-media-type": "src/authority/authority_test.ts",
  // Proxies, see also above.
  "proxy/credentials-refused": "src/web/proxy_test.ts",
  "network/proxy-scheme": "tests/proxy_test.ts",
  "network/proxy-refused": "tests/proxy_test.ts",
  "network/proxy-untrusted": "tests/proxy_test.ts",
  // The bank's pages.
  "registration/token-registered": "tests/token_registration_browser_test.ts",
  "login/certificate-missing": "tests/main_job_story_test.ts",
  "login/certificate-foreign": "tests/bank_login_test.ts",
  "login/certificate-expired": "tests/bank_login_test.ts",
  "login/certificate-revoked": "tests/main_job_story_test.ts",
  "login/certificate-unknown": "tests/bank_login_test.ts",
  "login/session-ended": "src/authority/bank/portal_test.ts",
  "login/request-refused": "tests/bank_browser_test.ts",
  "login/not-allowed": "tests/bank_login_test.ts",
  "login/certificate-superseded": "tests/renewal_story_test.ts",
  // The engine, with an authority that lies, a person who cancels, a clock that is wrong, a key that does not sign.
  "issuance/answer-distrusted": "src/issuance/answer_test.ts",
  "issuance/cancelled": "tests/cli_renewal_test.ts",
  "issuance/too-late-to-cancel": "src/issuance/issue_test.ts",
  "issuance/clock-wrong": "src/issuance/renew_test.ts",
  "issuance/foreign-certificate": "src/issuance/renew_test.ts",
  "keystore/not-found": "src/keystore/keystore_suite.ts",
  "keystore/unsupported": "src/keystore/mod_test.ts",
  "keystore/key-unusable": "src/issuance/renew_test.ts",
  // What has no cause outside of a defect or an attack.
  "pki/malformed": "src/pki/der_reader_test.ts",
  "pki/weak-key": "src/pki/key_checks_test.ts",
  "internal/unexpected": "src/cli/output_test.ts",
};

/** What later parts of the product will say; their rows stand in the catalogue because the manual has them. */
const NOT_YET: readonly ErrorKey[] = [
  "update/download-failed",
  "update/version-unknown",
  "update/downloaded",
  "install/failed",
];

for (const [key, cause] of Object.entries(CAUSES) as [ErrorKey, Cause][]) {
  const row = CATALOGUE[key];
  Deno.test({
    name: `${row.code} ${key}: ${cause.name}`,
    ignore: !hasNssTools(),
    fn: async () => {
      await using demo = await startDemoAuthority();
      await using user = await createAppUser(demo);
      const account = await demo.addAccount({ validityDays: 30, ...cause.account });
      const { code, stdout, stderr } = await cause.run({ demo, user, account });
      const said = JSON.parse(stdout || stderr);
      assertEquals([said.ok, said.code, code], [false, row.code, row.exit], said.message);
      assertMatch(said.message, pattern(row.message.ja));
      assertMatch(said.advice, pattern(row.advice.ja));
      assertEquals(`${said.message}${said.advice}`.match(/[{}]|undefined|Error:/), null);
      const log = await user.readLog().catch(() => "");
      if (log !== "") {
        const lines = log.split("\n").filter((line) => line.includes(said.correlationId));
        assert(lines.some((line) => line.includes(row.code)), `the app's log has ${row.code} and the number`);
      }
      if (cause.reachesAuthority) assert(await isKnownTo(demo, said.correlationId), "so has the authority's");
      for (const secret of [account.password, "123456"]) assert(!log.includes(secret));
    },
  });
}

Deno.test("every row of the catalogue has a cause, here or in a test that names it", async () => {
  for (const key of Object.keys(CATALOGUE) as ErrorKey[]) {
    const places = [key in CAUSES, key in ELSEWHERE, NOT_YET.includes(key)].filter(Boolean);
    assertEquals(places.length, 1, `${key} has ${places.length} places`);
    const file = ELSEWHERE[key];
    if (file === undefined) continue;
    const text = await Deno.readTextFile(new URL(`../${file}`, import.meta.url));
    assert(text.includes(CATALOGUE[key].code) || text.includes(key), `${file} does not name ${key}`);
  }
});

async function isKnownTo({ authority, log }: DemoAuthority, correlationId: string): Promise<boolean> {
  if (log.text().includes(correlationId)) return true;
  return (await authority.store.readAudit(1, 10_000)).some((line) => line.correlationId === correlationId);
}

/** A text of the catalogue whose placeholders hold anything. */
function pattern(template: string): RegExp {
  return new RegExp(
    template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+"),
  );
}
