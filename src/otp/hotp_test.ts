import { assertEquals, assertRejects } from "@std/assert";
import { hotp } from "./hotp.ts";

const SECRET = new TextEncoder().encode("12345678901234567890");

Deno.test("hotp() computes what RFC 4226 appendix D has", async () => {
  const passwords = [
    ...["755224", "287082", "359152", "969429", "338314"],
    ...["254676", "287922", "162583", "399871", "520489"],
  ];
  for (const [counter, password] of passwords.entries()) {
    assertEquals(await hotp(SECRET, counter, { digits: 6 }), password);
  }
});

Deno.test("hotp() truncates to the numbers of RFC 4226 appendix D before their last digits are taken", async () => {
  const truncated = [
    ...["1284755224", "1094287082", "0137359152", "1726969429", "1640338314"],
    ...["0868254676", "1918287922", "0082162583", "0673399871", "0645520489"],
  ];
  for (const [counter, decimal] of truncated.entries()) {
    assertEquals(await hotp(SECRET, counter, { digits: 10 }), decimal);
  }
});

Deno.test("hotp() takes counters beyond 32 bits, and none that it would have to round", async () => {
  assertEquals(
    await hotp(SECRET, 2 ** 32, { digits: 6 }) === await hotp(SECRET, 0, { digits: 6 }),
    false,
  );
  for (const counter of [-1, 0.5, 2 ** 53, NaN]) {
    await assertRejects(() => hotp(SECRET, counter, { digits: 6 }), RangeError);
  }
});

Deno.test("hotp() refuses a number of digits that 31 bits do not have", async () => {
  for (const digits of [0, 11, 6.5, NaN]) {
    await assertRejects(() => hotp(SECRET, 0, { digits }), RangeError);
  }
});
