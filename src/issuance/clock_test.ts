import { assertEquals, assertThrows } from "@std/assert";
import { AppError } from "../errors.ts";
import { checkClock } from "./clock.ts";

const THERE = "2030-06-01T12:00:00.000Z";

function here(ms: number): Date {
  return new Date(Date.parse(THERE) + ms);
}

Deno.test("checkClock() bears a day in either direction, to the millisecond", () => {
  const day = 86_400_000;
  for (const ms of [0, 1, -1, day, -day]) checkClock(here(ms), THERE);
  for (const ms of [day + 1, -day - 1, 400 * day, -400 * day]) {
    const error = assertThrows(() => checkClock(here(ms), THERE), AppError);
    assertEquals(error.key, "issuance/clock-wrong");
    assertEquals(error.values, { here: here(ms).toISOString(), there: THERE });
  }
});

Deno.test("checkClock() gives the authority's time in UTC, however it was written", () => {
  const error = assertThrows(() => checkClock(here(-1e10), "2030-06-01T21:00:00+09:00"), AppError);
  assertEquals(error.values["there"], THERE);
});
