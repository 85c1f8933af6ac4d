import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { daysLeft } from "../i18n/format.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { heldCertificate } from "./testing.ts";
import { dueNotices, NOTICE_DAYS, type NoticeDays, passedThreshold } from "./thresholds.ts";

const DAY_MS = 86_400_000;

function before(notAfter: Date, days: number, ms = 0): Date {
  return new Date(notAfter.getTime() - days * DAY_MS - ms);
}

function shownNothing(): undefined {
  return undefined;
}

/** What a check per moment shows, with what was shown remembered. */
function walk(certificates: readonly HeldCertificate[], moments: readonly Date[]): NoticeDays[][] {
  const shown = new Map<string, NoticeDays>();
  return moments.map((now) => {
    const due = dueNotices(certificates, { now, shown: (fingerprint) => shown.get(fingerprint) });
    for (const { certificate, threshold } of due) shown.set(certificate.fingerprint, threshold);
    return due.map(({ threshold }) => threshold);
  });
}

const anyEnd = fc.date({
  min: new Date("2026-01-01T00:00:00Z"),
  max: new Date("2036-12-31T23:59:59Z"),
  noInvalidDate: true,
});

Deno.test("passedThreshold() begins with the fortieth day and ends with the expiry second", () => {
  const certificate = heldCertificate({ notAfter: new Date("2027-04-01T03:00:00Z") });
  const { notAfter } = certificate;
  const cases: [Date, NoticeDays | undefined][] = [
    [before(notAfter, 41), undefined],
    [before(notAfter, 40, 1), undefined],
    [before(notAfter, 40), 40],
    [before(notAfter, 39), 40],
    [before(notAfter, 15), 40],
    [before(notAfter, 14), 14],
    [before(notAfter, 4), 14],
    [before(notAfter, 3), 3],
    [before(notAfter, 2), 3],
    [before(notAfter, 1), 1],
    [new Date("2027-03-31T15:00:00Z"), 1], // the last day has begun in Japan
    [before(notAfter, 0, 1), 1],
    [notAfter, undefined],
    [before(notAfter, -1), undefined],
  ];
  for (const [now, expected] of cases) {
    assertEquals(passedThreshold(certificate, now), expected, now.toISOString());
  }
});

Deno.test("passedThreshold() changes at midnight in Japan, whatever hour the certificate ends", () => {
  for (const notAfter of ["2027-03-31T15:00:00Z", "2027-04-01T03:00:00Z", "2027-04-01T14:59:59Z"]) {
    const certificate = heldCertificate({ notAfter: new Date(notAfter) });
    assertEquals(passedThreshold(certificate, new Date("2027-03-17T14:59:59.999Z")), 40, notAfter);
    assertEquals(passedThreshold(certificate, new Date("2027-03-17T15:00:00Z")), 14, notAfter);
  }
});

Deno.test("passedThreshold() counts a leap day as a day", () => {
  const inLeapYear = heldCertificate({ notAfter: new Date("2028-03-10T03:00:00Z") });
  assertEquals(passedThreshold(inLeapYear, new Date("2028-02-24T14:59:59Z")), 40);
  assertEquals(passedThreshold(inLeapYear, new Date("2028-02-24T15:00:00Z")), 14); // 25 February in Japan
  const inOther = heldCertificate({ notAfter: new Date("2027-03-10T03:00:00Z") });
  assertEquals(passedThreshold(inOther, new Date("2027-02-23T14:59:59Z")), 40);
  assertEquals(passedThreshold(inOther, new Date("2027-02-23T15:00:00Z")), 14); // 24 February in Japan
  const onLeapDay = heldCertificate({ notAfter: new Date("2028-02-29T03:00:00Z") });
  assertEquals(passedThreshold(onLeapDay, new Date("2028-02-27T14:59:59Z")), 3);
  assertEquals(passedThreshold(onLeapDay, new Date("2028-02-27T15:00:00Z")), 1);
});

Deno.test("passedThreshold() waits until renewal is open", () => {
  const certificate = heldCertificate();
  const lateOpening = { ...certificate, renewableFrom: before(certificate.notAfter, 10) };
  assertEquals(passedThreshold(lateOpening, before(certificate.notAfter, 10, 1)), undefined);
  assertEquals(passedThreshold(lateOpening, before(certificate.notAfter, 10)), 14);
  const earlyOpening = { ...certificate, renewableFrom: before(certificate.notAfter, 60) };
  assertEquals(passedThreshold(earlyOpening, before(certificate.notAfter, 41)), undefined);
});

Deno.test("dueNotices() shows each threshold once to a PC that is on every day", () => {
  fc.assert(fc.property(anyEnd, fc.integer({ min: 0, max: DAY_MS - 1 }), (notAfter, offsetMs) => {
    const moments = Array.from({ length: 60 }, (_, i) => before(notAfter, 55 - i, -offsetMs));
    assertEquals(walk([heldCertificate({ notAfter })], moments).flat(), [...NOTICE_DAYS]);
  }));
});

Deno.test("dueNotices() catches up with one notice, the most urgent, however long the PC was off", () => {
  fc.assert(fc.property(
    anyEnd,
    fc.array(fc.integer({ min: -5 * DAY_MS, max: 60 * DAY_MS }), { maxLength: 30 }),
    (notAfter, distances) => {
      const moments = distances.toSorted((a, b) => b - a).map((ms) => before(notAfter, 0, ms));
      const notices = walk([heldCertificate({ notAfter })], moments);
      let last = Infinity;
      for (const [i, due] of notices.entries()) {
        const now = moments[i]!;
        assert(due.length <= 1);
        for (const threshold of due) {
          const left = daysLeft(notAfter, now);
          assertEquals(threshold, NOTICE_DAYS.findLast((days) => left <= days), "not the most urgent one");
          assert(threshold < last, "came twice");
          assert(now < notAfter && notAfter.getTime() - now.getTime() <= 40 * DAY_MS);
          last = threshold;
        }
      }
      const lastInTime = moments.findLast((now) => now < notAfter && before(notAfter, 40) <= now);
      if (lastInTime !== undefined) {
        assertEquals(last, NOTICE_DAYS.findLast((days) => daysLeft(notAfter, lastInTime) <= days));
      }
    },
  ));
});

Deno.test("dueNotices() does not repeat itself when the clock is set back", () => {
  const { notAfter } = heldCertificate();
  const moments = [before(notAfter, 2), before(notAfter, 30), before(notAfter, 14), before(notAfter, 2)];
  assertEquals(walk([heldCertificate()], moments), [[3], [], [], []]);
});

Deno.test("dueNotices() keeps certificates apart, the most urgent first", () => {
  const first = heldCertificate({ fingerprint: "a", loginId: "a" });
  const second = heldCertificate({
    fingerprint: "b",
    loginId: "b",
    notAfter: before(first.notAfter, 20),
    renewableFrom: before(first.notAfter, 60),
  });
  const now = before(first.notAfter, 30);
  const due = dueNotices([first, second], { now, shown: shownNothing });
  assertEquals(
    due.map(({ certificate, threshold, daysLeft }) => [certificate.fingerprint, threshold, daysLeft]),
    [
      ["b", 14, 10],
      ["a", 40, 30],
    ],
  );
});

Deno.test("dueNotices() is silent about a certificate that has been renewed already", () => {
  const old = heldCertificate({ fingerprint: "old" });
  const renewed = heldCertificate({ fingerprint: "new", notAfter: before(old.notAfter, -365) });
  const somebodyElse = { ...renewed, loginId: "suzuki02" };
  const now = before(old.notAfter, 3);
  assertEquals(dueNotices([renewed, old], { now, shown: shownNothing }), []);
  assertEquals(dueNotices([somebodyElse, old], { now, shown: shownNothing }).length, 1);
});
