/**
 * The authority killed with SIGKILL right before and right after every kind of commit, while people ask it for
 * certificates, and started again on the same directory and ports: everybody ends with exactly one certificate,
 * always the same bytes, and the audit log is whole.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../src/errors.ts";
import { parseCrl } from "../src/pki/crl.ts";
import { Applicant } from "./support/applicant.ts";
import { type CommitPoint, STORE_STATES, type StoreState } from "./support/authority_kill_driver.ts";
import { KillableAuthority } from "./support/killable_authority.ts";
import { seededRandom } from "./support/random.ts";
import { inLanes, killRounds } from "./support/rounds.ts";

const SEED = 20_260_119;
const RANDOM_KILLS_PER_ROUND = 3;
const LANES = 2;
const PEOPLE = 2;

/** One directory for all rounds of a lane. */
class Lane implements AsyncDisposable {
  readonly authority: KillableAuthority;
  #people = 0;

  constructor(authority: KillableAuthority) {
    this.authority = authority;
  }

  /** New people; every second one's app repeats by itself until the authority is back. */
  async people(count: number): Promise<Applicant[]> {
    const people: Applicant[] = [];
    while (people.length < count) {
      const number = ++this.#people;
      people.push(
        await Applicant.register(this.authority, {
          loginId: `person.${number}`,
          isPatient: number % 2 === 0,
        }),
      );
    }
    return people;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const { audit, store } = this.authority;
      await audit.verify(store);
      assertEquals(await defects(this.authority.directory), []);
    } finally {
      await this.authority[Symbol.asyncDispose]();
    }
  }
}

/** What the authority's log calls an error: being killed is no reason for one. */
async function defects(directory: string): Promise<string[]> {
  const log = await Deno.readTextFile(`${directory}/authority.log`);
  return log.split("\n").filter((line) => line.includes('"level":"error"'));
}

/** People ask for certificates; the authority dies at that commit and comes back. */
async function killWhileIssuing(lane: Lane, point: CommitPoint): Promise<void> {
  const { authority } = lane;
  const people = await lane.people(PEOPLE);
  if (point.state === "certificate.abandoned") {
    for (const person of people) await person.leavesUnconfirmed();
  }
  const linesBefore = await authority.audit.count(authority.store, point.state);
  await authority.arm(point);
  let isDead = false;
  const died = authority.end().then(async () => {
    isDead = true;
    const lines = await authority.audit.count(authority.store, point.state) - linesBefore;
    if (point.moment === "before") assertEquals(lines, 0, "it was to die before the commit");
    else assert(lines > 0, "it was to die after the commit");
    await authority.restart();
  });
  died.catch((reason) => authority.giveUp(reason));
  await Promise.all(people.map((person) => person.getsCertificate()));
  // Whoever's commit it was has waited for the restart.
  assert(isDead, "there was no such commit");
  await died;
  const isReplaced = point.state === "certificate.abandoned";
  for (const person of people) await person.assertWhole(isReplaced ? ["abandoned"] : []);
  await authority.audit.check(authority.store);
}

/** Somebody's certificate is revoked; the authority dies over the revocation or over the CRL that tells it. */
async function killWhileRevoking(lane: Lane, point: CommitPoint): Promise<void> {
  const { authority } = lane;
  const [person] = await lane.people(1);
  await person!.getsCertificate();
  const { serial, certificateDer } = await person!.assertWhole();
  if (point.state === "certificate.revoked") {
    await authority.arm(point);
    assertEquals(await authority.revoke(person!.loginId), undefined);
    await authority.end();
    await authority.restart();
    assertEquals(await authority.revoke(person!.loginId), point.moment === "before" ? [serial] : []);
  } else {
    assertEquals(await authority.revoke(person!.loginId), [serial]);
    await authority.arm(point);
    await assertRejects(() => authority.crl());
    await authority.end();
    await authority.restart();
  }
  const refusal = await assertRejects(() => authority.login(certificateDer!), AppError);
  assertEquals(refusal.key, "login/certificate-revoked");
  const crl = parseCrl(await authority.crl());
  assert([...crl.revoked()].some(({ serialHex }) => serialHex === serial), "the CRL tells it");
  await person!.getsCertificate();
  await person!.assertWhole(["revoked"]);
  await authority.audit.check(authority.store);
}

/** The authority dies at some time while people ask for certificates. */
async function killSometime(lane: Lane, delayMs: number): Promise<void> {
  const { authority } = lane;
  const people = await lane.people(PEOPLE);
  authority.expectDeath();
  const died = after(delayMs).then(async () => {
    authority.kill();
    await authority.end();
    await authority.restart();
  });
  await Promise.all([died, ...people.map((person) => person.getsCertificate())]);
  for (const person of people) await person.assertWhole();
  await authority.audit.check(authority.store);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the people of one round take when nobody dies. */
async function measure(lane: Lane): Promise<number> {
  const people = await lane.people(PEOPLE);
  const startedAt = performance.now();
  await Promise.all(people.map((person) => person.getsCertificate()));
  return performance.now() - startedAt;
}

const REVOKING: readonly StoreState[] = ["certificate.revoked", "crl.published"];

Deno.test("the authority killed at any commit leaves everybody with exactly one usable certificate", async (t) => {
  const rounds = killRounds();
  const lanes = await Promise.all(
    Array.from({ length: LANES }, async () => new Lane(await KillableAuthority.open())),
  );
  await using opened = new AsyncDisposableStack();
  for (const lane of lanes) opened.use(lane);

  async function inAllLanes<J>(
    jobs: readonly J[],
    work: (lane: Lane, job: J) => Promise<void>,
  ): Promise<void> {
    const free = [...lanes];
    await inLanes(jobs, {
      lanes: LANES,
      open: () => ({ lane: free.pop()!, [Symbol.asyncDispose]: () => Promise.resolve() }),
      work: (job, { lane }) => work(lane, job),
    });
  }

  for (const state of STORE_STATES) {
    for (const moment of ["before", "after"] as const) {
      const isWell = await t.step(`killed ${moment} the commit of ${state}, ${rounds} times`, async () => {
        const work = REVOKING.includes(state) ? killWhileRevoking : killWhileIssuing;
        await inAllLanes(Array.from({ length: rounds }, () => ({ state, moment })), work);
      });
      // The authority may be gone for good: nobody shall wait for it.
      if (!isWell) return;
    }
  }
  const kills = RANDOM_KILLS_PER_ROUND * rounds;
  await t.step(`killed at ${kills} random times (seed ${SEED})`, async () => {
    const wholeMs = 1.5 * await measure(lanes[0]!);
    const random = seededRandom(SEED);
    await inAllLanes(Array.from({ length: kills }, () => random() * wholeMs), killSometime);
  });
});
