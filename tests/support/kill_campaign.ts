/**
 * What the kill tests of issue and renewal share: one authority, many users with a PC each, and the driver processes
 * that are killed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { addTestUser, startTestAuthority, type TestAuthority } from "../../src/authority/testing.ts";
import type { CertificateRecord } from "../../src/authority/store/store.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { verifySignedData } from "../../src/pki/cms.ts";
import type { KeyAlgorithm } from "../../src/protocol/messages.ts";
import { AuditWatch } from "./audit_watch.ts";
import { DriverProcess } from "./driver_process.ts";
import { seededRandom } from "./random.ts";
import { inLanes } from "./rounds.ts";
import { acquire, openEngine, type Place, type Recovery } from "./kill_driver.ts";

const RANDOM_KILLS_PER_ROUND = 3;
const LANES = 2;
const PASSWORD = "correct horse 電池";
/** Days that a certificate which is to be renewed is valid: its renewal is open at once. */
const DUE_DAYS = 30;

/** What a kill leaves: the journal's state, the states of the authority's certificates, and who has to go on. */
export interface Leaves {
  journal: string | undefined;
  certificates: CertificateRecord["state"][];
  /** Whether the person has to come back with the password. */
  asks: boolean;
}

/** A recovery and what its proof was made over. */
export type ShownRecovery = Recovery & { challenge: string };

/** All rounds of one authority. */
export class Campaign implements AsyncDisposable {
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
  async newPlace(algorithm: KeyAlgorithm, user: { validityDays?: number } = {}): Promise<Place> {
    const { store, urls, rootPem } = this.authority.authority;
    const loginId = `kill.${++this.#users}`;
    await addTestUser(store, { loginId, password: PASSWORD, ...user });
    const folder = `${this.folder}/${loginId}`;
    return { apiUrl: urls.api, rootPem, algorithm, folder, loginId, password: PASSWORD, renews: null };
  }

  /** A user with a PC on which there is a certificate that is due. */
  async newDuePlace(algorithm: KeyAlgorithm): Promise<Place & { renews: string }> {
    const place = await this.newPlace(algorithm, { validityDays: DUE_DAYS });
    const { engine, close } = openEngine(place);
    try {
      await acquire(engine, place);
      const [held] = await engine.list();
      return { ...place, renews: held!.serial };
    } finally {
      close();
    }
  }

  /** Oldest first. */
  async certificates(place: Place): Promise<CertificateRecord[]> {
    return (await this.authority.authority.store.listCertificates(place.loginId)).toReversed();
  }

  /** The bank's answer to a certificate: who it is, or that it does not count. Changes nothing. */
  async canLogIn(certificateDer: Uint8Array<ArrayBuffer>, place: Place): Promise<boolean> {
    try {
      const { serialHex } = parseCertificate(certificateDer);
      const { user } = await this.authority.authority.login.checkSerial(serialHex);
      return user.loginId === place.loginId;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** One process after the other; the next one starts while the last one works. */
export class Lane implements AsyncDisposable {
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
export async function recover(driver: DriverProcess, place: Place): Promise<ShownRecovery> {
  const challenge = crypto.randomUUID();
  await driver.order({ do: "recover-and-show", place, challenge });
  return { ...await driver.answer<Recovery>(), challenge };
}

/**
 * I1–I7 of the design, as far as one user and one PC can show them, for the newest of this user's certificates.
 *
 * @returns All of them, oldest first.
 */
export async function assertOneUsable(
  campaign: Campaign,
  place: Place,
  recovery: ShownRecovery,
): Promise<CertificateRecord[]> {
  const { store, login } = campaign.authority.authority;
  const records = await campaign.certificates(place);
  const newest = records.at(-1);
  const [held, ...others] = recovery.held;
  assertEquals([held?.serial, held?.loginId, others], [newest?.serial, place.loginId, []]);
  assertEquals([recovery.entries, recovery.pending], [1, 0]);
  // Its key signs, and the login takes it.
  const certificateDer = Uint8Array.fromBase64(recovery.certificate);
  const signed = await verifySignedData(Uint8Array.fromBase64(recovery.proof), { certificateDer });
  assertEquals(new TextDecoder().decode(signed), recovery.challenge);
  const { user, certificate } = await login.check(certificateDer, "kill-test");
  assertEquals([user.loginId, certificate.serial], [place.loginId, newest?.serial]);
  // Nothing is left over.
  assertEquals(countRows(`${place.folder}/nssdb/key4.db`, PRIVATE_KEYS), 1, "private keys");
  assertEquals(filesBelow(place.folder), [
    "ApplicationLog.log",
    "nssdb/cert9.db",
    "nssdb/key4.db",
    "nssdb/pkcs11.txt",
    "state/device-id",
    "state/issuance.lock",
  ]);
  await campaign.audit.check(store);
  assert(campaign.audit.serials.has(held!.serial));
  return records;
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

/** The states that the journal is left in. */
export function journalStates(place: Place): (string | undefined)[] {
  try {
    return filesBelow(`${place.folder}/state/journal`).map((name) =>
      JSON.parse(Deno.readTextFileSync(`${place.folder}/state/journal/${name}`)).state
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the driver takes for one acquisition. */
async function measure(lane: Lane, place: Place): Promise<number> {
  await lane.driver.order({ do: "acquire", place, killAt: null });
  await lane.driver.answer();
  const startedAt = performance.now();
  await lane.driver.answer();
  return performance.now() - startedAt;
}

/** What is killed, and how. */
export interface KillPlan<Point> {
  points: readonly Point[];
  rounds: number;
  /** Of the random times. */
  seed: number;
  newPlace: (campaign: Campaign) => (algorithm: KeyAlgorithm) => Promise<Place>;
  /** One kill at a point, and all that is to be seen afterwards. */
  killAt: (campaign: Campaign, lane: Lane, job: { point: Point; algorithm: KeyAlgorithm }) => Promise<void>;
  /** Kills at random times within `wholeMs`. */
  killSometime: (
    campaign: Campaign,
    lane: Lane,
    job: { random: () => number; wholeMs: number },
  ) => Promise<void>;
}

/** Kills at every point so many times, then at random times, and verifies the audit log in the end. */
export async function killEverywhere<Point extends string>(
  t: Deno.TestContext,
  { points, rounds, seed, newPlace, killAt, killSometime }: KillPlan<Point>,
): Promise<void> {
  await using campaign = await Campaign.open();
  const open = () => new Lane();
  for (const point of points) {
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
  await t.step(`killed at ${kills} random times (seed ${seed}), some in the recovery too`, async () => {
    await using first = new Lane();
    const wholeMs = 1.5 * await measure(first, await newPlace(campaign)("p256"));
    const random = seededRandom(seed);
    const jobs = Array.from({ length: kills }, () => ({ random, wholeMs }));
    await inLanes(jobs, { lanes: LANES, open, work: (job, lane) => killSometime(campaign, lane, job) });
  });
  await campaign.audit.verify(campaign.authority.authority.store);
}
