import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { equalBytes } from "../pki/bytes.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { createSignedData } from "../pki/cms.ts";
import { createCsr } from "../pki/csr.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { decodeName } from "../pki/name.ts";
import { confirmationContent } from "../protocol/messages.ts";
import { HEADERS, PATHS } from "../protocol/paths.ts";
import { setMaintenance } from "./maintenance.ts";
import { revoke } from "./revocation.ts";
import { type Answer, bearer, idempotencyKeyOf, proofOf, TestClient } from "./test_client.ts";
import { addTestUser, startTestAuthority, type TestAuthority } from "./testing.ts";

const LOGIN_ID = "hanako";

async function startWithUser(): Promise<{ test: TestAuthority; client: TestClient }> {
  const test = await startTestAuthority();
  await addTestUser(test.authority.store, { loginId: LOGIN_ID });
  return { test, client: new TestClient(test) };
}

function assertProblem(answer: Answer, code: string, status: number): void {
  assertEquals([answer.body.code, answer.status, answer.body.status], [code, status, status]);
  assertEquals(answer.headers.get("content-type"), "application/problem+json");
  assertEquals(answer.headers.get(HEADERS.correlationId), answer.body.correlationId);
}

function revokeAll(test: TestAuthority, loginId = LOGIN_ID): Promise<string[]> {
  return revoke(test.authority.store, {
    target: { loginId },
    reason: "key-compromise",
    actor: "operator",
    at: test.clock.now(),
    correlationId: "-",
  });
}

Deno.test("authority: issues and confirms a certificate by the profile", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { issued, certificateDer } = await client.issue(LOGIN_ID);
  assertEquals(issued.chain.length, 2);
  const certificate = parseCertificate(certificateDer);
  assertEquals(certificate.serialHex, issued.serial);
  assertEquals(decodeName(certificate.subjectDer), [
    { type: "C", value: "JP" },
    { type: "O", value: "東京厚生信用組合" },
    { type: "OU", value: "厚生商事株式会社" },
    { type: "CN", value: "山田 花子" },
    { type: "serialNumber", value: LOGIN_ID },
  ]);
  const validityHours = (certificate.notAfter.getTime() - certificate.notBefore.getTime()) / 3_600_000;
  assertEquals(validityHours, 367 * 24, "366 days from issue, backdated by one");
  const record = await test.authority.store.findCertificate(issued.serial);
  assertEquals(record?.state, "confirmed");
});

Deno.test("authority: takes over a well-formed correlation ID and replaces any other", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const given = await client.request("GET", PATHS.status, {
    headers: { [HEADERS.correlationId]: "abc-12345678" },
  });
  assertEquals(given.headers.get(HEADERS.correlationId), "abc-12345678");
  const odd = await client.request("GET", PATHS.status, { headers: { [HEADERS.correlationId]: "<script>" } });
  assertMatch(odd.headers.get(HEADERS.correlationId)!, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

Deno.test("authority: an unknown login ID gets the same answers as a wrong password", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  for (let attempt = 1; attempt <= 6; attempt++) {
    const seen: unknown[] = [];
    for (const loginId of [LOGIN_ID, "nobody"]) {
      const started = await client.start(loginId);
      assertEquals(started.status, 201);
      assertEquals(started.body.step, { kind: "password" });
      const { status, body } = await client.answer(started.body, "wrong");
      const { correlationId: _, values, retryAfterSeconds, ...rest } = body;
      seen.push([status, rest, Object.keys(values ?? {}), Math.ceil((retryAfterSeconds ?? 0) / 10)]);
    }
    assertEquals(seen[0], seen[1]);
  }
});

Deno.test("authority: five failures lock for 30 minutes, even against the right password", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  for (let i = 0; i < 4; i++) assertProblem(await client.answer(enrolment, "wrong"), "H101e", 401);
  const fifth = await client.answer(enrolment, "wrong");
  assertProblem(fifth, "H102e", 403);
  const until = new Date(fifth.body.values.until).getTime();
  assert(Math.abs(until - test.clock.now().getTime() - 30 * 60_000) < 10_000);
  assertProblem(await client.answer(enrolment, "password"), "H102e", 403);

  test.clock.advance({ minutes: 29 });
  const { body: later } = await client.start(LOGIN_ID);
  assertProblem(await client.answer(later, "password"), "H102e", 403);
  test.clock.advance({ minutes: 1, seconds: 1 });
  assertEquals((await client.answer(later, "password")).status, 200);
});

Deno.test("authority: success takes failures back", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  for (let round = 0; round < 3; round++) {
    const { body: enrolment } = await client.start(LOGIN_ID);
    for (let i = 0; i < 4; i++) assertProblem(await client.answer(enrolment, "wrong"), "H101e", 401);
    assertEquals((await client.answer(enrolment, "password")).status, 200);
  }
});

Deno.test("authority: guesses sent at once get no more tries than those sent one by one", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  const guesses = Array.from({ length: 20 }, (_, i) => client.answer(enrolment, `guess ${i}`));
  const codes = (await Promise.all(guesses)).map(({ body }) => body.code);
  assertEquals(codes.filter((code) => code === "H101e").length, 4);
  assertEquals(codes.filter((code) => code === "H102e").length, 16);
});

Deno.test("authority: tells that a certificate is there only after authentication, until it is revoked", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const first = await client.issue(LOGIN_ID);
  const { body: enrolment } = await client.start(LOGIN_ID);
  assertProblem(await client.answer(enrolment, "wrong"), "H101e", 401);
  const refused = await client.answer(enrolment, "password");
  assertProblem(refused, "H103e", 409);
  const record = await test.authority.store.findCertificate(first.issued.serial);
  assertEquals(refused.body.values.notAfter, record?.notAfter.toISOString());

  await revokeAll(test);
  const second = await client.issue(LOGIN_ID);
  assertNotEquals(second.issued.serial, first.issued.serial);
});

Deno.test("authority: hands out the same bytes for the same key, before and after the confirmation", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const first = await client.issue(LOGIN_ID, { isConfirmed: false });
  const again = await client.submit(first.enrolment, first.csrDer, first.key);
  assertEquals(again.body, first.issued);
  // The client lost its enrolment: it authenticates again and sends the same CSR.
  const second = await client.issue(LOGIN_ID, { keyPair: first.keyPair });
  assertEquals(second.issued.certificate, first.issued.certificate);
  // Confirmed by now: with the key's name the user may still have it again.
  const { enrolment } = await client.authenticate(LOGIN_ID, { key: first.key });
  const third = await client.submit(enrolment, first.csrDer, first.key);
  assertEquals(third.body, { ...first.issued, state: "confirmed" });
  assertEquals((await test.authority.store.listCertificates(LOGIN_ID)).length, 1);
});

Deno.test("authority: the same CSR sent many times at once makes one certificate", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer, keyPair });
  const key = idempotencyKeyOf(keyPair);
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.submit(enrolment, csrDer, key)));
  assertEquals(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  assertEquals(answers[0]!.status, 200);
});

Deno.test("authority: another key replaces a certificate that was never confirmed", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const lost = await client.issue(LOGIN_ID, { isConfirmed: false });
  const kept = await client.issue(LOGIN_ID);
  const { store } = test.authority;
  assertEquals((await store.findCertificate(lost.issued.serial))?.state, "abandoned");
  assertEquals((await store.findCertificate(kept.issued.serial))?.state, "confirmed");
  assertProblem(await client.confirm(lost.enrolment, await proofOf(lost)), "H109e", 400);
  const { enrolment } = await client.authenticate(LOGIN_ID, { key: kept.key });
  assertProblem(await client.submit(enrolment, lost.csrDer, lost.key), "H107e", 400);
});

Deno.test("authority: a key belongs to one user", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro" });
  const { keyPair, key } = await client.issue(LOGIN_ID);
  const { enrolment, subjectDer } = await client.authenticate("taro");
  const csrDer = await createCsr({ subjectDer, keyPair });
  assertProblem(await client.submit(enrolment, csrDer, key), "H107e", 400);
});

Deno.test("authority: refuses CSRs with another subject, another idempotency key, or a wrong signature", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro" });
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  const { subjectDer: othersDer } = await client.authenticate("taro");
  const keyPair = await generateKeyPair("p256");
  const key = idempotencyKeyOf(keyPair);
  const csrDer = await createCsr({ subjectDer, keyPair });
  const damagedDer = csrDer.slice();
  damagedDer[damagedDer.length - 1]! ^= 1;
  const foreignDer = await createCsr({ subjectDer: othersDer, keyPair });

  assertProblem(await client.submit(enrolment, foreignDer, key), "H107e", 400);
  assertProblem(await client.submit(enrolment, csrDer, "0".repeat(64)), "H107e", 400);
  assertProblem(await client.submit(enrolment, damagedDer, key), "H107e", 400);
  assertEquals((await client.submit(enrolment, csrDer, key)).status, 200);
});

Deno.test("authority: keeps the order of the steps", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer: Uint8Array.of(0x30, 0), keyPair });
  assertProblem(await client.submit(enrolment, csrDer, idempotencyKeyOf(keyPair)), "H106e", 409);
  assertProblem(await client.confirm(enrolment, Uint8Array.of(1, 2, 3)), "H106e", 409);
  const other = await client.post(
    PATHS.answers(enrolment.enrolmentId),
    { kind: "otp", answer: {} },
    bearer(enrolment),
  );
  assertProblem(other, "H106e", 409);
  assertEquals((await client.answer(enrolment, "password")).status, 200);
  assertProblem(await client.answer(enrolment, "password"), "H106e", 409);
});

Deno.test("authority: announces steps that it cannot judge itself", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "future", steps: ["password", "telepathy"] });
  const { body: enrolment } = await client.start("future");
  assertEquals((await client.answer(enrolment, "password")).body, { step: { kind: "telepathy" } });
  const body = { kind: "telepathy", answer: {} };
  assertProblem(
    await client.post(PATHS.answers(enrolment.enrolmentId), body, bearer(enrolment)),
    "H106e",
    409,
  );
});

Deno.test("authority: a disabled user learns it after the right password only", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "former", isDisabled: true });
  const { body: enrolment } = await client.start("former");
  assertProblem(await client.answer(enrolment, "wrong"), "H101e", 401);
  assertProblem(await client.answer(enrolment, "password"), "H108e", 403);
});

Deno.test("authority: an enrolment needs its own token, and runs out", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  const { body: other } = await client.start(LOGIN_ID);
  assertProblem(await client.answer({ ...enrolment, token: other.token }, "password"), "H105e", 404);
  assertProblem(await client.request("DELETE", PATHS.enrolment(enrolment.enrolmentId)), "H105e", 404);
  test.clock.advance({ minutes: 11 });
  assertProblem(await client.answer(enrolment, "password"), "H104e", 410);
  test.clock.advance({ days: 2 });
  await test.authority.sweep();
  assertProblem(await client.answer(enrolment, "password"), "H105e", 404);
});

Deno.test("authority: can be cancelled until a certificate was asked for", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment } = await client.authenticate(LOGIN_ID);
  const cancelled = await client.cancel(enrolment);
  assertEquals([cancelled.status, cancelled.body], [204, ""]);
  assertProblem(await client.cancel(enrolment), "H105e", 404);
  const issued = await client.issue(LOGIN_ID, { isConfirmed: false });
  assertProblem(await client.cancel(issued.enrolment), "H106e", 409);
});

Deno.test("authority: confirms with the new key's signature only, and as often as asked", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro" });
  const mine = await client.issue(LOGIN_ID, { isConfirmed: false });
  const others = await client.issue("taro", { isConfirmed: false });
  const { enrolment, issued, certificateDer, keyPair } = mine;
  function sign(content: Uint8Array<ArrayBuffer>, pair = keyPair) {
    return createSignedData({ content, certificateDer, keyPair: pair, at: new Date() });
  }
  const content = confirmationContent(enrolment.enrolmentId, issued.serial);
  const wrongContent = confirmationContent(others.enrolment.enrolmentId, issued.serial);
  assertProblem(await client.confirm(enrolment, await sign(content, others.keyPair)), "H109e", 400);
  assertProblem(await client.confirm(enrolment, await sign(wrongContent)), "H109e", 400);
  assertProblem(await client.confirm(enrolment, await proofOf(others)), "H109e", 400);
  assertProblem(await client.confirm(enrolment, Uint8Array.of(0x30, 3, 1, 2, 3)), "H109e", 400);
  for (let i = 0; i < 2; i++) {
    const confirmed = await client.confirm(enrolment, await proofOf(mine));
    assertEquals([confirmed.status, confirmed.body], [200, { state: "confirmed", serial: issued.serial }]);
  }
});

Deno.test("authority: abandons what nobody confirmed for 72 hours", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const mine = await client.issue(LOGIN_ID, { isConfirmed: false });
  test.clock.advance({ hours: 71 });
  await test.authority.sweep();
  assertEquals((await client.submit(mine.enrolment, mine.csrDer, mine.key)).body, mine.issued);
  test.clock.advance({ hours: 2 });
  await test.authority.sweep();
  assertEquals((await test.authority.store.findCertificate(mine.issued.serial))?.state, "abandoned");
  assertProblem(await client.submit(mine.enrolment, mine.csrDer, mine.key), "H104e", 410);
  await client.issue(LOGIN_ID);
});

Deno.test("authority: an expired certificate makes room for a new one", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const old = await client.issue(LOGIN_ID);
  test.clock.advance({ days: 366, seconds: 2 });
  const next = await client.issue(LOGIN_ID);
  const { store } = test.authority;
  assertEquals((await store.findCertificate(old.issued.serial))?.state, "expired");
  assertEquals((await store.findCertificate(next.issued.serial))?.state, "confirmed");
});

Deno.test("authority: goes on after a restart", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  await test.restart();
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer, keyPair });
  const first = await client.submit(enrolment, csrDer, idempotencyKeyOf(keyPair));
  assertEquals(first.status, 200);
  await test.restart();
  const second = await client.submit(enrolment, csrDer, idempotencyKeyOf(keyPair));
  assertEquals(second.body, first.body);
});

Deno.test("authority: signs what was reserved by a process that died before it could", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer, keyPair });
  const { store } = test.authority;
  const original = store.write;
  let writes = 0;
  // The second write of this request is the one after the signature.
  store.write = (work) =>
    ++writes === 2 ? Promise.reject(new Error("died")) : original.call(store, work) as never;
  assertProblem(await client.submit(enrolment, csrDer, idempotencyKeyOf(keyPair)), "H901e", 500);
  store.write = original;
  const [reserved] = await store.findLiveCertificates(LOGIN_ID);
  assertEquals(reserved?.state, "reserved");
  const again = await client.submit(enrolment, csrDer, idempotencyKeyOf(keyPair));
  assertEquals([again.status, again.body.serial], [200, reserved?.serial]);
  assert(
    equalBytes(parseCertificate(Uint8Array.fromBase64(again.body.certificate)).tbsDer, reserved!.tbsDer!),
  );
});

Deno.test("authority: maintenance answers everything but the status with the operator's words", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  const message = "18時まで停止しています。";
  await setMaintenance(test.authority.store, { message, at: test.clock.now() });
  for (const answer of [await client.start(LOGIN_ID), await client.answer(enrolment, "password")]) {
    assertProblem(answer, "G005e", 503);
    assertEquals(answer.body.detail, message);
    assertMatch(answer.headers.get("retry-after")!, /^\d+$/);
  }
  assertEquals((await client.request("GET", PATHS.openapi)).status, 503);
  assertEquals((await client.request("GET", "/healthz")).status, 200);
  const status = await client.request("GET", PATHS.status);
  assertEquals([status.status, status.body.maintenance], [200, message]);
  await setMaintenance(test.authority.store, { message: undefined, at: test.clock.now() });
  assertEquals((await client.answer(enrolment, "password")).status, 200);
});

Deno.test("authority: throttles per account and per address, and says when to come back", async () => {
  await using test = await startTestAuthority({
    config: (config) => ({
      ...config,
      registration: {
        ...config.registration,
        throttle: { ...config.registration.throttle, account: { perMinute: 6, burst: 3 } },
      },
    }),
  });
  const client = new TestClient(test);
  for (let i = 0; i < 3; i++) assertEquals((await client.start(LOGIN_ID)).status, 201);
  const refused = await client.start(LOGIN_ID);
  assertProblem(refused, "G008e", 429);
  assertEquals(refused.headers.get("retry-after"), "10");
  assertEquals((await client.start("somebody-else")).status, 201);
  test.clock.advance({ seconds: 11 });
  assertEquals((await client.start(LOGIN_ID)).status, 201);
});

Deno.test("authority: keeps passwords and tokens out of store and log", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "canary", password: "canary-password-77" });
  const { body: enrolment } = await client.start("canary");
  await client.answer(enrolment, "canary-wrong-password");
  await client.answer(enrolment, "canary-password-77");
  const secrets = ["canary-password-77", "canary-wrong-password", enrolment.token];
  const texts = [JSON.stringify(test.log.records)];
  for await (const entry of Deno.readDir(test.directory)) {
    if (entry.isFile) {
      texts.push(new TextDecoder("latin1").decode(await Deno.readFile(`${test.directory}/${entry.name}`)));
    }
  }
  for (const text of texts) for (const secret of secrets) assert(!text.includes(secret));
});

Deno.test("authority: the OpenAPI document describes every route with the schemas that check it", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { status, body } = await client.request("GET", PATHS.openapi);
  assertEquals([status, body.openapi], [200, "3.1.0"]);
  assertEquals(
    Object.keys(body.paths).sort(),
    [
      PATHS.enrolments,
      PATHS.enrolment("{id}"),
      PATHS.answers("{id}"),
      PATHS.confirmation("{id}"),
      PATHS.csr("{id}"),
      PATHS.status,
    ].sort(),
  );
  const { StartEnrolment, SubmitCsr } = body.components.schemas;
  type Variant = { required: string[]; additionalProperties: boolean };
  const of = (variants: Variant[]) =>
    variants.map(({ required, additionalProperties }) => [...required, additionalProperties]);
  assertEquals(of(StartEnrolment.oneOf), [
    ["operation", "institution", "loginId", "client", false],
    ["operation", "institution", "loginId", "client", "serial", false],
  ]);
  assertEquals(of(SubmitCsr.anyOf), [["csr", false], ["signedCsr", false]]);
  assertStringIncludes(JSON.stringify(body.paths[PATHS.csr("{id}")]), "H107e");
});

Deno.test("authority: other methods, paths and media types are refused as such", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const put = await client.request("PUT", PATHS.enrolments);
  assertProblem(put, "H113e", 405);
  assertEquals(put.headers.get("allow"), "POST");
  assertProblem(await client.request("GET", "/api/v2/enrolments"), "H112e", 404);
  assertProblem(await client.request("DELETE", PATHS.status), "H113e", 405);
  const form = { body: "loginId=hanako", headers: { "content-type": "application/x-www-form-urlencoded" } };
  assertProblem(await client.request("POST", PATHS.enrolments, form), "H114e", 415);
});

Deno.test("authority: the portable signer issues what libcrypto does", async () => {
  for (const algorithm of ["rsa-2048", "p256"] as const) {
    await using test = await startTestAuthority({ algorithm, start: { crypto: "webcrypto" } });
    await addTestUser(test.authority.store, { loginId: LOGIN_ID });
    await new TestClient(test).issue(LOGIN_ID);
    assertEquals(test.log.records[0]?.fields["signer"], "webcrypto");
  }
});
