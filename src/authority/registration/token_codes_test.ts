import { assertEquals } from "@std/assert";
import { hotp } from "../../otp/hotp.ts";
import { judgeCodes, type TokenState } from "./token_codes.ts";

const SECRET = new TextEncoder().encode("12345678901234567890");
/** Time step 2,000,000 of 30 seconds begins here. */
const NOW = new Date(60_000_000_000);
const STEP = 2_000_000;
const RULE = { digits: 6, periodSeconds: 30, windowSteps: 1, now: NOW };

function token(changes: Partial<TokenState> = {}): TokenState {
  return { secret: SECRET, lastStep: -1, driftSteps: 0, ...changes };
}

function code(step: number): Promise<string> {
  return hotp(SECRET, step, { digits: 6 });
}

Deno.test("judgeCodes() takes the code of now and of the window around it", async () => {
  for (const distance of [-1, 0, 1]) {
    const step = STEP + distance;
    const right = { firstStep: step, lastStep: step, driftSteps: distance };
    assertEquals(await judgeCodes(token(), [await code(step)], RULE), right);
  }
  for (const distance of [-2, 2]) {
    assertEquals(await judgeCodes(token(), [await code(STEP + distance)], RULE), undefined);
  }
});

Deno.test("judgeCodes() takes each code once, and none from before", async () => {
  const used = token({ lastStep: STEP });
  assertEquals(await judgeCodes(used, [await code(STEP)], RULE), "used");
  assertEquals(await judgeCodes(used, [await code(STEP - 1)], RULE), "used");
  const next = { firstStep: STEP + 1, lastStep: STEP + 1, driftSteps: 1 };
  assertEquals(await judgeCodes(used, [await code(STEP + 1)], RULE), next);
});

Deno.test("judgeCodes() looks where the token's clock was last", async () => {
  const fast = token({ driftSteps: 5 });
  const right = { firstStep: STEP + 6, lastStep: STEP + 6, driftSteps: 5 };
  assertEquals(await judgeCodes(fast, [await code(STEP + 6)], RULE), right);
  assertEquals(await judgeCodes(fast, [await code(STEP)], RULE), undefined);
});

Deno.test("judgeCodes() believes one code alone only as far as a token that is on time stays in the window", async () => {
  for (const [before, distance, after] of [[0, 1, 1], [1, 1, 1], [1, -1, 0], [-1, -1, -1]] as const) {
    const step = STEP + before + distance;
    const judged = await judgeCodes(token({ driftSteps: before }), [await code(step)], RULE);
    assertEquals(judged, { firstStep: step, lastStep: step, driftSteps: after });
  }
});

Deno.test("judgeCodes() takes two codes only if they are neighbours in order", async () => {
  const rule = { ...RULE, windowSteps: 10 };
  const pair = (first: number, second: number) => Promise.all([code(first), code(second)]);
  const right = { firstStep: STEP - 1, lastStep: STEP, driftSteps: 0 };
  assertEquals(await judgeCodes(token(), await pair(STEP - 1, STEP), rule), right);
  assertEquals(await judgeCodes(token(), await pair(STEP + 9, STEP + 10), rule), {
    firstStep: STEP + 9,
    lastStep: STEP + 10,
    driftSteps: 10,
  });
  for (const [first, second] of [[STEP, STEP - 1], [STEP, STEP], [STEP, STEP + 2], [STEP + 10, STEP + 11]]) {
    assertEquals(await judgeCodes(token(), await pair(first!, second!), rule), undefined);
  }
  assertEquals(await judgeCodes(token({ lastStep: STEP - 1 }), await pair(STEP - 1, STEP), rule), "used");
});

Deno.test("judgeCodes() takes nothing that is no code", async () => {
  for (const wrong of ["", "000000", "12345", `${await code(STEP)} `, `0${await code(STEP)}`]) {
    assertEquals(await judgeCodes(token(), [wrong], RULE), undefined, wrong);
  }
});
