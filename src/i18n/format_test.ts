import { assertEquals } from "@std/assert";
import { daysLeft, formatClockTime, formatDateTime, localizeTimes } from "./format.ts";

Deno.test("formatDateTime() shows Japan's time on every PC", () => {
  const date = new Date("2026-11-23T06:54:59Z");
  assertEquals(formatDateTime(date, "ja"), "2026年11月23日 15:54");
  assertEquals(formatDateTime(date, "en"), "23 November 2026, 15:54 JST");
});

Deno.test("formatDateTime() crosses midnight with Japan, not with UTC", () => {
  assertEquals(formatDateTime(new Date("2026-12-31T15:05:00Z"), "ja"), "2027年1月1日 00:05");
  assertEquals(formatDateTime(new Date("2026-12-31T14:59:00Z"), "ja"), "2026年12月31日 23:59");
});

Deno.test("daysLeft() counts days of the calendar in Japan", () => {
  const end = new Date("2026-11-23T14:59:59Z"); // 23:59:59 in Japan
  assertEquals(daysLeft(end, new Date("2026-11-22T15:00:00Z")), 0); // the same day, 00:00
  assertEquals(daysLeft(end, new Date("2026-11-22T14:59:59Z")), 1);
  assertEquals(daysLeft(end, new Date("2025-11-22T15:00:00Z")), 365);
  assertEquals(daysLeft(end, new Date("2027-01-01T00:00:00Z")), 0);
});

Deno.test("localizeTimes() leaves everything but times alone", () => {
  assertEquals(
    localizeTimes("有効期限 2027-11-24T14:59:59Z、2026-11-23", "ja"),
    "有効期限 2027年11月24日 23:59、2026-11-23",
  );
  assertEquals(localizeTimes("until 2026-11-23T06:54:00.123Z.", "en"), "until 23 November 2026, 15:54 JST.");
});

Deno.test("formatClockTime() names the day only if it is another one in Japan", () => {
  const now = new Date("2026-11-23T14:59:00Z"); // 23:59 in Japan
  assertEquals(formatClockTime(new Date("2026-11-23T14:59:30Z"), "ja", now), "23:59:30");
  assertEquals(formatClockTime(new Date("2026-11-23T14:59:30Z"), "en", now), "23:59:30 JST");
  assertEquals(formatClockTime(new Date("2026-11-23T15:00:00Z"), "ja", now), "2026年11月24日 00:00");
});
