import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AppError, type ErrorKey } from "../errors.ts";
import type { Bytes } from "../pki/bytes.ts";
import { assembleSigned } from "../pki/certificate_builder.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { encodePem } from "../pki/pem.ts";
import { revoke } from "./revocation.ts";
import { readKeyFile } from "./ca/key_files.ts";
import { openSigner } from "./ca/signer.ts";
import { TestClient } from "./test_client.ts";
import { addTestUser, startTestAuthority, type TestAuthority } from "./testing.ts";

const LOGIN_ID = "hanako";

async function startWithUser(): Promise<{ test: TestAuthority; client: TestClient }> {
  const test = await startTestAuthority();
  await addTestUser(test.authority.store, { loginId: LOGIN_ID });
  return { test, client: new TestClient(test) };
}

async function assertRefused(test: TestAuthority, der: Bytes | undefined, key: ErrorKey): Promise<void> {
  const error = await assertRejects(
    () => test.authority.login.check(der, "c"),
    AppError,
  ) as unknown as AppError;
  assertEquals(error.key, key);
}

Deno.test("certificate login: knows the user of a confirmed certificate", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { certificateDer, issued } = await client.issue(LOGIN_ID);
  const { user, certificate } = await test.authority.login.check(certificateDer, "c");
  assertEquals([user.loginId, certificate.serial], [LOGIN_ID, issued.serial]);
  assertEquals((await test.authority.login.checkSerial(issued.serial)).user.name, user.name);
});

Deno.test("certificate login: the first one confirms a certificate that nobody confirmed", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { certificateDer, issued } = await client.issue(LOGIN_ID, { isConfirmed: false });
  await test.authority.login.check(certificateDer, "c");
  const { store } = test.authority;
  assertEquals((await store.findCertificate(issued.serial))?.state, "confirmed");
  test.clock.advance({ hours: 80 });
  await test.authority.sweep();
  assertEquals((await store.findCertificate(issued.serial))?.state, "confirmed");
});

Deno.test("certificate login: tells missing, foreign, damaged, unknown, revoked and expired apart", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { certificateDer, issued } = await client.issue(LOGIN_ID);
  await using other = await startTestAuthority();
  await addTestUser(other.authority.store, { loginId: LOGIN_ID });
  const foreign = await new TestClient(other).issue(LOGIN_ID);
  const { tbsDer, signatureAlgorithmDer } = parseCertificate(certificateDer);
  const forged = assembleSigned(
    tbsDer,
    signatureAlgorithmDer,
    await (await generateKeyPair("p256")).sign(tbsDer),
  );
  // ECDSA signs the same content in many ways: this one is the CA's, but not the one that was issued.
  const signer = await openSigner(await readKeyFile(`${test.directory}/pki/issuing.key.pem`));
  const twin = assembleSigned(tbsDer, signatureAlgorithmDer, await signer.sign(tbsDer));

  await assertRefused(test, undefined, "login/certificate-missing");
  await assertRefused(test, Uint8Array.of(1, 2, 3), "login/certificate-foreign");
  await assertRefused(test, foreign.certificateDer, "login/certificate-foreign");
  await assertRefused(test, forged, "login/certificate-foreign");
  await assertRefused(test, twin, "login/certificate-unknown");
  test.clock.advance({ days: 367 });
  await assertRefused(test, certificateDer, "login/certificate-expired");
  test.clock.advance({ days: -367 });
  await revoke(test.authority.store, {
    target: { serial: issued.serial },
    reason: "unspecified",
    actor: "operator",
    at: test.clock.now(),
    correlationId: "-",
  });
  await assertRefused(test, certificateDer, "login/certificate-revoked");
  await assertRejects(() => test.authority.login.checkSerial(issued.serial), AppError, "H204e");
});

Deno.test("certificate login: an abandoned certificate and a disabled user are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const lost = await client.issue(LOGIN_ID, { isConfirmed: false });
  const { certificateDer } = await client.issue(LOGIN_ID);
  await assertRefused(test, lost.certificateDer, "login/certificate-revoked");
  const { store } = test.authority;
  const user = await store.findUser(LOGIN_ID);
  await store.write((transaction) => transaction.updateUser({ ...user!, isDisabled: true }));
  await assertRefused(test, certificateDer, "registration/not-allowed");
});

Deno.test("certificate login: an unconfirmed certificate confirms once", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { issued } = await client.issue(LOGIN_ID, { isConfirmed: false });
  const { login, store } = test.authority;
  await login.confirmByLogin(issued.serial, "c");
  await login.confirmByLogin(issued.serial, "c");
  const lines = await store.readAudit(1, 100);
  const confirmed = lines.filter(({ action }) => action === "certificate.confirmed");
  assertEquals(confirmed.map(({ actor, subject }) => [actor, subject]), [[
    "certificate-login",
    issued.serial,
  ]]);
  assert(confirmed[0]!.correlationId === "c");
});

Deno.test("certificate login: the bank's pages let in who has a certificate, until it is revoked", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { certificateDer, issued, keyPair } = await client.issue(LOGIN_ID, { isConfirmed: false });
  const { urls, store, rootPem } = test.authority;
  using withCertificate = Deno.createHttpClient({
    caCerts: [rootPem],
    cert: encodePem(certificateDer, "CERTIFICATE") +
      encodePem(Uint8Array.fromBase64(issued.chain[0]!), "CERTIFICATE"),
    key: encodePem(keyPair.pkcs8Der, "PRIVATE KEY"),
  });
  async function logIn(httpClient: Deno.HttpClient) {
    const response = await fetch(`${urls.certificateLogin}/login`, {
      client: httpClient,
      redirect: "manual",
    });
    const text = await response.text();
    return { status: response.status, text, location: response.headers.get("location") };
  }
  const refused = await logIn(test.client);
  assertEquals(refused.status, 401);
  assertStringIncludes(refused.text, "H201e");
  const welcome = await logIn(withCertificate);
  assertEquals([welcome.status, new URL(welcome.location!).origin], [303, urls.portal], welcome.text);
  assertEquals((await store.findCertificate(issued.serial))?.state, "confirmed");
  await revoke(store, {
    target: { loginId: LOGIN_ID },
    reason: "unspecified",
    actor: "operator",
    at: test.clock.now(),
    correlationId: "-",
  });
  const revoked = await logIn(withCertificate);
  assertEquals(revoked.status, 403);
  assertStringIncludes(revoked.text, "H204e");
});
