/**
 * The doctor on the command line, against breakages that are real: each is named for what it is, and nothing that is
 * whole is blamed.
 */
import { assert, assertEquals } from "@std/assert";
import { setMaintenance } from "../src/authority/maintenance.ts";
import { hasNssTools } from "../src/keystore/nss.ts";
import { findProgram } from "../src/platform/run.ts";
import { type AppUser, createAppUser } from "./support/app.ts";
import { type DemoAuthority, startDemoAuthority, type TestAccount } from "./support/demo_authority.ts";
import { createTestCa } from "./support/test_ca.ts";
import { startTlsServer } from "./support/tls_server.ts";

interface Scene {
  demo: DemoAuthority;
  user: AppUser;
  account: TestAccount;
}

interface Finding {
  id: string;
  state: string;
  finding: string;
  advice?: string;
}

interface Breakage {
  name: string;
  /** Breaks it. */
  prepare(scene: Scene): Promise<unknown>;
  /** The checks that fail, and no others. */
  failed: string[];
  /** Flags and environment besides. */
  flags?: string[];
  env?: Record<string, string>;
  account?: Parameters<DemoAuthority["addAccount"]>[0];
  /** Without a certificate, which others have. */
  isEmpty?: true;
}

async function changeAuthority({ user }: Scene, authority: Record<string, unknown>): Promise<void> {
  const profile = JSON.parse(await Deno.readTextFile(user.profilePath));
  const changed = { ...profile, authority: { ...profile.authority, ...authority } };
  await Deno.writeTextFile(user.profilePath, JSON.stringify(changed));
}

/** A port on which nobody listens. */
function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

const BREAKAGES: readonly Breakage[] = [
  { name: "nothing is broken", prepare: () => Promise.resolve(), failed: [] },
  {
    name: "a name that does not exist",
    prepare: (scene) => changeAuthority(scene, { url: "https://authority.invalid" }),
    failed: ["authority-name"],
  },
  {
    name: "a port on which nobody listens",
    prepare: (scene) => changeAuthority(scene, { url: `https://127.0.0.1:${closedPort()}` }),
    failed: ["authority-tcp"],
  },
  {
    name: "a profile that trusts another root",
    prepare: async (scene) =>
      await changeAuthority(scene, { trustAnchors: [(await createTestCa()).rootPem] }),
    failed: ["authority-tls", "tls-inspection", "certificate-chain"],
  },
  {
    name: "maintenance",
    prepare: ({ demo }) =>
      setMaintenance(demo.authority.store, { message: "18時まで", at: demo.clock.now() }),
    failed: ["authority-http"],
  },
  { name: "no certificate", prepare: () => Promise.resolve(), isEmpty: true, failed: ["certificate"] },
  {
    name: "a certificate whose key is gone",
    prepare: ({ user }) => Deno.remove(`${user.nssDatabase}/key4.db`),
    failed: ["certificate-key"],
  },
  {
    name: "a revoked certificate",
    async prepare({ demo, account }) {
      const [record] = await demo.authority.store.listCertificates(account.loginId);
      await demo.revoke(record!.serial);
    },
    failed: ["certificate-revocation"],
  },
  {
    name: "a damaged NSS database",
    async prepare({ user }) {
      for (const name of ["cert9.db", "key4.db"]) {
        await Deno.writeTextFile(`${user.nssDatabase}/${name}`, "nothing like a database");
      }
    },
    failed: ["keystore"],
  },
  {
    name: "a proxy that is not there",
    prepare: () => Promise.resolve(),
    flags: ["--proxy", `http://127.0.0.1:${closedPort()}`],
    failed: ["proxy"],
  },
];

async function diagnose({ user }: Scene, { flags = [], env = {} }: Pick<Breakage, "flags" | "env">) {
  const { code, stdout, stderr } = await user.run(["--doctor", "--json", "--lang", "en", ...flags], { env });
  assertEquals(stderr, "");
  return { code, checks: JSON.parse(stdout).checks as Finding[] };
}

/** What this machine is, whatever is broken: it has root, and perhaps no browser. */
const OF_THE_MACHINE = new Set(["user", "browsers"]);

for (const breakage of BREAKAGES) {
  Deno.test({
    name: `doctor: ${breakage.name}`,
    ignore: !hasNssTools(),
    fn: async () => {
      await using demo = await startDemoAuthority();
      await using user = await createAppUser(demo);
      const account = await demo.addAccount(breakage.account);
      const scene = { demo, user, account };
      if (!breakage.isEmpty) {
        const issued = await user.run(["--issue", "--login-id", account.loginId, "--json"], {
          env: { HAKKO_PASSWORD: account.password },
        });
        assertEquals(issued.code, 0, issued.stdout);
      }
      await breakage.prepare(scene);
      const { code, checks } = await diagnose(scene, breakage);
      const failed = checks.filter(({ state, id }) => state === "failed" && !OF_THE_MACHINE.has(id));
      assertEquals(failed.map(({ id }) => id), breakage.failed, JSON.stringify(failed));
      for (const { id, state, finding, advice } of checks) {
        assert(finding.length > 0, id);
        if (state === "failed" || state === "warning") assert(advice, `${id} says what to do`);
      }
      if (failed.length > 0) assertEquals(code, 1);
      const others = checks.filter(({ state, id }) => state === "warning" && !OF_THE_MACHINE.has(id));
      assertEquals(others, [], "nothing that is whole is blamed");
    },
  });
}

Deno.test({
  name: "doctor: who inspects the connection is named",
  ignore: !hasNssTools(),
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    const ca = await createTestCa({ purpose: "serverAuth", name: "Kaisha Inspection" });
    await using inspector = await startTlsServer((_, response) => response.end(), { ca });
    const scene = { demo, user, account: await demo.addAccount() };
    await changeAuthority(scene, { url: inspector.url });
    const { checks } = await diagnose(scene, {});
    const inspection = checks.find(({ id }) => id === "tls-inspection")!;
    assertEquals(inspection.state, "failed");
    assert(inspection.finding.includes("Kaisha Inspection"), inspection.finding);
  },
});

Deno.test({
  name: "doctor: leaves nothing of its trials behind",
  ignore: !hasNssTools(),
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    const scene = { demo, user, account: await demo.addAccount() };
    await diagnose(scene, {});
    const left = [...Deno.readDirSync(user.stateDir)].map(({ name }) => name).sort();
    assertEquals(
      left.filter((name) => !["ApplicationLog.log", "device-id", "issuance.lock"].includes(name)),
      [],
    );
  },
});

Deno.test({
  name: "support bundle: holds log, findings and versions, no secret, and nothing is written over",
  ignore: !hasNssTools() || findProgram("python3") === undefined,
  fn: async () => {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    const { loginId, password } = await demo.addAccount();
    const env = {
      HAKKO_PASSWORD: password,
      HAKKO_PROXY_USER: "canary-proxy-user",
      HAKKO_PROXY_PASSWORD: "canary-proxy-password",
      HTTPS_PROXY: "http://canary-name:canary-word@127.0.0.1:9",
      NO_PROXY: "127.0.0.1",
    };
    assertEquals((await user.run(["--issue", "--login-id", loginId, "--json"], { env })).code, 0);
    await Deno.mkdir(`${user.stateDir}/journal`, { recursive: true });
    await Deno.writeTextFile(`${user.stateDir}/journal/planted.json`, '{"pkcs8":"canary-key"}');
    const file = `${user.home}/support.zip`;
    const made = await user.run(["--support-bundle", file, "--json"], { env });
    assertEquals(made.code, 0, made.stdout + made.stderr);
    const { code, stdout } = await new Deno.Command("python3", {
      args: [
        "-c",
        "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): print('==',n); sys.stdout.flush(); sys.stdout.buffer.write(z.read(n))",
        file,
      ],
    }).output();
    assertEquals(code, 0);
    const text = new TextDecoder().decode(stdout);
    const names = ["doctor.txt", "doctor.json", "versions.json", "settings.json", "ApplicationLog.log"];
    for (const name of names) assert(text.includes(`== ${name}`), name);
    for (const secret of [password, "canary", "PRIVATE KEY"]) assert(!text.includes(secret), secret);
    const again = await user.run(["--support-bundle", file, "--json"], { env });
    assertEquals([again.code, JSON.parse(again.stdout).code], [1, "H604e"]);
  },
});
