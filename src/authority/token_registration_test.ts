import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { decodeBase32, totp } from "../otp/mod.ts";
import { authorityPaths } from "./config.ts";
import { TestClient } from "./test_client.ts";
import { addTestUser, startTestAuthority, type TestAuthority } from "./testing.ts";

const LOGIN_ID = "hanako";

async function startWithUser(): Promise<TestAuthority> {
  const test = await startTestAuthority();
  await addTestUser(test.authority.store, { loginId: LOGIN_ID, steps: ["password", "otp"] });
  return test;
}

/** Sends a form as the bank's page would. */
async function post(
  { authority, client }: TestAuthority,
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const { portal } = authority.urls;
  const response = await fetch(portal + path, {
    method: "POST",
    body: `${new URLSearchParams(fields)}`,
    headers: {
      origin: portal,
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
    },
    redirect: "manual",
    client,
  });
  return { status: response.status, text: await response.text() };
}

/** What the page with the new token says. */
async function begin(test: TestAuthority, { password = "password", loginId = LOGIN_ID } = {}) {
  const { status, text } = await post(test, "/one-time-password", { loginId, password });
  const ticket = /name="ticket" value="([^"]+)"/.exec(text)?.[1] ?? "";
  const secret = /secret=([A-Z2-7]+)/.exec(text)?.[1] ?? "";
  return { status, text, ticket, secret };
}

function codeOf({ clock }: TestAuthority, secret: string): Promise<string> {
  return totp(decodeBase32(secret), clock.now(), { digits: 6, periodSeconds: 30 });
}

function finish(test: TestAuthority, ticket: string, oneTimePassword: string) {
  return post(test, "/one-time-password/confirm", { ticket, oneTimePassword });
}

Deno.test("token registration: the first code registers the token, is used up by it, and the next one issues", async () => {
  await using test = await startWithUser();
  const client = new TestClient(test);
  const shown = await begin(test);
  assertEquals(shown.status, 200);
  assertMatch(shown.secret, /^[A-Z2-7]{32}$/, "160 bits");
  const code = await codeOf(test, shown.secret);
  assertEquals((await finish(test, shown.ticket, code)).status, 303);
  const { body: enrolment } = await client.start(LOGIN_ID);
  assertEquals((await client.answer(enrolment, "password")).body.step, { kind: "otp", digits: 6 });
  assertEquals((await client.reply(enrolment, "otp", { oneTimePassword: code })).body.code, "H116e");
  test.clock.advance({ seconds: 30 });
  const next = await codeOf(test, shown.secret);
  assertEquals((await client.reply(enrolment, "otp", { oneTimePassword: next })).body.step.kind, "submit");
});

Deno.test("token registration: nothing counts before the first code", async () => {
  await using test = await startWithUser();
  const client = new TestClient(test);
  await begin(test);
  const { body: enrolment } = await client.start(LOGIN_ID);
  assertEquals((await client.answer(enrolment, "password")).body.code, "G014e");
});

Deno.test("token registration: whoever has a password gets no second token", async () => {
  await using test = await startWithUser();
  const first = await begin(test);
  const second = await begin(test);
  assertNotEquals(second.secret, first.secret);
  // The later one is the one that is seen.
  assertStringIncludes((await finish(test, first.ticket, await codeOf(test, first.secret))).text, "H104e");
  assertEquals((await finish(test, second.ticket, await codeOf(test, second.secret))).status, 303);
  assertStringIncludes((await finish(test, second.ticket, await codeOf(test, second.secret))).text, "H104e");
  const third = await begin(test);
  assertStringIncludes(third.text, "H123e");
  assertEquals(third.secret, "");
});

Deno.test("token registration: a wrong code shows the same token again", async () => {
  await using test = await startWithUser();
  const { ticket, secret } = await begin(test);
  const code = await codeOf(test, secret);
  const wrong = code.replace(/.$/, (last) => String((Number(last) + 1) % 10));
  const again = await finish(test, ticket, wrong);
  assertEquals(again.status, 401);
  assertStringIncludes(again.text, "H115e");
  assertStringIncludes(again.text, secret);
  assertEquals((await finish(test, ticket, await codeOf(test, secret))).status, 303);
});

Deno.test("token registration: guesses of passwords and codes lock the login ID, as at an enrolment", async () => {
  await using test = await startWithUser();
  const client = new TestClient(test);
  let { ticket } = await begin(test);
  for (const _ of [1, 2, 3, 4]) {
    assertStringIncludes((await finish(test, ticket, "000000")).text, "H115e");
    // The right password between them forgives none of these.
    ({ ticket } = await begin(test));
  }
  assertStringIncludes((await finish(test, ticket, "000000")).text, "H102e");
  const { body: enrolment } = await client.start(LOGIN_ID);
  for (const _ of [1, 2]) assertEquals((await client.answer(enrolment, "wrong")).body.code, "H101e");
  for (const _ of [3, 4]) assertEquals((await begin(test, { password: "wrong" })).status, 401);
  const fifth = await begin(test, { password: "wrong" });
  assertEquals(fifth.status, 403);
  assertStringIncludes(fifth.text, "H102e");
  assertEquals((await client.answer(enrolment, "password")).body.code, "H102e");
});

Deno.test("token registration: an unknown login ID and a disabled one learn nothing before the password", async () => {
  await using test = await startWithUser();
  await addTestUser(test.authority.store, { loginId: "former", isDisabled: true });
  const unknown = await begin(test, { loginId: "nobody" });
  const wrong = await begin(test, { password: "wrong" });
  const former = await begin(test, { loginId: "former", password: "wrong" });
  assertEquals([unknown.status, wrong.status, former.status], [401, 401, 401]);
  assertEquals((await begin(test, { loginId: "former" })).secret, "");
});

Deno.test("token registration: a ticket runs out, and its secret lies sealed", async () => {
  await using test = await startWithUser();
  const { ticket, secret } = await begin(test);
  test.clock.advance({ minutes: 11 });
  assertStringIncludes((await finish(test, ticket, await codeOf(test, secret))).text, "H104e");
  const database = await Deno.readFile(authorityPaths(test.directory).database);
  assert(!database.toHex().includes(decodeBase32(secret).toHex()), "the secret lies sealed");
});

Deno.test("token registration: neither secret nor ticket gets into the log or the audit log", async () => {
  await using test = await startWithUser();
  const { ticket, secret } = await begin(test);
  const code = await codeOf(test, secret);
  await finish(test, ticket, code);
  const audit = await test.authority.store.readAudit(1, 1_000);
  const texts = JSON.stringify([test.log.records, audit]);
  assertStringIncludes(texts, "token.registered");
  for (const hidden of [ticket, secret, code]) assert(!texts.includes(hidden));
});
