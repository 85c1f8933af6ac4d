import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { CHEAP_SCRYPT, randomBytes } from "../testing.ts";
import { createPasswords } from "./passwords.ts";

Deno.test("createPasswords() verifies the right password only", async () => {
  const passwords = createPasswords(CHEAP_SCRYPT, randomBytes);
  const stored = await passwords.hash("ひみつ-secret");
  assertMatch(stored, /^\$scrypt\$ln=8,r=8,p=1\$/);
  assertEquals(await passwords.verify("ひみつ-secret", stored), true);
  assertEquals(await passwords.verify("ひみつ-Secret", stored), false);
  assertEquals(await passwords.verify("", stored), false);
  assertNotEquals(await passwords.hash("ひみつ-secret"), stored);
});

Deno.test("createPasswords() takes different compositions of the same letters for the same password", async () => {
  const passwords = createPasswords(CHEAP_SCRYPT, randomBytes);
  const stored = await passwords.hash("カ\u3099ス");
  assertEquals(await passwords.verify("ガス", stored), true);
});

Deno.test("createPasswords() never verifies where there is no user", async () => {
  const passwords = createPasswords(CHEAP_SCRYPT, randomBytes);
  assertEquals(await passwords.verify("anything", undefined), false);
});

Deno.test("createPasswords() reads hashes of another cost", async () => {
  const stored = await createPasswords({ log2N: 10, r: 4, p: 2 }, randomBytes).hash("secret");
  assertEquals(await createPasswords(CHEAP_SCRYPT, randomBytes).verify("secret", stored), true);
});

Deno.test("createPasswords() refuses work rather than piling it up", async () => {
  const passwords = createPasswords(CHEAP_SCRYPT, randomBytes);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 300 }, () => passwords.verify("secret", undefined)),
  );
  const refused = outcomes.filter(({ status }) => status === "rejected");
  assertEquals(refused.length, 300 - 2 - 128);
  assert(refused.every((outcome) => (outcome as PromiseRejectedResult).reason.key === "authority/busy"));
  assertEquals(await passwords.verify("secret", undefined), false);
  await assertRejects(() => passwords.verify("secret", "not a hash"), Error);
});
