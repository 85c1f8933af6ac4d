/**
 * One issue on the client's side, from the click to the certificate in the NSS database, beside the shell
 * pipeline that an administrator would write (issue_pipeline.sh), interleaved, against the same authority. The
 * authority's password hash is set to its cheapest: it would be the same constant on both sides.
 *
 * Ours does more in the same time: it keeps a journal on disk, checks the answer, looks the certificate up again,
 * signs with it through the keystore and confirms.
 */
import { openApp } from "../../src/app.ts";
import { readConfig, readInvocation } from "../../src/config.ts";
import { initAuthority } from "../../src/authority/init.ts";
import { authorityPaths, DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { startAuthority } from "../../src/authority/authority.ts";
import { createPasswords } from "../../src/authority/registration/passwords.ts";
import type { Log } from "../../src/log/log.ts";
import { feedStdin } from "../feed_stdin.ts";
import { atMost, type BenchRow, median } from "./stats.ts";

const ROUNDS = 20;
const PASSWORD = "bench-password";
const SILENT: Log = { info() {}, warn() {}, error() {}, with: () => SILENT };

/** Measures with and without the making of the key. */
export async function benchIssue(directory: string): Promise<BenchRow[]> {
  const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const now = () => new Date();
  const unlimited = { perMinute: 1_000_000, burst: 1_000_000 };
  const authorityDirectory = `${directory}/authority`;
  const config = {
    ...DEFAULT_CONFIG,
    registration: {
      ...DEFAULT_CONFIG.registration,
      throttle: { account: unlimited, address: unlimited, everybody: unlimited },
      scrypt: { log2N: 4, r: 8, p: 1 },
    },
  };
  await initAuthority({ directory: authorityDirectory, config, now, randomBytes });
  await using authority = await startAuthority({
    directory: authorityDirectory,
    ports: { api: 0, portal: 0, certificateLogin: 0, publication: 0 },
    log: SILENT,
    now,
    randomBytes,
  });
  const passwords = createPasswords(config.registration.scrypt, randomBytes);
  const passwordHash = await passwords.hash(PASSWORD);
  let people = 0;
  const newPerson = async () => {
    const loginId = `bench${people++}`;
    await authority.store.write((transaction) =>
      transaction.insertUser({
        ...{ loginId, passwordHash, name: "計測 太郎", company: "計測株式会社", role: "user" },
        ...{ steps: [], question: null, validityDays: null, isDisabled: false, createdAt: now() },
      })
    );
    return loginId;
  };

  const nssFolder = `${directory}/nssdb`;
  await Deno.mkdir(nssFolder);
  await run("certutil", ["-N", "-d", `sql:${nssFolder}`, "--empty-password"]);
  Deno.env.set("HAKKO_NSS_DB", nssFolder);
  const profilePath = `${directory}/profile.json`;
  const profile = JSON.parse(await Deno.readTextFile(new URL("../../assets/profile.json", import.meta.url)));
  profile.authority = { url: authority.urls.api, trustAnchors: [authority.rootPem] };
  await Deno.writeTextFile(profilePath, JSON.stringify(profile));
  const flags = [
    "--issue",
    "--login-id",
    "bench",
    "--profile",
    profilePath,
    "--state-dir",
    `${directory}/state`,
  ];
  const issuance = await openApp(await readConfig(readInvocation(flags))).issuance();

  /** Ours: `head` is what happens before the click. */
  const ours = async (keyIsReady: boolean) => {
    const loginId = await newPerson();
    if (keyIsReady) await keyIsMade(() => issuance.prepareKey());
    return await timed(async () => {
      issuance.prepareKey();
      const attempt = await issuance.begin({ operation: "issue", loginId });
      await attempt.answer({ password: PASSWORD });
      await attempt.acquire();
    });
  };
  const theirs = async (keyIsReady: boolean) => {
    const loginId = await newPerson();
    const work = await Deno.makeTempDir({ dir: directory });
    const key = keyIsReady ? `${work}/key.pem` : "";
    if (keyIsReady) await run("openssl", ["genrsa", "-out", key, "2048"]);
    const subject =
      `/C=JP/O=${config.institution.name.ja}/OU=計測株式会社/CN=計測 太郎/serialNumber=${loginId}`;
    const script = new URL("issue_pipeline.sh", import.meta.url).pathname;
    const args = [
      script,
      authority.urls.api,
      authorityPaths(authorityDirectory).root,
      loginId,
      subject,
      nssFolder,
      work,
      key,
    ];
    return await timed(() => run("bash", args, `${PASSWORD}\n`));
  };

  const rows: BenchRow[] = [];
  for (const { keyIsReady, most } of [{ keyIsReady: false, most: 0.8 }, { keyIsReady: true, most: 0.67 }]) {
    const measured: number[] = [], reference: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      reference.push(await theirs(keyIsReady));
      measured.push(await ours(keyIsReady));
    }
    const what = keyIsReady ? "key ready" : "key generation included";
    rows.push(
      atMost(`one issue, ${what} (openssl + curl + pk12util)`, median(measured), median(reference), {
        most,
        unit: "ms",
      }),
    );
  }
  return rows;
}

/** Waits until the key that was begun is there: a person types meanwhile. */
async function keyIsMade(begin: () => void): Promise<void> {
  begin();
  await new Promise((resolve) => setTimeout(resolve, 3_000)); // the slowest of a thousand keys takes about a second
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function run(program: string, args: string[], stdin?: string): Promise<void> {
  const child = new Deno.Command(program, {
    args,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) await feedStdin(child, stdin);
  const { code, stderr } = await child.output();
  if (code !== 0) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
