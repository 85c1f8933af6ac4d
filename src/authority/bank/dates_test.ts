import { assertEquals } from "@std/assert";
import { daysLeft, formatInstant } from "./dates.ts";

Deno.test("formatInstant() speaks Japan Standard Time in both languages", () => {
  const at = new Date("2026-12-31T15:04:59Z");
  assertEquals(formatInstant(at, "ja"), "2027年1月1日 00:04");
  assertEquals(formatInstant(at, "en"), "1 January 2027, 00:04 JST");
});

Deno.test("daysLeft() counts Tokyo's midnights", () => {
  const until = new Date("2026-11-30T14:59:59Z");
  assertEquals(daysLeft(new Date("2026-11-30T14:00:00Z"), until), 0);
  assertEquals(daysLeft(new Date("2026-11-29T15:00:00Z"), until), 0);
  assertEquals(daysLeft(new Date("2026-11-29T14:59:59Z"), until), 1);
  assertEquals(daysLeft(new Date("2025-11-30T00:00:00Z"), until), 365);
  assertEquals(daysLeft(new Date("2026-12-24T00:00:00Z"), until), 0);
});
