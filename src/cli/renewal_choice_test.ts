import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AppError } from "../errors.ts";
import type { HeldCertificate, UnlistedCertificate } from "../issuance/mod.ts";
import { chooseCertificate } from "./renewal_choice.ts";

const DAY_MS = 86_400_000;
const now = new Date("2027-03-01T00:00:00Z");

function held(serial: string, daysToEnd: number): HeldCertificate {
  const notAfter = new Date(now.getTime() + daysToEnd * DAY_MS);
  return {
    serial,
    fingerprint: serial.repeat(16),
    holder: "山田 花子",
    loginId: "hanako",
    organization: "株式会社みらい商事",
    notBefore: new Date(notAfter.getTime() - 366 * DAY_MS),
    notAfter,
    renewableFrom: new Date(notAfter.getTime() - 40 * DAY_MS),
  };
}

function choose(
  certificates: HeldCertificate[],
  { serial, unlisted = [] }: { serial?: string; unlisted?: UnlistedCertificate[] } = {},
) {
  return chooseCertificate({
    held: certificates,
    unlisted: () => Promise.resolve(unlisted),
    serial,
    now,
    language: "ja",
  });
}

async function refused(...args: Parameters<typeof choose>): Promise<AppError> {
  return await assertRejects(() => choose(...args), AppError);
}

Deno.test("chooseCertificate() takes the only one that is due", async () => {
  const [due, later] = [held("01ab", 40), held("02cd", 41)];
  assertEquals(await choose([later, due]), { renew: due });
});

Deno.test("chooseCertificate() does not choose between several that are due, but lists them", async () => {
  const error = await refused([held("01ab", 10), held("02cd", 20), held("03ef", 300)]);
  assertEquals(error.key, "issuance/several-due");
  assertStringIncludes(error.detail ?? "", "01ab  山田 花子  hanako  2027年3月11日 09:00\n02cd");
  assert(!error.detail?.includes("03ef"));
});

Deno.test("chooseCertificate() takes the one that a serial number names, due or not", async () => {
  const [first, second, later] = [held("01ab", 10), held("02cd", 20), held("03ef", 300)];
  assertEquals(await choose([first, second, later], { serial: "2cd" }), { renew: second });
  assertEquals(await choose([first, second, later], { serial: "3ef" }), { notDue: later });
});

Deno.test("chooseCertificate() names the one that opens next when none is due", async () => {
  const [next, later] = [held("01ab", 50), held("02cd", 300)];
  assertEquals(await choose([later, next]), { notDue: next });
});

Deno.test("chooseCertificate() leaves what cannot be used to the engine, which asks what day it is", async () => {
  assertEquals((await refused([])).key, "issuance/nothing-to-renew");
  assertEquals((await refused([held("01ab", 10)], { serial: "2cd" })).key, "issuance/nothing-to-renew");
  const expired: UnlistedCertificate = { ...held("01ab", -1), why: "expired" };
  assertEquals(await choose([], { unlisted: [expired] }), { doubtful: expired });
  const keyless: UnlistedCertificate = { ...held("02cd", 10), why: "key-missing" };
  assertEquals(await choose([], { unlisted: [expired, keyless] }), { doubtful: keyless }, "the newest");
  assertEquals(await choose([held("04", 10)], { unlisted: [keyless, expired], serial: "1ab" }), {
    doubtful: expired,
  });
  const early: UnlistedCertificate = { ...held("03", 400), why: "not-yet-valid" };
  assertEquals(await choose([], { unlisted: [early] }), { doubtful: early });
});

Deno.test("chooseCertificate() does not choose between two people's certificates that cannot be used", async () => {
  const mine: UnlistedCertificate = { ...held("01ab", -1), why: "expired" };
  const theirs: UnlistedCertificate = { ...held("02cd", -2), loginId: "taro", why: "expired" };
  const error = await refused([], { unlisted: [mine, theirs] });
  assertEquals(error.key, "issuance/several-due");
  assertStringIncludes(error.detail ?? "", "taro");
  assertEquals(await choose([], { unlisted: [mine, theirs], serial: "2cd" }), { doubtful: theirs });
});
