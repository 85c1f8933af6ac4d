import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { endSession, findSession, IDLE_MS, LIFETIME_MS, openSession } from "./sessions.ts";
import { createTestBank, HOLDER } from "./testing/parts.ts";

Deno.test("openSession() gives 256 random bits and keeps only their hash", async () => {
  const { parts, sessions } = await createTestBank();
  const token = await openSession(parts, HOLDER);
  assertEquals(token.length, 43);
  assertNotEquals(await openSession(parts, HOLDER), token);
  assert(!JSON.stringify([...sessions.rows]).includes(token));
  assertEquals((await findSession(parts, token))?.loginId, HOLDER.loginId);
});

Deno.test("openSession() remembers the login before this one", async () => {
  const { parts, clock } = await createTestBank();
  const first = await openSession(parts, HOLDER);
  const firstAt = clock.now;
  clock.now = new Date(firstAt.getTime() + 60_000);
  const second = await openSession(parts, HOLDER);
  assertEquals((await findSession(parts, first))?.previousLoginAt, undefined);
  assertEquals((await findSession(parts, second))?.previousLoginAt, firstAt);
});

Deno.test("findSession() lets a session go after fifteen idle minutes, and not before", async () => {
  const { parts, sessions, clock } = await createTestBank();
  const token = await openSession(parts, HOLDER);
  clock.now = new Date(clock.now.getTime() + IDLE_MS - 1);
  assert(await findSession(parts, token));
  clock.now = new Date(clock.now.getTime() + IDLE_MS - 1);
  assert(await findSession(parts, token), "the view before counts as use");
  clock.now = new Date(clock.now.getTime() + IDLE_MS);
  assertEquals(await findSession(parts, token), undefined);
  assertEquals(sessions.rows.size, 0);
});

Deno.test("findSession() ends a session that is used all day after eight hours", async () => {
  const { parts, clock } = await createTestBank();
  const token = await openSession(parts, HOLDER);
  const start = clock.now.getTime();
  for (let at = 0; at < LIFETIME_MS; at += IDLE_MS / 2) {
    clock.now = new Date(start + at);
    assert(await findSession(parts, token));
  }
  clock.now = new Date(start + LIFETIME_MS);
  assertEquals(await findSession(parts, token), undefined);
});

Deno.test("findSession() and endSession() take tokens of any shape without a look into the store", async () => {
  const { parts, sessions } = await createTestBank();
  const token = await openSession(parts, HOLDER);
  for (const bad of ["", token + "A", token.slice(1), `${token} `, token.replace(/./, "'"), "é".repeat(43)]) {
    assertEquals(await findSession(parts, bad), undefined);
    await endSession(parts, bad);
  }
  assertEquals(sessions.rows.size, 1);
});
