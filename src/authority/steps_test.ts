import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { hotp, parseOcraSuite, parseTransaction, totpStep, transactionNumber } from "../otp/mod.ts";
import type { Bytes } from "../pki/bytes.ts";
import { utf8 } from "../pki/bytes.ts";
import type { EnrolmentStarted } from "../protocol/messages.ts";
import { CODE_MAX } from "../protocol/steps.ts";
import { type AuthorityConfig, authorityPaths } from "./config.ts";
import type { User } from "./store/store.ts";
import { type Answer, TestClient } from "./test_client.ts";
import {
  addTestTokens,
  addTestUser,
  createStillClock,
  startTestAuthority,
  type TestAuthority,
  testQuestion,
} from "./testing.ts";

const LOGIN_ID = "hanako";
const SECRET = utf8("12345678901234567890123456789012");

interface Person {
  test: TestAuthority;
  client: TestClient;
  enrolment: EnrolmentStarted;
  /** The answer to the latest step that was passed. */
  step: Record<string, string>;
}

/** An authority with one user, all tokens registered, whose password is right already. */
async function startAfterPassword(
  steps: readonly string[],
  { config, user = {} }: {
    config?: (config: AuthorityConfig) => AuthorityConfig;
    user?: Partial<User>;
  } = {},
): Promise<Person> {
  const test = await startTestAuthority({ clock: createStillClock(), ...(config && { config }) });
  const question = await testQuestion("ポチ");
  await addTestUser(test.authority.store, {
    loginId: LOGIN_ID,
    steps: ["password", ...steps],
    question,
    ...user,
  });
  const kinds = ["transaction", "otp", "otp-time-sync"] as const;
  await addTestTokens(test, { loginId: LOGIN_ID, kinds, secret: SECRET });
  const client = new TestClient(test);
  const { enrolment, step } = await passPassword(client);
  return { test, client, enrolment, step };
}

async function passPassword(client: TestClient) {
  const { body: enrolment } = await client.start(LOGIN_ID);
  const { body } = await client.answer(enrolment, "password");
  return { enrolment: enrolment as EnrolmentStarted, step: body.step };
}

/** What an authenticator app shows `steps` time steps from now. */
function codeAt({ clock }: TestAuthority, steps = 0, periodSeconds = 30): Promise<string> {
  return hotp(SECRET, totpStep(clock.now(), periodSeconds) + steps, { digits: 6 });
}

async function pairAt({ clock }: TestAuthority, steps: number) {
  const first = totpStep(clock.now(), 60) + steps;
  return {
    currentPassword: await hotp(SECRET, first, { digits: 6 }),
    nextPassword: await hotp(SECRET, first + 1, { digits: 6 }),
  };
}

function numberFor(code: string, secret: Bytes = SECRET): Promise<string> {
  return transactionNumber(secret, parseOcraSuite("OCRA-1:HOTP-SHA256-8:QH64"), code);
}

function assertRefused(answer: Answer, code: string, status: number): void {
  assertEquals([answer.body.code, answer.status], [code, status]);
}

/** Another six digits. */
function wrong(code: string): string {
  return code.replace(/.$/, (last) => String((Number(last) + 1) % 10));
}

Deno.test("steps: all of them, in the user's order, lead to the CSR", async () => {
  const { test, client, enrolment, step } = await startAfterPassword([
    "transaction",
    "otp",
    "otp-time-sync",
    "question",
  ]);
  await using _ = test;
  assertEquals([step["kind"], step["digits"]], ["transaction", 8 as unknown as string]);
  const number = await numberFor(step["code"]!);
  const otp = (await client.reply(enrolment, "transaction", { transactionNumber: number })).body.step;
  assertEquals(otp, { kind: "otp", digits: 6 });
  const sync = (await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test) })).body.step;
  assertEquals(sync, { kind: "otp-time-sync", digits: 6 });
  const question = (await client.reply(enrolment, "otp-time-sync", await pairAt(test, 0))).body.step;
  assertEquals(question, { kind: "question", prompt: "ペットの名前は?" });
  const submit = (await client.reply(enrolment, "question", { reply: "ポチ" })).body.step;
  assertEquals(submit.kind, "submit");
});

Deno.test("steps: the transaction code says what is done, for whom, and never the same twice", async () => {
  const { test, client, step } = await startAfterPassword(["transaction"]);
  await using _ = test;
  const transaction = parseTransaction(step["code"]!);
  assertEquals({ ...transaction, nonce: "" }, {
    institution: "東京厚生信用組合",
    operation: "issue",
    loginId: LOGIN_ID,
    name: "山田 花子",
    serial: undefined,
    nonce: "",
  });
  const other = await passPassword(client);
  assertNotEquals(parseTransaction(other.step["code"]).nonce, transaction.nonce);
});

Deno.test("steps: names that are too long for a code are cut where a person can see it", async () => {
  const { test, step } = await startAfterPassword(["transaction"], {
    user: { loginId: LOGIN_ID, name: "𠮷".repeat(64), company: "厚生商事" },
    config: (config) => ({
      ...config,
      institution: { ...config.institution, name: { ja: "𠮷".repeat(32), en: "Bank" } },
    }),
  });
  await using _ = test;
  const { name, institution } = parseTransaction(step["code"]!);
  assertEquals([name, institution], [`${"𠮷".repeat(23)}…`, `${"𠮷".repeat(23)}…`]);
  assert(step["code"]!.length <= CODE_MAX);
});

Deno.test("steps: a transaction number belongs to its enrolment and its token", async () => {
  const { test, client, enrolment, step } = await startAfterPassword(["transaction"]);
  await using _ = test;
  const other = await passPassword(client);
  async function send(transactionNumber: string): Promise<Answer> {
    return await client.reply(enrolment, "transaction", { transactionNumber });
  }
  assertRefused(await send(await numberFor(other.step["code"])), "H115e", 401);
  assertRefused(
    await send(await numberFor(step["code"]!, utf8("another secret, as long as it..."))),
    "H115e",
    401,
  );
  assertEquals((await send(await numberFor(step["code"]!))).status, 200);
});

Deno.test("steps: a one-time password counts once, also in another enrolment and for an older code", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  const other = await passPassword(client);
  const third = await passPassword(client);
  const code = await codeAt(test);
  const earlier = await codeAt(test, -1);
  assertEquals((await client.reply(enrolment, "otp", { oneTimePassword: code })).status, 200);
  assertRefused(await client.reply(other.enrolment, "otp", { oneTimePassword: code }), "H116e", 401);
  assertRefused(await client.reply(other.enrolment, "otp", { oneTimePassword: earlier }), "H116e", 401);
  const next = await codeAt(test, 1);
  const both = await Promise.all(
    [other, third].map(({ enrolment }) => client.reply(enrolment, "otp", { oneTimePassword: next })),
  );
  assertEquals(both.map(({ status }) => status).toSorted(), [200, 401], "one code sent twice at once");
});

Deno.test("steps: a one-time password may be one time step off, and where the clock went is remembered", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  assertRefused(
    await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test, 2) }),
    "H115e",
    401,
  );
  assertEquals(
    (await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test, 1) })).status,
    200,
  );
  test.clock.advance({ minutes: 2 });
  const later = await passPassword(client);
  const twoAhead = await codeAt(test, 2);
  assertEquals((await client.reply(later.enrolment, "otp", { oneTimePassword: twoAhead })).status, 200);
});

Deno.test("steps: whoever types slowly does not move the window away from a token that is on time", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  async function sendLate({ enrolment }: { enrolment: EnrolmentStarted }): Promise<Answer> {
    const oneTimePassword = await codeAt(test);
    test.clock.advance({ seconds: 30 });
    return await client.reply(enrolment, "otp", { oneTimePassword });
  }
  assertEquals((await sendLate({ enrolment })).status, 200);
  for (const _ of [2, 3, 4]) {
    test.clock.advance({ seconds: 60 });
    assertEquals((await sendLate(await passPassword(client))).status, 200);
  }
  test.clock.advance({ seconds: 60 });
  const { enrolment: last } = await passPassword(client);
  assertEquals((await client.reply(last, "otp", { oneTimePassword: await codeAt(test) })).status, 200);
});

Deno.test("steps: two neighbouring codes find a token whose clock has drifted, within the window", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp-time-sync"], {
    config: (config) => ({ ...config, tokens: { ...config.tokens, resyncSteps: 5 } }),
  });
  await using _ = test;
  const kind = "otp-time-sync";
  assertRefused(await client.reply(enrolment, kind, await pairAt(test, 6)), "H115e", 401);
  const { currentPassword, nextPassword } = await pairAt(test, 3);
  const swapped = { currentPassword: nextPassword, nextPassword: currentPassword };
  assertRefused(await client.reply(enrolment, kind, swapped), "H115e", 401);
  const twice = { currentPassword, nextPassword: currentPassword };
  assertRefused(await client.reply(enrolment, kind, twice), "H115e", 401);
  assertEquals((await client.reply(enrolment, kind, { currentPassword, nextPassword })).status, 200);
  const again = await passPassword(client);
  assertRefused(await client.reply(again.enrolment, kind, { currentPassword, nextPassword }), "H116e", 401);
  test.clock.advance({ minutes: 5 });
  assertEquals(
    (await client.reply(again.enrolment, kind, await pairAt(test, 6))).status,
    200,
    "drift is known",
  );
});

Deno.test("steps: replies are compared whatever their width, kana, capitals and spaces", async () => {
  const { test, client, enrolment } = await startAfterPassword(["question"]);
  await using _ = test;
  assertRefused(await client.reply(enrolment, "question", { reply: "タマ" }), "H115e", 401);
  assertRefused(await client.reply(enrolment, "question", { reply: " " }), "H115e", 401);
  assertEquals((await client.reply(enrolment, "question", { reply: " ぽ ﾁ " })).status, 200);
});

Deno.test("steps: none can be skipped, repeated, taken in another order or answered elsewhere", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp", "question"]);
  await using _ = test;
  const oneTimePassword = await codeAt(test);
  assertRefused(await client.reply(enrolment, "question", { reply: "ポチ" }), "H106e", 409);
  assertRefused(await client.reply(enrolment, "submit", {}), "H106e", 409);
  assertRefused(await client.answer(enrolment, "password"), "H106e", 409);
  assertRefused(await client.submit(enrolment, Uint8Array.of(0x30, 0), "0".repeat(64)), "H106e", 409);
  assertEquals((await client.reply(enrolment, "otp", { oneTimePassword })).body.step.kind, "question");
  assertRefused(
    await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test, 1) }),
    "H106e",
    409,
  );
  const other = await passPassword(client);
  const stolen = { ...other.enrolment, token: enrolment.token };
  assertRefused(await client.reply(stolen, "otp", { oneTimePassword: await codeAt(test, 1) }), "H105e", 404);
  // The first enrolment's progress is its own.
  assertRefused(await client.reply(other.enrolment, "question", { reply: "ポチ" }), "H106e", 409);
});

Deno.test("steps: expire with their enrolment", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  test.clock.advance({ minutes: 11 });
  const answer = await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test) });
  assertRefused(answer, "H104e", 410);
});

Deno.test("steps: wrong answers lock the login ID, and the right password does not forgive them", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  async function guess(started: EnrolmentStarted): Promise<Answer> {
    return await client.reply(started, "otp", { oneTimePassword: wrong(await codeAt(test, 1)) });
  }
  assertRefused(await guess(enrolment), "H115e", 401);
  assertRefused(await guess(enrolment), "H115e", 401);
  for (const _ of [3, 4]) assertRefused(await guess((await passPassword(client)).enrolment), "H115e", 401);
  const fifth = await passPassword(client);
  assertRefused(await guess(fifth.enrolment), "H102e", 403);
  const right = await client.reply(fifth.enrolment, "otp", { oneTimePassword: await codeAt(test) });
  assertRefused(right, "H102e", 403);
});

Deno.test("steps: an operation that asks for less is no way to have wrong codes forgiven", async () => {
  const { test, client } = await startAfterPassword([], {
    config: (config) => ({
      ...config,
      policy: {
        ...config.policy,
        issue: { user: ["password"], administrator: ["password"] },
        renew: { user: ["password", "otp"], administrator: ["password", "otp"] },
      },
    }),
    user: { loginId: LOGIN_ID, steps: [], validityDays: 30 },
  });
  await using _ = test;
  const { issued: { serial } } = await client.issue(LOGIN_ID);
  const codes: string[] = [];
  for (let guess = 0; guess < 6; guess++) {
    const { body: renewal } = await client.start(LOGIN_ID, { serial });
    await client.answer(renewal, "password");
    codes.push(
      (await client.reply(renewal, "otp", { oneTimePassword: wrong(await codeAt(test, 1)) })).body.code,
    );
    // Refused, because there is a certificate; but the password was right, and it was the only step.
    const { body: other } = await client.start(LOGIN_ID);
    assertRefused(await client.answer(other, "password"), "H103e", 409);
  }
  assertEquals(codes, ["H115e", "H115e", "H115e", "H115e", "H102e", "H102e"]);
});

Deno.test("steps: a right answer forgives the wrong ones of its kind before it", async () => {
  const { test, client, enrolment } = await startAfterPassword(["question"]);
  await using _ = test;
  for (const _ of [1, 2, 3, 4]) {
    assertRefused(await client.reply(enrolment, "question", { reply: "タマ" }), "H115e", 401);
  }
  assertEquals((await client.reply(enrolment, "question", { reply: "ポチ" })).status, 200);
  const { enrolment: next } = await passPassword(client);
  for (const _ of [1, 2, 3, 4]) {
    assertRefused(await client.reply(next, "question", { reply: "タマ" }), "H115e", 401);
  }
});

Deno.test("steps: an answer of another shape is no failed attempt", async () => {
  const { test, client, enrolment } = await startAfterPassword(["otp"]);
  await using _ = test;
  const shapes = [{}, { oneTimePassword: "abc" }, { oneTimePassword: "1".repeat(11) }, { reply: "123456" }];
  for (const shape of [...shapes, ...shapes]) {
    const answer = await client.reply(enrolment, "otp", shape as Record<string, string>);
    assertRefused(answer, "G006e", 400);
  }
  assertEquals((await client.reply(enrolment, "otp", { oneTimePassword: await codeAt(test) })).status, 200);
});

Deno.test("steps: without a token the password is followed by how to register one, and by nothing else", async () => {
  const { test, client } = await startAfterPassword([]);
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro", steps: ["password", "question", "otp"] });
  await addTestUser(test.authority.store, { loginId: "jiro", steps: ["password", "question"] });
  const { body: taro } = await client.start("taro");
  assertRefused(await client.answer(taro, "wrong"), "H101e", 401);
  // Told before the question, which would be in vain; and this user has none.
  assertRefused(await client.answer(taro, "password"), "H108e", 403);
  const { body: jiro } = await client.start("jiro");
  assertRefused(await client.answer(jiro, "password"), "H108e", 403);
  await addTestUser(test.authority.store, { loginId: "saburo", steps: ["password", "otp"] });
  const { body: saburo } = await client.start("saburo");
  assertRefused(await client.answer(saburo, "password"), "G014e", 403);
  for (const kind of ["transaction", "otp-time-sync"]) {
    await addTestUser(test.authority.store, { loginId: kind, steps: ["password", kind] });
    const { body: enrolment } = await client.start(kind);
    assertRefused(await client.answer(enrolment, "password"), "H124e", 403);
  }
  assertRefused(await client.answer(saburo, "password"), "H105e", 404);
});

Deno.test("steps: the policy asks by role and operation, and more of a new PC or network", async () => {
  await using test = await startTestAuthority({
    config: (config) => ({
      ...config,
      policy: {
        issue: { user: ["password"], administrator: ["password", "otp"] },
        renew: { user: ["password", "otp"], administrator: ["password"] },
        newDevice: ["question"],
        newNetwork: [],
      },
    }),
  });
  const { store } = test.authority;
  const question = await testQuestion("ポチ");
  await addTestUser(store, { loginId: LOGIN_ID, validityDays: 30, question });
  await addTestUser(store, { loginId: "boss", role: "administrator", question });
  await addTestTokens(test, { loginId: LOGIN_ID, kinds: ["otp"], secret: SECRET });
  const client = new TestClient(test);
  const device = "A".repeat(22);
  async function stepsOf(loginId: string, options: { serial?: string; device?: string } = {}) {
    const { body } = await client.start(loginId, options);
    return (await store.findEnrolment(body.enrolmentId))!.steps;
  }
  assertEquals(await stepsOf(LOGIN_ID, { device }), ["password", "question"]);
  assertEquals(await stepsOf("nobody", { device }), ["password", "question"], "as of everybody else");
  assertEquals(await stepsOf("boss", { device }), ["password", "otp", "question"]);

  const { body: enrolment } = await client.start(LOGIN_ID, { device });
  await client.answer(enrolment, "password");
  const { step } = (await client.reply(enrolment, "question", { reply: "ポチ" })).body;
  const issued = await client.finish(enrolment, Uint8Array.fromBase64(step.subject));
  assertEquals(await stepsOf(LOGIN_ID, { device }), ["password"], "the PC is known from here on");
  assertEquals(await stepsOf(LOGIN_ID, { device: "B".repeat(22) }), ["password", "question"]);
  assertEquals(await stepsOf(LOGIN_ID), ["password", "question"], "whoever hides theirs is new");
  assertEquals(await stepsOf("boss", { device }), ["password", "otp", "question"], "known to one user only");
  const { serial } = issued;
  assertEquals(await stepsOf(LOGIN_ID, { serial, device }), ["password", "otp"]);
  const enrolments = (await Deno.readFile(authorityPaths(test.directory).database)).toHex();
  assert(!enrolments.includes(utf8(device).toHex()), "install IDs are kept hashed");
});
