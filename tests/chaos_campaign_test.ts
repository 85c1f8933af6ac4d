/**
 * Answers that are lost, cut and repeated after the authority has committed, over a line that delays, drops, cuts,
 * drips and falls silent: nobody loses a certificate, nobody uses up two, the same key never gets different ones, and
 * whoever renews can log in all the while.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { startTestAuthority, type TestAuthority } from "../src/authority/testing.ts";
import { type HttpLimits, openHttp, type SendHttp } from "../src/network/http.ts";
import { parseProfile, type Profile } from "../src/profile.ts";
import { Applicant, type Counter } from "./support/applicant.ts";
import { AuditWatch } from "./support/audit_watch.ts";
import { type Fault, loseAnswers } from "./support/chaos.ts";
import { openChaosProxy, TROUBLES } from "./support/chaos_proxy.ts";
import { ChaosToll } from "./support/chaos_toll.ts";
import { seededRandom } from "./support/random.ts";
import { inLanes } from "./support/rounds.ts";

const SEED = 20_260_120;
/** Each issues and renews. */
const PEOPLE = 250;
const AT_ONCE = 8;
/** Days that a certificate is valid: its renewal is open at once. */
const DUE_DAYS = 30;
/** Of the turns of the line, and of the answers that come through. */
const SHARE_OF_TURNS = 0.25;
const SHARE_OF_ANSWERS = 0.25;
/** Of what the authority committed, at least so much was not heard, or heard twice. */
const SPOILED = 0.3;

/** The app waits as it always does, but not as long. */
const IMPATIENT: Partial<HttpLimits> = { answerMs: 500, idleMs: 250, totalMs: 1_000 };

async function startAuthority(): Promise<TestAuthority> {
  const busy = { perMinute: 1_000_000, burst: 1_000_000 };
  const throttle = { account: busy, address: busy, everybody: busy };
  return await startTestAuthority({
    config: (config) => ({
      ...config,
      registration: { ...config.registration, throttle },
      // Lines that nobody uses any more end soon.
      http: { ...config.http, idleSeconds: 5 },
    }),
  });
}

/** @param port Where the people's apps look for the API: the proxy. */
function openCounter(test: TestAuthority, port: number): Counter & Disposable {
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

/** Everybody gets a certificate and renews it, a few at once. */
async function serveEverybody(
  counter: Counter,
  { send, spoil }: { send: SendHttp; spoil: (send: SendHttp) => SendHttp },
): Promise<void> {
  const numbers = Array.from({ length: PEOPLE }, (_, number) => number);
  await inLanes(numbers, {
    lanes: AT_ONCE,
    open: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    async work(number) {
      const person = await Applicant.register(counter, {
        loginId: `person.${number}`,
        validityDays: DUE_DAYS,
        isPatient: number % 2 === 0,
        send,
        spoil,
        // The second of two same passwords: that step is done.
        mayMeet: ["registration/out-of-order"],
      });
      await person.getsCertificate();
      const old = await person.assertWhole();
      await person.getsRenewal(old);
      await person.assertRenewed(old);
    },
  });
}

Deno.test(`${PEOPLE} people get and renew one certificate each although ${SPOILED * 100} % of the answers are lost, cut or repeated`, async () => {
  await using test = await startAuthority();
  const { store, urls, rootPem } = test.authority;
  await using proxy = openChaosProxy(Number(new URL(urls.api).port), {
    seed: SEED,
    share: SHARE_OF_TURNS,
    delayMs: 2 * IMPATIENT.answerMs!,
    cutWithinBytes: 3_000,
    drip: { bytes: 16, pauseMs: 4 },
  });
  using counter = openCounter(test, proxy.port);
  const http = openHttp({ trustAnchorsPem: [rootPem], limits: IMPATIENT, lookMs: IMPATIENT.answerMs });
  using _ = { [Symbol.dispose]: () => http.close() };
  const random = seededRandom(SEED);
  const toll = new ChaosToll();
  const faults = new Map<Fault, number>();

  await serveEverybody(counter, {
    send: http.send,
    spoil: (send) =>
      toll.watch(loseAnswers(send, {
        random,
        share: SHARE_OF_ANSWERS,
        onFault: (fault, request) => {
          faults.set(fault, (faults.get(fault) ?? 0) + 1);
          if (fault === "repeated" || fault === "doubled") toll.markRepeated(request);
        },
      })),
  });

  const audit = new AuditWatch(test.directory);
  await audit.verify(store);
  assertEquals(audit.serials.size, 2 * PEOPLE, "one serial number for each certificate, none burned");
  for (const action of ["signed", "confirmed"]) {
    assertEquals(await audit.count(store, `certificate.${action}`), 2 * PEOPLE, action);
  }
  assertEquals(await audit.count(store, "certificate.superseded"), PEOPLE);
  assertEquals(await audit.count(store, "certificate.abandoned"), 0);

  // That was a bad day indeed.
  const { committed, spoiled } = await toll.count(store);
  console.log({
    committed,
    spoiled,
    share: spoiled / committed,
    faults,
    byLogin: (await store.readAudit(1, 100000)).filter((l) => l.actor === "certificate-login").length,
    struck: proxy.struck,
  });
  assertGreaterOrEqual(spoiled / committed, SPOILED, `${spoiled} of ${committed}`);
  for (const trouble of TROUBLES) assertGreaterOrEqual(proxy.struck.get(trouble) ?? 0, 20, trouble);
  assertEquals(faults.size, 4);
  for (const [fault, count] of faults) assert(count >= 20, `${fault}: ${count}`);
});
