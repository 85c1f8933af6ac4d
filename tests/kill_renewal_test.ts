/**
 * The app killed with SIGKILL at every point of a renewal: at that moment the user can log in with the old
 * certificate or the new one, and the next start ends with the new one alone.
 */
import { assert, assertEquals } from "@std/assert";
import { hasNssTools } from "../src/keystore/nss.ts";
import type { KeyAlgorithm } from "../src/protocol/messages.ts";
import {
  after,
  assertOneUsable,
  Campaign,
  journalStates,
  killEverywhere,
  type Lane,
  type Leaves,
  recover,
  type ShownRecovery,
} from "./support/kill_campaign.ts";
import { openEngine, type Place, RENEWAL_KILL_POINTS } from "./support/kill_driver.ts";
import { killRounds } from "./support/rounds.ts";

const SEED = 20_260_407;

type RenewalKillPoint = (typeof RENEWAL_KILL_POINTS)[number];

const NOTHING: Leaves = { journal: undefined, certificates: ["confirmed"], asks: true };
const ISSUED: Leaves = { journal: "SUBMITTED", certificates: ["confirmed", "unconfirmed"], asks: false };
const DONE: Leaves = { journal: "INSTALLED", certificates: ["revoked", "confirmed"], asks: false };
const LEAVES: Record<RenewalKillPoint, Leaves> = {
  "old-tried": NOTHING,
  "enrolment-started": NOTHING,
  "password-accepted": NOTHING,
  KEY_CREATED: { ...NOTHING, journal: "KEY_CREATED" },
  "old-signed": { ...NOTHING, journal: "KEY_CREATED" },
  CSR_SAVED: { ...NOTHING, journal: "CSR_SAVED" },
  SUBMITTED: { ...ISSUED, certificates: ["confirmed"] },
  "certificate-answered": ISSUED,
  RECEIVED: { ...ISSUED, journal: "RECEIVED" },
  "bundle-written": { ...ISSUED, journal: "RECEIVED" },
  imported: { ...ISSUED, journal: "RECEIVED" },
  signed: { ...ISSUED, journal: "RECEIVED" },
  INSTALLED: { ...ISSUED, journal: "INSTALLED" },
  "confirmation-answered": DONE,
  "confirmation-kept": DONE,
  "old-key-removed": DONE,
  "old-removed": DONE,
  CONFIRMED: { ...DONE, journal: undefined },
};
/** Only the old certificate is still to be removed: the person was told of the new one, and no news comes of it. */
const SILENT: ReadonlySet<RenewalKillPoint> = new Set([
  ...["confirmation-kept", "old-key-removed", "old-removed"] as const,
]);

/** Right now, whatever is half done: some certificate in the keystore signs, and the bank takes it. */
async function assertCanLogIn(campaign: Campaign, place: Place): Promise<void> {
  const { engine, keystore, close } = openEngine(place);
  try {
    const usable: string[] = [];
    for (const { fingerprint, certificateDer } of await keystore.list()) {
      if (!await campaign.canLogIn(certificateDer, place)) continue;
      await keystore.sign(fingerprint, new Uint8Array([1]));
      usable.push(fingerprint);
    }
    assert(usable.length > 0, "neither certificate logs in");
    assertEquals((await engine.list()).length, 1, "one of the two is listed");
  } finally {
    close();
  }
}

/** Two certificates were ever made: the old one is superseded, the new one confirmed, and the person's only one. */
async function assertWhole(campaign: Campaign, place: Place, recovery: ShownRecovery): Promise<void> {
  const records = await assertOneUsable(campaign, place, recovery);
  assertEquals(
    records.map(({ serial, state, renews, revocationReason }) => [
      ...[serial === place.renews, state, renews, revocationReason],
    ]),
    [[true, "revoked", null, "superseded"], [false, "confirmed", place.renews, null]],
    "none burned, none duplicated",
  );
}

async function killAt(
  campaign: Campaign,
  lane: Lane,
  { point, algorithm }: { point: RenewalKillPoint; algorithm: KeyAlgorithm },
): Promise<void> {
  const place = await campaign.newDuePlace(algorithm);
  await lane.driver.order({ do: "acquire", place, killAt: point });
  assertEquals(await lane.driver.answer(), { going: true });
  assertEquals(await lane.driver.lastWords(), undefined, "it never came there");
  await lane.replace();

  const leaves = LEAVES[point];
  assertEquals(journalStates(place), leaves.journal === undefined ? [] : [leaves.journal]);
  const records = await campaign.certificates(place);
  assertEquals(records.map(({ state }) => state), leaves.certificates);
  await assertCanLogIn(campaign, place);

  const recovery = await recover(lane.driver, place);
  assertEquals(recovery.wasAsked, leaves.asks);
  const isNews = leaves.journal !== undefined && !leaves.asks && !SILENT.has(point);
  assertEquals(recovery.resumed.length, isNews ? 1 : 0);
  await assertWhole(campaign, place, recovery);
  await Deno.remove(place.folder, { recursive: true });
}

/** Kills from outside at a random time, then perhaps the recovery as well, and again; some log in meanwhile. */
async function killSometime(
  campaign: Campaign,
  lane: Lane,
  { random, wholeMs }: { random: () => number; wholeMs: number },
): Promise<void> {
  const place = await campaign.newDuePlace(random() < 0.1 ? "rsa-2048" : "p256");
  await lane.driver.order({ do: "acquire", place, killAt: null });
  assertEquals(await lane.driver.answer(), { going: true });
  for (let chance = 1; random() < chance; chance /= 2) {
    await after(random() * wholeMs);
    lane.driver.kill();
    await lane.replace();
    await assertCanLogIn(campaign, place);
    if (random() < 0.3) await logInWithNewest(campaign, place);
    await lane.driver.order({ do: "recover", place });
  }
  assertEquals(await lane.driver.answer(), { finished: true });
  await assertWhole(campaign, place, await recover(lane.driver, place));
  await Deno.remove(place.folder, { recursive: true });
}

/** The person does not wait for the app: the first login confirms. */
async function logInWithNewest(campaign: Campaign, place: Place): Promise<void> {
  const { keystore, close } = openEngine(place);
  try {
    const newest = (await campaign.certificates(place)).at(-1);
    const entries = await keystore.list();
    const entry = entries.find(({ certificateDer }) =>
      newest?.certificateDer?.toHex() === certificateDer.toHex()
    );
    if (entry === undefined) return;
    await campaign.authority.authority.login.check(entry.certificateDer, "kill-test");
  } finally {
    close();
  }
}

Deno.test({
  name:
    "the app killed at any point of a renewal: the user can log in, and ends with the new certificate alone",
  ignore: !hasNssTools(),
  fn: (t) =>
    killEverywhere(t, {
      points: RENEWAL_KILL_POINTS,
      // There are more points than of an issue, and before each kill somebody has to get a certificate.
      rounds: Math.ceil(killRounds() / 2),
      seed: SEED,
      newPlace: (campaign) => (algorithm) => campaign.newDuePlace(algorithm),
      killAt,
      killSometime,
    }),
});
