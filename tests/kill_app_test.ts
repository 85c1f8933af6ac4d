/**
 * The app killed with SIGKILL at every point of an issue, then started again: no certificate is lost, none is
 * burned, none is made twice, and nothing of the key lies about.
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
import { ISSUE_KILL_POINTS, type Place } from "./support/kill_driver.ts";
import { killRounds } from "./support/rounds.ts";

const SEED = 20_260_118;

type IssueKillPoint = (typeof ISSUE_KILL_POINTS)[number];

const NOTHING: Leaves = { journal: undefined, certificates: [], asks: true };
const LEAVES: Record<IssueKillPoint, Leaves> = {
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

/** One certificate was ever made, it is confirmed, and it is the one that the person has. */
async function assertWhole(campaign: Campaign, place: Place, recovery: ShownRecovery): Promise<void> {
  const records = await assertOneUsable(campaign, place, recovery);
  assertEquals(records.map(({ state }) => state), ["confirmed"], "none burned, none duplicated");
}

async function killAt(
  campaign: Campaign,
  lane: Lane,
  job: { point: IssueKillPoint; algorithm: KeyAlgorithm },
) {
  const place = await campaign.newPlace(job.algorithm);
  await lane.driver.order({ do: "acquire", place, killAt: job.point });
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
  await lane.driver.order({ do: "acquire", place, killAt: null });
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

Deno.test({
  name: "the app killed at any point of an issue ends with exactly one usable certificate",
  ignore: !hasNssTools(),
  fn: (t) =>
    killEverywhere(t, {
      points: ISSUE_KILL_POINTS,
      rounds: killRounds(),
      seed: SEED,
      newPlace: (campaign) => (algorithm) => campaign.newPlace(algorithm),
      killAt,
      killSometime,
    }),
});
