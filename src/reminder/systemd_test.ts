import { assertEquals } from "@std/assert";
import { escapeForPath, parseElapse } from "./systemd.ts";

Deno.test("parseElapse() reads microseconds, and takes everything else for never", () => {
  assertEquals(parseElapse("t 1795651392702153\n"), new Date("2026-11-26T00:03:12.702Z"));
  for (const text of ["t 18446744073709551615\n", "t 0\n", "", 's "x"', "t -1", "t 1795651392702153 x"]) {
    assertEquals(parseElapse(text), undefined, text);
  }
});

Deno.test("escapeForPath() makes a unit's name a part of an object path", () => {
  assertEquals(escapeForPath("hakko-2224-reminder.timer"), "hakko_2d2224_2dreminder_2etimer");
});
