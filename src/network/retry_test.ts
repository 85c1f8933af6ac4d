import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { wait, withRetries } from "./retry.ts";

function parts(random = 0) {
  const pauses: number[] = [];
  return {
    pauses,
    wait: (ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    randomBytes: () => Uint8Array.of(random),
  };
}

function failing(error: AppError, times: number) {
  let calls = 0;
  return () => ++calls > times ? Promise.resolve(calls) : Promise.reject(error);
}

Deno.test("withRetries() tries three times, waiting longer each time", async () => {
  const busy = new AppError("authority/busy", {});
  const early = parts(0);
  assertEquals(await withRetries(failing(busy, 2), early), 3);
  assertEquals(early.pauses, [150, 300]);
  const late = parts(255);
  assertEquals(await assertRejects(() => withRetries(failing(busy, 3), late)), busy);
  assert(late.pauses[0]! > 290 && late.pauses[1]! > 590);
});

Deno.test("withRetries() honours a short Retry-After and leaves a long one to the person", async () => {
  const short = parts();
  await withRetries(failing(new AppError("authority/busy", {}, { retryAfterSeconds: 2 }), 1), short);
  assertEquals(short.pauses, [2000]);
  const long = parts();
  const busy = new AppError("authority/busy", {}, { retryAfterSeconds: 60 });
  assertEquals(await assertRejects(() => withRetries(failing(busy, 1), long)), busy);
  assertEquals(long.pauses, []);
});

Deno.test("withRetries() does not repeat what was refused or is not trusted", async () => {
  const refusals = [
    ...(["registration/not-allowed", "network/untrusted-authority", "authority/unavailable"] as const).map((
      key,
    ) => new AppError(key, {})),
    new AppError("network/certificate-dates", { here: "2020-01-01T00:00:00.000Z" }),
  ];
  for (const refusal of refusals) {
    const none = parts();
    await assertRejects(() => withRetries(failing(refusal, 1), none));
    assertEquals(none.pauses, []);
  }
});

Deno.test("wait() ends at once when its signal says so", async () => {
  const controller = new AbortController();
  const waiting = wait(3_600_000, controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => wait(3_600_000, controller.signal), Error, "enough");
  await wait(0);
});
