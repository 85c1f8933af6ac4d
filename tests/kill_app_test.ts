/**
 * The app killed with SIGKILL at every point of an issue, then started again: no certificate is lost, none is
 * burned, none is made twice, and nothing of the key lies about.
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { startTestAuthority, type TestAuthority } from "../src/authority/testing.ts";
import { addTestUser } from "../src/authority/testing.ts";
import type { CertificateRecord } from "../src/authority/store/store.ts";
import { hasNssTools } from "../src/keystore/nss.ts";
import { verifySignedData } from "../src/pki/cms.ts";
import type { KeyAlgorithm } from "../src/protocol/messages.ts";
import { AuditWatch } from "./support/audit_watch.ts";
import { DriverProcess } from "./support/driver_process.ts";
import { KILL_POINTS, type KillPoint, type Place, type Recovery } from "./support/kill_driver.ts";
import { seededRandom } from "./support/random.ts";
import { inLanes, killRounds } from "./support/rounds.ts";

const PASSWORD = "correct horse 電池";
const SEED = 20_260_118;
const RANDOM_KILLS_PER_ROUND = 3;
const LANES = 2;

/** What a kill leaves: the journal's state, the states of the authority's certificates, and who has to go on. */
interface Leaves {
  journal: string | undefined;
  certificates: CertificateRecord["state"][];
  /** Whether the person has to come back with the password. */
  asks: boolean;
}

const NOTHING: Leaves = { journal: undefined, certificates: [], asks: true };
const LEAVES: Record<KillPoint, Leaves> = {
  "enrolment-started": NOTHING,
  "password-accepted": NOTHING,
  KEY_CREATED: { ...NOTHING, journal: "KEY_CREATED" },
  CSR_SAVED: { ...NOTHING, journal: "CSR_SAVED" },
  SUBMITTED: { journal: "SUBMITTED", certificates: [], asks: false },
  "certificate-answered": { journal: "SUBMITTED", certificates: ["unconfirmed"], asks: false },
  RECEIVED: { journal: "RECEIVED", certificates: ["unconfirmed"], asks: false },
  "bundle-written": { journal: "RECEIVED", certificates: ["unconfirmed"], asks: false },
  imported: { journal: "RECEIVED", certificates: ["unconfirmed"], asks: false },
  signed: { journal: "RECEIVED", certificates: ["unconfirmed"], asks: false },
  INSTALLED: { journal: "INSTALLED", certificates: ["unconfirmed"], asks: false },
  "confirmation-answered": { journal: "INSTALLED", certificates: ["confirmed"], asks: false },
  CONFIRMED: { journal: undefined, certificates: ["confirmed"], asks: false },
};

/** All rounds of one authority. */
class Campaign implements AsyncDisposable {
  readonly authority: TestAuthority;
  readonly audit: AuditWatch;
  readonly folder: string;
  #users = 0;

  private constructor(authority: TestAuthority, folder: string) {
    this.authority = authority;
    this.folder = folder;
    this.audit = new AuditWatch(authority.directory);
  }

  static async open(): Promise<Campaign> {
    const busy = { perMinute: 1_000_000, burst: 1_000_000 };
    const authority = await startTestAuthority({
      config: (config) => ({
        ...config,
        registration: {
          ...config.registration,
          throttle: { account: busy, address: busy, everybody: busy },
        },
      }),
    });
    return new Campaign(authority, await Deno.makeTempDir({ prefix: "hakko-kill-app-" }));
  }

  /** A user with a PC that has never seen the app. */
  async newPlace(algorithm: KeyAlgorithm): Promise<Place> {
    const { store, urls, rootPem } = this.authority.authority;
    const loginId = `kill.${++this.#users}`;
    await addTestUser(store, { loginId, password: PASSWORD });
    const folder = `${this.folder}/${loginId}`;
    return { apiUrl: urls.api, rootPem, algorithm, folder, loginId, password: PASSWORD };
  }

  async certificates(place: Place): Promise<CertificateRecord[]> {
    return await this.authority.authority.store.listCertificates(place.loginId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** One process after the other; the next one starts while the last one works. */
class Lane implements AsyncDisposable {
  #current = new DriverProcess("kill_driver.ts");
  #next = new DriverProcess("kill_driver.ts");

  get driver(): DriverProcess {
    return this.#current;
  }

  /** The driver has been killed: the next one takes its place. */
  async replace(): Promise<void> {
    assertEquals(await this.#current.end(), "SIGKILL");
    this.#current = this.#next;
    this.#next = new DriverProcess("kill_driver.ts");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current[Symbol.asyncDispose]();
    await this.#next[Symbol.asyncDispose]();
  }
}

/** A fresh process does what a start does, and the person what is asked. */
async function recover(driver: DriverProcess, place: Place): Promise<Recovery & { challenge: string }> {
  const challenge = crypto.randomUUID();
  await driver.order({ do: "recover-and-show", place, challenge });
  return { ...await driver.answer<Recovery>(), challenge };
}

/** I1–I7 of the design, as far as one user and one PC can show them. */
async function assertWhole(
  campaign: Campaign,
  place: Place,
  recovery: Recovery & { challenge: string },
): Promise<void> {
  const { store, login } = campaign.authority.authority;
  // One certificate was ever made, it is confirmed, and it is the one that the person has.
  const records = await campaign.certificates(place);
  assertEquals(records.map(({ state }) => state), ["confirmed"], "none burned, none duplicated");
  const [held, ...others] = recovery.held;
  assertEquals([held?.serial, held?.loginId, others], [records[0]?.serial, place.loginId, []]);
  assertEquals([recovery.entries, recovery.pending], [1, 0]);
  // Its key signs, and the login takes it.
  const certificateDer = Uint8Array.fromBase64(recovery.certificate);
  const signed = await verifySignedData(Uint8Array.fromBase64(recovery.proof), { certificateDer });
  assertEquals(new TextDecoder().decode(signed), recovery.challenge);
  const { user, certificate } = await login.check(certificateDer, "kill-test");
  assertEquals([user.loginId, certificate.serial], [place.loginId, records[0]?.serial]);
  // Nothing is left over.
  assertEquals(countRows(`${place.folder}/nssdb/key4.db`, PRIVATE_KEYS), 1, "private keys");
  assertEquals(filesBelow(place.folder), [
    "ApplicationLog.log",
    "nssdb/cert9.db",
    "nssdb/key4.db",
    "nssdb/pkcs11.txt",
    "state/issuance.lock",
  ]);
  await campaign.audit.check(store);
  assert(campaign.audit.serials.has(held!.serial));
}

// PKCS#11 v3.1: CKA_CLASS (0x0) is CKO_PRIVATE_KEY (0x3).
const PRIVATE_KEYS = "SELECT count(*) AS n FROM nssPrivate WHERE a0 = x'00000003'";

function countRows(path: string, sql: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(sql).get()?.["n"]);
  } finally {
    database.close();
  }
}

function filesBelow(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`, `${prefix}${name}/`) : [prefix + name]
  ).sort();
}

function journalStates(place: Place): (string | undefined)[] {
  try {
    return filesBelow(`${place.folder}/state/journal`).map((name) =>
      JSON.parse(Deno.readTextFileSync(`${place.folder}/state/journal/${name}`)).state
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function killAt(campaign: Campaign, lane: Lane, job: { point: KillPoint; algorithm: KeyAlgorithm }) {
  const place = await campaign.newPlace(job.algorithm);
  await lane.driver.order({ do: "issue", place, killAt: job.point });
  assertEquals(await lane.driver.answer(), { going: true });
  assertEquals(await lane.driver.lastWords(), undefined, "it never came there");
  await lane.replace();

  const leaves = LEAVES[job.point];
  assertEquals(journalStates(place), leaves.journal === undefined ? [] : [leaves.journal]);
  const records = await campaign.certificates(place);
  assertEquals(records.map(({ state }) => state), leaves.certificates);

  const recovery = await recover(lane.driver, place);
  assertEquals(recovery.wasAsked, leaves.asks);
  assertEquals(recovery.resumed.length, leaves.journal === undefined || leaves.asks ? 0 : 1);
  await assertWhole(campaign, place, recovery);
  await Deno.remove(place.folder, { recursive: true });
}

/** Kills from outside at a random time, then perhaps the recovery as well, and again. */
async function killSometime(
  campaign: Campaign,
  lane: Lane,
  job: { random: () => number; wholeMs: number },
): Promise<void> {
  const { random, wholeMs } = job;
  const place = await campaign.newPlace(random() < 0.1 ? "rsa-2048" : "p256");
  await lane.driver.order({ do: "issue", place, killAt: null });
  assertEquals(await lane.driver.answer(), { going: true });
  for (let chance = 1; random() < chance; chance /= 2) {
    await after(random() * wholeMs);
    lane.driver.kill();
    await lane.replace();
    const live = (await campaign.certificates(place)).filter(({ state }) => state !== "abandoned");
    assert(live.length <= 1, "at most one certificate at any time");
    await lane.driver.order({ do: "recover", place });
  }
  assertEquals(await lane.driver.answer(), { finished: true });
  await assertWhole(campaign, place, await recover(lane.driver, place));
  await Deno.remove(place.folder, { recursive: true });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long an issue takes in a process of its own. */
async function measure(campaign: Campaign, lane: Lane): Promise<number> {
  const place = await campaign.newPlace("p256");
  await lane.driver.order({ do: "issue", place, killAt: null });
  await lane.driver.answer();
  const startedAt = performance.now();
  await lane.driver.answer();
  return performance.now() - startedAt;
}

Deno.test({
  name: "the app killed at any point of an issue ends with exactly one usable certificate",
  ignore: !hasNssTools(),
  fn: async (t) => {
    await using campaign = await Campaign.open();
    const rounds = killRounds();
    const open = () => new Lane();
    for (const point of KILL_POINTS) {
      await t.step(`killed at ${point}, ${rounds} times`, async () => {
        const jobs = Array.from({ length: rounds }, (_, round) => ({
          point,
          // Long keys take long to make: enough to see that they come through, too.
          algorithm: round % 10 === 0 ? "rsa-2048" as const : "p256" as const,
        }));
        await inLanes(jobs, { lanes: LANES, open, work: (job, lane) => killAt(campaign, lane, job) });
      });
    }
    const kills = RANDOM_KILLS_PER_ROUND * rounds;
    await t.step(`killed at ${kills} random times (seed ${SEED}), some in the recovery too`, async () => {
      await using first = new Lane();
      const wholeMs = 1.5 * await measure(campaign, first);
      const random = seededRandom(SEED);
      const jobs = Array.from({ length: kills }, () => ({ random, wholeMs }));
      await inLanes(jobs, { lanes: LANES, open, work: (job, lane) => killSometime(campaign, lane, job) });
    });
    await campaign.audit.verify(campaign.authority.authority.store);
  },
});
