import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import ICAL from "ical.js";
import { calendarFile, foldLine } from "./calendar.ts";
import { heldCertificate } from "./testing.ts";

const institution = {
  code: "2224",
  name: { ja: "東京厚生信用組合", en: "Tokyo Kosei Credit Cooperative" },
  app: { ja: "東京厚生信用組合 証明書発行・更新アプリ", en: "Tokyo Kosei Certificate App" },
};
const now = new Date("2026-11-25T01:02:03.456Z");

/** What another implementation reads. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      start: event.startDate.toString(),
      end: event.endDate.toString(),
      summary: event.summary,
      description: event.description,
      alarms: component.getAllSubcomponents("valarm").length,
    };
  });
}

Deno.test("calendarFile() is read by another implementation, in both languages", () => {
  const certificate = heldCertificate({ notAfter: new Date("2027-04-01T03:00:00Z") });
  for (const language of ["ja", "en"] as const) {
    const [opens, ends] = read(calendarFile(certificate, { institution, language, now }));
    assertEquals([opens?.start, opens?.end], ["2027-02-20", "2027-02-21"]);
    assertEquals([ends?.start, ends?.end], ["2027-04-01", "2027-04-02"]);
    assertEquals([opens?.alarms, ends?.alarms], [1, 3]);
    for (const event of [opens, ends]) {
      assert(event?.summary.includes(institution.name[language]));
      assert(event?.description.includes("takahashi04"));
    }
    assert(opens?.uid !== ends?.uid);
  }
});

Deno.test("calendarFile() gives days as they are in Japan", () => {
  const certificate = heldCertificate({ notAfter: new Date("2027-03-31T15:00:00Z") }); // 00:00 in Japan
  const [opens, ends] = read(calendarFile(certificate, { institution, language: "ja", now }));
  assertEquals([opens?.start, ends?.start], ["2027-02-20", "2027-04-01"]);
});

Deno.test("calendarFile() rings at nine, but not before renewal is open", () => {
  const triggers = (notAfter: string) => {
    const certificate = heldCertificate({ notAfter: new Date(notAfter) });
    const text = calendarFile(certificate, { institution, language: "en", now });
    return text.match(/(?<=^TRIGGER:).*(?=\r$)/gm);
  };
  // 14, 3 and 1 days before the last day, at 09:00 each
  const ends = [14, 3, 1].map((days) => `-PT${(days * 24 - 9) * 60}M`);
  assertEquals(triggers("2027-03-31T23:59:00Z"), ["PT540M", ...ends]); // 08:59 in Japan
  assertEquals(triggers("2027-04-01T06:54:01Z"), ["PT955M", ...ends]); // 15:54:01 in Japan
});

Deno.test("calendarFile() has the same UIDs again, and others for another certificate", () => {
  const uids = (fingerprint: string, at: Date) =>
    read(calendarFile(heldCertificate({ fingerprint }), { institution, language: "ja", now: at }))
      .map(({ uid }) => uid);
  const first = uids("aa", now);
  assertEquals(uids("aa", new Date(0)), first);
  assertEquals(new Set([...first, ...uids("bb", now)]).size, 4);
});

Deno.test("calendarFile() survives every name: CRLF, 75 octets, nothing lost and nothing injected", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme", maxLength: 120 }),
    fc.constantFrom("", ";,\\n", "\nEND:VEVENT\r\nBEGIN:VEVENT", "\u0000\u001b", '"x":y', "\u2028"),
    (name, nasty) => {
      const holder = `${name}${nasty}`;
      const text = calendarFile(heldCertificate({ holder }), { institution, language: "ja", now });
      assertNotMatch(text, /[^\r]\n|\r[^\n]/);
      for (const line of text.split("\r\n")) assert(new TextEncoder().encode(line).length <= 75, line);
      const events = read(text);
      assertEquals(events.length, 2);
      // deno-lint-ignore no-control-regex -- what a text value cannot hold
      const held = holder.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, " ");
      assertEquals(events[0]?.description.split("(takahashi04)")[0], held);
    },
  ));
});

Deno.test("calendarFile() is stamped with the time in UTC", () => {
  const text = calendarFile(heldCertificate(), { institution, language: "ja", now });
  assertMatch(text, /^DTSTAMP:20261125T010203Z\r$/m);
});

Deno.test("foldLine() never cuts a character, and unfolds to what it was", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (line) => {
    const plain = line.replace(/[\r\n]/g, "").toWellFormed();
    const folded = foldLine(plain);
    for (const part of folded.split("\r\n")) {
      const octets = new TextEncoder().encode(part);
      assert(octets.length <= 75);
      assertEquals(new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets), part);
    }
    assertEquals(folded.replaceAll("\r\n ", ""), plain);
  }));
});
