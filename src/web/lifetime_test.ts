import { assertEquals } from "@std/assert";
import { Lifetime } from "./lifetime.ts";
import { TestClock } from "./testing/parts.ts";

const MINUTE = 60_000;

function setUp(isBusy = () => false) {
  const clock = new TestClock();
  const lifetime = new Lifetime({ now: clock.now, graceMs: 3 * MINUTE, checkEveryMs: 2500, isBusy });
  /** Lets time pass with its regular checks; whether the end came. */
  function pass(ms: number): boolean {
    for (let passed = 0; passed < ms; passed += 2500) {
      clock.advance(2500);
      if (lifetime.isOver()) return true;
    }
    return false;
  }
  return { clock, lifetime, pass };
}

Deno.test("isOver() three minutes after the last page was heard of", () => {
  const { lifetime, pass } = setUp();
  assertEquals(pass(2 * MINUTE), false);
  lifetime.seen();
  assertEquals(pass(3 * MINUTE), false);
  assertEquals(pass(2500), true);
});

Deno.test("isOver() never for a hidden tab that beats once a minute", () => {
  const { lifetime, pass } = setUp();
  for (let minute = 0; minute < 30; minute++) {
    assertEquals(pass(MINUTE), false);
    lifetime.seen();
  }
});

Deno.test("isOver() never while a certificate is fetched, and not at once afterwards", () => {
  let isBusy = true;
  const { pass } = setUp(() => isBusy);
  assertEquals(pass(30 * MINUTE), false);
  isBusy = false;
  assertEquals(pass(2 * MINUTE), false);
  assertEquals(pass(2 * MINUTE), true);
});

Deno.test("isOver() takes a PC that slept, or a clock that was set, for no sign", () => {
  const { clock, lifetime, pass } = setUp();
  clock.advance(8 * 60 * MINUTE);
  assertEquals(lifetime.isOver(), false);
  assertEquals(pass(2 * MINUTE), false);
  clock.advance(-60 * MINUTE);
  assertEquals(lifetime.isOver(), false);
  assertEquals(pass(4 * MINUTE), true);
});
