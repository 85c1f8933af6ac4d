import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Bytes } from "../pki/bytes.ts";
import { createSignedData } from "../pki/cms.ts";
import { createCsr } from "../pki/csr.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { revoke } from "./revocation.ts";
import { type Answer, idempotencyKeyOf, type Issued, proofOf, signCsr, TestClient } from "./test_client.ts";
import {
  addTestUser,
  createStillClock,
  createTestClock,
  startTestAuthority,
  type TestAuthority,
} from "./testing.ts";

const LOGIN_ID = "hanako";

/** An authority whose user holds a certificate that is due at once. */
async function startDue(
  { validityDays = 30, graceDays = 0, clock = createTestClock() } = {},
): Promise<{ test: TestAuthority; client: TestClient; old: Issued }> {
  const test = await startTestAuthority({
    clock,
    config: (config) => ({ ...config, renewal: { ...config.renewal, graceDays } }),
  });
  await addTestUser(test.authority.store, { loginId: LOGIN_ID, validityDays });
  const client = new TestClient(test);
  return { test, client, old: await client.issue(LOGIN_ID) };
}

function assertRefused(answer: Answer, code: string, status: number): void {
  assertEquals([answer.body.code, answer.status], [code, status]);
}

async function keyOfLogin({ authority }: TestAuthority, { certificateDer }: Issued): Promise<string> {
  try {
    await authority.login.check(certificateDer, "-");
    return "welcome";
  } catch (error) {
    return (error as { key: string }).key;
  }
}

Deno.test("renewal: the old certificate logs in until the new one is confirmed, and then no longer", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const renewed = await client.renew(LOGIN_ID, old, { isConfirmed: false });
  assertNotEquals(renewed.issued.serial, old.issued.serial);
  assertEquals(await keyOfLogin(test, old), "welcome");
  assertEquals((await client.confirm(renewed.enrolment, await proofOf(renewed))).status, 200);
  assertEquals(await keyOfLogin(test, renewed), "welcome");
  assertEquals(await keyOfLogin(test, old), "login/certificate-superseded");
  const record = await test.authority.store.findCertificate(old.issued.serial);
  assertEquals([record?.state, record?.revocationReason], ["revoked", "superseded"]);
  // The confirmation may be repeated, and changes nothing.
  assertEquals((await client.confirm(renewed.enrolment, await proofOf(renewed))).status, 200);
});

Deno.test("renewal: the first login with the new certificate confirms it as well", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const renewed = await client.renew(LOGIN_ID, old, { isConfirmed: false });
  assertEquals(await keyOfLogin(test, renewed), "welcome");
  assertEquals(await keyOfLogin(test, old), "login/certificate-superseded");
});

Deno.test("renewal: opens so many days before the end, to the second, and ends with the certificate", async () => {
  const { test, client, old } = await startDue({ validityDays: 366, clock: createStillClock() });
  await using _ = test;
  const { serial } = old.issued;
  const record = await test.authority.store.findCertificate(serial);
  const opensMs = record!.notAfter.getTime() - 40 * 86_400_000;
  function goTo(ms: number): void {
    test.clock.advance({ seconds: (ms - test.clock.now().getTime()) / 1_000 });
  }
  goTo(opensMs - 1_000);
  const early = await client.start(LOGIN_ID, { serial });
  assertRefused(early, "H117e", 409);
  assertEquals(early.body.values, {
    from: new Date(opensMs).toISOString(),
    notAfter: record!.notAfter.toISOString(),
  });
  goTo(opensMs);
  assertEquals((await client.start(LOGIN_ID, { serial })).status, 201);
  goTo(record!.notAfter.getTime());
  assertEquals((await client.start(LOGIN_ID, { serial })).status, 201);
  assertEquals(await keyOfLogin(test, old), "welcome");
  goTo(record!.notAfter.getTime() + 1_000);
  assertEquals(await keyOfLogin(test, old), "login/certificate-expired");
  const late = await client.start(LOGIN_ID, { serial });
  assertRefused(late, "H118e", 403);
  assertEquals(late.body.values, { notAfter: record!.notAfter.toISOString() });
});

Deno.test("renewal: is judged again at every stage, so that an open window cannot be kept open", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  test.clock.advance({ days: 29, hours: 23, minutes: 55 });
  const { enrolment, subjectDer, nonce } = await client.authenticateRenewal(LOGIN_ID, old.issued.serial);
  const { body: waiting } = await client.start(LOGIN_ID, { serial: old.issued.serial });
  test.clock.advance({ minutes: 6 });
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: nonce });
  const sent = await client.submitSigned(enrolment, await signCsr(old, csrDer), idempotencyKeyOf(keyPair));
  assertRefused(sent, "H118e", 403);
  assertRefused(await client.answer(waiting, "password"), "H118e", 403);
});

Deno.test("renewal: a revocation ends what was proven before it, whatever token is still held", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const { enrolment, subjectDer, nonce } = await client.authenticateRenewal(LOGIN_ID, old.issued.serial);
  await revokeBy(test, { serial: old.issued.serial });
  const keyPair = await generateKeyPair("p256");
  const key = idempotencyKeyOf(keyPair);
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: nonce });
  assertRefused(await client.submitSigned(enrolment, await signCsr(old, csrDer), key), "H105e", 404);
  // Nor does the enrolment that the old certificate came from give another one.
  const bare = await createCsr({ subjectDer, keyPair });
  assertRefused(await client.submit(old.enrolment, bare, key), "H104e", 410);
});

Deno.test("renewal: one that has given way to a newer certificate renews no longer, grace or not", async () => {
  const { test, client, old } = await startDue({ graceDays: 30 });
  await using _ = test;
  test.clock.advance({ days: 31 });
  const newer = await client.issue(LOGIN_ID);
  assertRefused(await client.start(LOGIN_ID, { serial: old.issued.serial }), "H118e", 403);
  assertEquals(await keyOfLogin(test, newer), "welcome");
});

Deno.test("renewal: an institution may allow it for some days after the end", async () => {
  const { test, client, old } = await startDue({ graceDays: 5 });
  await using _ = test;
  test.clock.advance({ days: 33 });
  assertEquals(await keyOfLogin(test, old), "login/certificate-expired");
  const renewed = await client.renew(LOGIN_ID, old);
  assertEquals(await keyOfLogin(test, renewed), "welcome");
  test.clock.advance({ days: 36 });
  assertRefused(await client.start(LOGIN_ID, { serial: renewed.issued.serial }), "H118e", 403);
});

Deno.test("renewal: unknown, somebody else's, revoked and superseded are told apart", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro" });
  const { serial } = old.issued;
  assertRefused(await client.start(LOGIN_ID, { serial: "00".repeat(16) }), "H121e", 404);
  assertRefused(await client.start("taro", { serial }), "H121e", 404);
  assertRefused(await client.start("nobody", { serial }), "H121e", 404);
  const renewed = await client.renew(LOGIN_ID, old);
  assertRefused(await client.start(LOGIN_ID, { serial }), "H120e", 409);
  await revokeBy(test, { serial: renewed.issued.serial });
  assertRefused(await client.start(LOGIN_ID, { serial: renewed.issued.serial }), "H119e", 403);
});

Deno.test("renewal: revoking the old certificate takes the one on its way along", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const renewed = await client.renew(LOGIN_ID, old, { isConfirmed: false });
  const revoked = await revokeBy(test, { serial: old.issued.serial });
  assertEquals(revoked.toSorted(), [old.issued.serial, renewed.issued.serial].toSorted());
  assertEquals(await keyOfLogin(test, renewed), "login/certificate-revoked");
  assertRefused(await client.confirm(renewed.enrolment, await proofOf(renewed)), "H109e", 400);
});

Deno.test("renewal: revoking the one on its way leaves the old one alone", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const renewed = await client.renew(LOGIN_ID, old, { isConfirmed: false });
  assertEquals(await revokeBy(test, { serial: renewed.issued.serial }), [renewed.issued.serial]);
  assertEquals(await keyOfLogin(test, old), "welcome");
  assertEquals(await keyOfLogin(test, await client.renew(LOGIN_ID, old)), "welcome");
});

Deno.test("renewal: what nobody confirmed is abandoned, and the old certificate renews again", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const lost = await client.renew(LOGIN_ID, old, { isConfirmed: false });
  test.clock.advance({ hours: 73 });
  await test.authority.sweep();
  assertEquals(await keyOfLogin(test, lost), "login/certificate-revoked");
  assertEquals(await keyOfLogin(test, old), "welcome");
  const renewed = await client.renew(LOGIN_ID, old);
  assertEquals(await keyOfLogin(test, renewed), "welcome");
});

Deno.test("renewal: a certificate that was never confirmed is confirmed by what its key signs", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro", validityDays: 30 });
  const unconfirmed = await client.issue("taro", { isConfirmed: false });
  const renewed = await client.renew("taro", unconfirmed, { isConfirmed: false });
  const { store } = test.authority;
  assertEquals((await store.findCertificate(unconfirmed.issued.serial))?.state, "confirmed");
  assertEquals((await client.confirm(renewed.enrolment, await proofOf(renewed))).status, 200);
  assertEquals(await keyOfLogin(test, old), "welcome", "nobody else's is touched");
});

Deno.test("renewal: the same key gets the same bytes, and a second key replaces a renewal on its way", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const keyPair = await generateKeyPair("p256");
  const first = await client.renew(LOGIN_ID, old, { keyPair, isConfirmed: false });
  const again = await client.renew(LOGIN_ID, old, { keyPair, isConfirmed: false });
  assertEquals(again.issued.certificate, first.issued.certificate);
  const second = await client.renew(LOGIN_ID, old);
  assertEquals(await keyOfLogin(test, first), "login/certificate-revoked");
  assertEquals(await keyOfLogin(test, second), "welcome");
});

Deno.test("renewal: a login ID with a live certificate still cannot issue another", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  await client.renew(LOGIN_ID, old, { isConfirmed: false });
  const { body: enrolment } = await client.start(LOGIN_ID);
  assertRefused(await client.answer(enrolment, "password"), "H103e", 409);
});

Deno.test("renewal: only the old key, over a CSR made for this enrolment, is accepted", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  await addTestUser(test.authority.store, { loginId: "taro", validityDays: 30 });
  const taro = await client.issue("taro");
  const stranger = { certificateDer: old.certificateDer, keyPair: await generateKeyPair("p256") };
  const { serial } = old.issued;
  const { enrolment, subjectDer, nonce } = await client.authenticateRenewal(LOGIN_ID, serial);
  const other = await client.authenticateRenewal(LOGIN_ID, serial);
  const keyPair = await generateKeyPair("p256");
  const key = idempotencyKeyOf(keyPair);
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: nonce });
  const signed = await signCsr(old, csrDer);
  const forOther = await createCsr({ subjectDer, keyPair, challengePassword: other.nonce });
  const withoutNonce = await createCsr({ subjectDer, keyPair });
  const oldKeyAgain = await createCsr({ subjectDer, keyPair: old.keyPair, challengePassword: nonce });
  const selfSigned = await createCsr({ subjectDer, keyPair: taro.keyPair, challengePassword: nonce });

  const refused: Record<string, Bytes> = {
    "signed by another user's certificate": await signCsr(taro, csrDer),
    "signed by a key that is not the certificate's": await signCsr(stranger, csrDer),
    "signed by the new key": await signCsr({ ...old, keyPair }, csrDer),
    "made for another enrolment": await signCsr(old, forOther),
    "made for no enrolment": await signCsr(old, withoutNonce),
    "for the old key": await signCsr(old, oldKeyAgain),
    "over something else": await signCsr(old, new TextEncoder().encode("hello")),
    "truncated": signed.slice(0, -1),
    "with a byte behind it": Uint8Array.of(...signed, 0),
    "the bare CSR": csrDer,
    "nothing like it": Uint8Array.of(0x30, 3, 2, 1, 0),
    "its last byte flipped": signed.with(signed.length - 1, signed.at(-1)! ^ 1) as Bytes,
  };
  for (const [what, message] of Object.entries(refused)) {
    const answer = await client.submitSigned(enrolment, message, key);
    assertEquals([answer.body.code, answer.status], ["H122e", 400], what);
  }
  const unsigned = await client.submit(enrolment, csrDer, key);
  assertRefused(unsigned, "H107e", 400);
  const otherKey = await signCsr(old, selfSigned);
  assertRefused(await client.submitSigned(enrolment, otherKey, key), "H107e", 400);
  // Nothing of this has used the enrolment up.
  assertEquals((await client.submitSigned(enrolment, signed, key)).status, 200);
  // Replayed in the other enrolment it is refused, and so is a renewal's message where there is nothing to renew.
  assertRefused(await client.submitSigned(other.enrolment, signed, key), "H122e", 400);
  await addTestUser(test.authority.store, { loginId: "jiro" });
  const first = await client.authenticate("jiro");
  assertRefused(await client.submitSigned(first.enrolment, signed, key), "H107e", 400);
});

Deno.test("renewal: a message of any flipped byte is refused or means the same", async () => {
  const { test, client, old } = await startDue();
  await using _ = test;
  const { enrolment, subjectDer, nonce } = await client.authenticateRenewal(LOGIN_ID, old.issued.serial);
  const keyPair = await generateKeyPair("p256");
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: nonce });
  const signed = await createSignedData({ content: csrDer, ...old, at: new Date() });
  const key = idempotencyKeyOf(keyPair);
  let refused = 0;
  for (let at = 0; at < signed.length; at += 7) {
    const flipped = signed.with(at, signed[at]! ^ 0x41) as Bytes;
    const answer = await client.submitSigned(enrolment, flipped, key);
    assert([200, 400].includes(answer.status), `byte ${at}: ${answer.status}`);
    if (answer.status === 400) refused++;
    // Bytes of the certificate that comes along are not looked at: the store's counts.
    else assertEquals(answer.body.state, "unconfirmed");
  }
  assert(refused > csrDer.length / 7, `only ${refused} were refused`);
});

function revokeBy({ authority, clock }: TestAuthority, target: { serial: string }): Promise<string[]> {
  return revoke(authority.store, {
    target,
    reason: "key-compromise",
    actor: "operator",
    at: clock.now(),
    correlationId: "-",
  });
}
