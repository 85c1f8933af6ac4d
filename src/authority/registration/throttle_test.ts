import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { admit, type Rate } from "./throttle.ts";

/** Sends requests at the given times; gives the times of those that pass. */
function admitted(times: readonly number[], rate: Rate): number[] {
  let arrivalMs: number | undefined;
  return times.filter((nowMs) => {
    const admission = admit(arrivalMs, { rate, nowMs });
    if (admission.isAdmitted) arrivalMs = admission.arrivalMs;
    return admission.isAdmitted;
  });
}

Deno.test("admit() lets a burst pass, then one request per interval", () => {
  const rate = { perMinute: 60, burst: 3 };
  assertEquals(admitted([0, 0, 0, 0, 0], rate), [0, 0, 0]);
  assertEquals(admitted([0, 0, 0, 999, 1_000, 1_001, 2_000], rate), [0, 0, 0, 1_000, 2_000]);
});

Deno.test("admit() says how long to wait", () => {
  const rate = { perMinute: 60, burst: 1 };
  const first = admit(undefined, { rate, nowMs: 5_000 });
  assert(first.isAdmitted);
  assertEquals(admit(first.arrivalMs, { rate, nowMs: 5_250 }), { isAdmitted: false, retryAfterMs: 750 });
});

Deno.test("admit() never lets more pass than burst and rate allow", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(2_000), { maxLength: 100 }),
    fc.record({ perMinute: fc.integer({ min: 1, max: 600 }), burst: fc.integer({ min: 1, max: 20 }) }),
    (gaps, rate) => {
      let nowMs = 0;
      const times = admitted(gaps.map((gap) => nowMs += gap), rate);
      for (let from = 0; from < times.length; from++) {
        for (let to = from; to < times.length; to++) {
          const allowed = rate.burst + (times[to]! - times[from]!) * rate.perMinute / 60_000;
          assert(to - from + 1 <= allowed + 1e-6);
        }
      }
    },
  ));
});
