/**
 * Answers that get lost, cut and doubled after the authority has committed: nobody loses a certificate, nobody uses
 * up two, and the same key never gets different ones.
 */
import { assert, assertEquals } from "@std/assert";
import { startTestAuthority, type TestAuthority } from "../src/authority/testing.ts";
import { openHttp } from "../src/network/http.ts";
import { parseProfile, type Profile } from "../src/profile.ts";
import { Applicant, type ApplicantOptions, type Counter } from "./support/applicant.ts";
import { AuditWatch } from "./support/audit_watch.ts";
import { type Fault, loseAnswers, openCuttingProxy } from "./support/chaos.ts";
import { seededRandom } from "./support/random.ts";
import { inLanes } from "./support/rounds.ts";

const SEED = 20_260_120;
const PEOPLE = 200;
const SHARE = 0.3;
const AT_ONCE = 4;

async function startAuthority(): Promise<TestAuthority> {
  const busy = { perMinute: 1_000_000, burst: 1_000_000 };
  const throttle = { account: busy, address: busy, everybody: busy };
  return await startTestAuthority({
    config: (config) => ({ ...config, registration: { ...config.registration, throttle } }),
  });
}

/** @param port Where the people's apps look for the API: it, or a proxy before it. */
function openCounter(test: TestAuthority, port: string): Counter & Disposable {
  const { directory, authority } = test;
  const http = openHttp([authority.rootPem]);
  const url = `https://127.0.0.1:${port}`;
  return {
    directory,
    profile: createProfile(url, authority.rootPem),
    store: authority.store,
    // What the test asks for does not go through the proxy.
    send: (request) => http.send({ ...request, url: request.url.replace(url, authority.urls.api) }),
    ready: Promise.resolve(),
    login: async (certificateDer) => (await authority.login.check(certificateDer, "chaos-test")).certificate,
    [Symbol.dispose]: () => http.close(),
  };
}

function createProfile(url: string, rootPem: string): Profile {
  const path = new URL("../assets/profile.json", import.meta.url);
  const profile = parseProfile(Deno.readTextFileSync(path), "assets/profile.json");
  return {
    ...profile,
    key: { algorithm: "p256" },
    authority: { ...profile.authority, url, trustAnchors: [rootPem] },
  };
}

/** All get their certificate, a few at once, and nobody more than one. */
async function serveEverybody(
  counter: Counter,
  options: Omit<ApplicantOptions, "loginId" | "isPatient">,
): Promise<void> {
  const numbers = Array.from({ length: PEOPLE }, (_, number) => number);
  await inLanes(numbers, {
    lanes: AT_ONCE,
    open: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    async work(number) {
      const isPatient = number % 2 === 0;
      const person = await Applicant.register(counter, {
        ...options,
        loginId: `person.${number}`,
        isPatient,
      });
      await person.getsCertificate();
      await person.assertWhole();
    },
  });
  const audit = new AuditWatch(counter.directory);
  await audit.verify(counter.store);
  assertEquals(audit.serials.size, PEOPLE, "one serial number for each, none burned");
}

Deno.test(`${PEOPLE} people get one certificate each although ${SHARE * 100} % of the answers get lost, cut or doubled`, async () => {
  await using test = await startAuthority();
  using counter = openCounter(test, new URL(test.authority.urls.api).port);
  const faults = new Map<Fault, number>();
  const random = seededRandom(SEED);
  await serveEverybody(counter, {
    spoil: (send) =>
      loseAnswers(send, {
        random,
        share: SHARE,
        onFault: (fault) => faults.set(fault, (faults.get(fault) ?? 0) + 1),
      }),
    // The second of two same passwords: that step is done.
    mayMeet: ["registration/out-of-order"],
  });
  assertEquals(faults.size, 4);
  for (const [fault, count] of faults) assert(count >= 20, `${fault}: ${count}`);
});

Deno.test(`${PEOPLE} people get one certificate each although connections break in the middle of answers`, async () => {
  await using test = await startAuthority();
  await using proxy = openCuttingProxy(Number(new URL(test.authority.urls.api).port), {
    random: seededRandom(SEED),
    share: SHARE,
    spared: 1,
  });
  using counter = openCounter(test, String(proxy.port));
  const http = openHttp(counter.profile.authority.trustAnchors);
  await serveEverybody(counter, { send: http.send });
  http.close();
  assert(proxy.cuts >= PEOPLE, `${proxy.cuts} cuts`);
});
