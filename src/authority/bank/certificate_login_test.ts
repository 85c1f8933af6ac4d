import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { AppError } from "../../errors.ts";
import { createCertificateLoginApp } from "./certificate_login.tsx";
import { SESSION_COOKIE } from "./cookies.ts";
import { createPortalApp } from "./portal.tsx";
import { CERTIFICATE_LOGIN, createTestBank, PORTAL } from "./testing/parts.ts";

/** What the HTTP server hands over for a connection with that client certificate. */
function over(raw: Uint8Array | undefined) {
  return { incoming: { socket: { getPeerCertificate: () => raw === undefined ? {} : { raw } } } };
}

const SOME_CERTIFICATE = over(Uint8Array.of(0x30, 0));

function tokenOf(answer: Response): string {
  return /__Host-bank-session=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
}

Deno.test("certificate login: a good certificate opens a session and goes on to the top page", async () => {
  const bank = await createTestBank();
  const answer = await createCertificateLoginApp(bank.parts)
    .request(`${CERTIFICATE_LOGIN}/login`, {}, SOME_CERTIFICATE);
  assertEquals([answer.status, answer.headers.get("location")], [303, `${PORTAL}/top`]);
  assertMatch(
    answer.headers.get("set-cookie")!,
    /^__Host-bank-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  assertEquals(answer.headers.get("cache-control"), "no-store");
  const top = await createPortalApp(bank.parts).request(`${PORTAL}/top`, {
    headers: { cookie: `${SESSION_COOKIE}=${tokenOf(answer)}` },
  });
  assertStringIncludes(await top.text(), "田中 花子");
});

Deno.test("certificate login: no certificate, no login", async () => {
  const bank = await createTestBank();
  const app = createCertificateLoginApp(bank.parts);
  for (const env of [over(undefined), over(new Uint8Array()), {}, { incoming: { socket: {} } }]) {
    const answer = await app.request(`${CERTIFICATE_LOGIN}/login`, {}, env);
    assertEquals(answer.status, 401);
    assertEquals(answer.headers.get("set-cookie"), null);
    const page = await answer.text();
    assertStringIncludes(page, "[H201e]");
    assertStringIncludes(page, answer.headers.get("x-correlation-id")!);
    assertStringIncludes(page, `href="${PORTAL}/"`);
  }
  assertEquals(bank.sessions.rows.size, 0);
});

Deno.test("certificate login: each refusal says why, and opens no session", async () => {
  const bank = await createTestBank();
  const app = createCertificateLoginApp(bank.parts);
  const refusals = [
    new AppError("login/certificate-foreign", {}),
    new AppError("login/certificate-expired", { notAfter: "2026-01-01T00:00:00Z" }),
    new AppError("login/certificate-revoked", {}),
    new AppError("login/certificate-unknown", {}),
    new AppError("login/not-allowed", {}),
  ];
  bank.answer = new AppError("registration/not-allowed", {});
  const disabled = await app.request(`${CERTIFICATE_LOGIN}/login`, {}, SOME_CERTIFICATE);
  assertStringIncludes(await disabled.text(), "このログインIDはご利用いただけません。 [H208e]");
  for (const refusal of refusals) {
    bank.answer = refusal;
    const answer = await app.request(`${CERTIFICATE_LOGIN}/login`, {}, SOME_CERTIFICATE);
    assertEquals(answer.status, 403);
    assertStringIncludes(await answer.text(), `[${refusal.code}]`);
    assertEquals(answer.headers.get("set-cookie"), null);
    assertEquals(answer.headers.get("connection"), "close", "the next try may show another certificate");
  }
  assertEquals(bank.sessions.rows.size, 0);
});

Deno.test("certificate login: a token that the browser brought is never taken over", async () => {
  const bank = await createTestBank();
  const app = createCertificateLoginApp(bank.parts);
  const planted = "A".repeat(43);
  const headers = { cookie: `${SESSION_COOKIE}=${planted}` };
  const answer = await app.request(`${CERTIFICATE_LOGIN}/login`, { headers }, SOME_CERTIFICATE);
  assertNotEquals(tokenOf(answer), planted);
  assertEquals(bank.sessions.rows.size, 1);
  const top = await createPortalApp(bank.parts).request(`${PORTAL}/top`, { headers });
  assertEquals(top.status, 401);
});

Deno.test("certificate login: a new login ends the browser's old session, also when it is refused", async () => {
  const bank = await createTestBank();
  const app = createCertificateLoginApp(bank.parts);
  const first = tokenOf(await app.request(`${CERTIFICATE_LOGIN}/login`, {}, SOME_CERTIFICATE));
  const headers = { cookie: `${SESSION_COOKIE}=${first}` };
  const second = tokenOf(await app.request(`${CERTIFICATE_LOGIN}/login`, { headers }, SOME_CERTIFICATE));
  assertEquals(bank.sessions.rows.size, 1);
  bank.answer = new AppError("login/certificate-foreign", {});
  await app.request(`${CERTIFICATE_LOGIN}/login`, {
    headers: { cookie: `${SESSION_COOKIE}=${second}` },
  }, SOME_CERTIFICATE);
  assertEquals(bank.sessions.rows.size, 0);
});

Deno.test("certificate login: another site's link leads to the login page and logs nobody in", async () => {
  const bank = await createTestBank();
  const answer = await createCertificateLoginApp(bank.parts).request(
    `${CERTIFICATE_LOGIN}/login`,
    { headers: { "sec-fetch-site": "cross-site" } },
    SOME_CERTIFICATE,
  );
  assertEquals([answer.status, answer.headers.get("location")], [303, `${PORTAL}/`]);
  assertEquals(bank.sessions.rows.size, 0);
});

Deno.test("certificate login: only GET logs in", async () => {
  const bank = await createTestBank();
  const app = createCertificateLoginApp(bank.parts);
  for (const method of ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
    const answer = await app.request(`${CERTIFICATE_LOGIN}/login`, { method }, SOME_CERTIFICATE);
    assertEquals(answer.status, 405, method);
  }
  assertEquals(bank.sessions.rows.size, 0);
});

Deno.test("certificate login: its own root leads to the portal, other paths nowhere", async () => {
  const { parts } = await createTestBank();
  const app = createCertificateLoginApp(parts);
  const root = await app.request(`${CERTIFICATE_LOGIN}/`, {}, SOME_CERTIFICATE);
  assertEquals([root.status, root.headers.get("location")], [303, `${PORTAL}/`]);
  assertEquals((await app.request(`${CERTIFICATE_LOGIN}/top`, {}, SOME_CERTIFICATE)).status, 404);
});

Deno.test("certificate login: the log names the person and the correlation ID, never the token", async () => {
  const bank = await createTestBank();
  const answer = await createCertificateLoginApp(bank.parts)
    .request(`${CERTIFICATE_LOGIN}/login`, {}, SOME_CERTIFICATE);
  const record = bank.log.records.find((record) => record.event === "bank/logged-in");
  assertEquals(record?.fields["loginId"], "tanaka01");
  assertEquals(record?.fields["correlationId"], answer.headers.get("x-correlation-id"));
  assert(!bank.log.text().includes(tokenOf(answer)));
});
