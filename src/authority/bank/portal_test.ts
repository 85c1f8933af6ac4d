import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AppError } from "../../errors.ts";
import { SESSION_COOKIE } from "./cookies.ts";
import { createPortalApp } from "./portal.tsx";
import { IDLE_MS, openSession } from "./sessions.ts";
import { createTestBank, HOLDER, PORTAL, type TestBank } from "./testing/parts.ts";

/** Text that would do something if it were ever written unescaped. */
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&{name}\${1234*5678}\u2028</title>`;

async function openLoggedIn(bank: TestBank) {
  const app = createPortalApp(bank.parts);
  const token = await openSession(bank.parts, HOLDER);
  function request(path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    headers.set("cookie", `${SESSION_COOKIE}=${token}`);
    return app.request(`${PORTAL}${path}`, { ...init, headers });
  }
  return { app, token, request };
}

function logout(origin: string | undefined, fetchSite?: string): RequestInit {
  const headers: Record<string, string> = {};
  if (origin !== undefined) headers["origin"] = origin;
  if (fetchSite !== undefined) headers["sec-fetch-site"] = fetchSite;
  return { method: "POST", headers };
}

Deno.test("portal: the login page offers the certificate login and the way to a certificate", async () => {
  const { parts } = await createTestBank();
  const answer = await createPortalApp(parts).request(`${PORTAL}/`);
  const page = await answer.text();
  assertEquals(answer.status, 200);
  assert(page.startsWith('<!DOCTYPE html><html lang="ja">'));
  assertStringIncludes(page, "電子証明書方式");
  assertStringIncludes(page, `href="${parts.urls.certificateLogin}/login"`);
  assertStringIncludes(page, `href="/certificate">電子証明書発行</a>`);
  assertStringIncludes(page, "デモ");
});

Deno.test("portal: 証明書取得認証画面 starts the app by its scheme and offers no download that is not there", async () => {
  const without = await createTestBank();
  const page = await (await createPortalApp(without.parts).request(`${PORTAL}/certificate`)).text();
  assertStringIncludes(page, `href="hakko-2224:issue">証明書発行アプリの起動</a>`);
  assert(!page.includes("証明書発行アプリのダウンロード"));
  const having = await createTestBank({ downloadUrl: "https://127.0.0.1:22242/setup.exe" });
  assertStringIncludes(
    await (await createPortalApp(having.parts).request(`${PORTAL}/certificate`)).text(),
    `href="https://127.0.0.1:22242/setup.exe">証明書発行アプリのダウンロード</a>`,
  );
});

Deno.test("portal: the language is Japanese until a link chooses English, and a cookie remembers it", async () => {
  const { parts } = await createTestBank();
  const app = createPortalApp(parts);
  const chosen = await app.request(`${PORTAL}/?lang=en`, { headers: { "accept-language": "fr" } });
  assertStringIncludes(await chosen.text(), `<html lang="en">`);
  const cookie = chosen.headers.get("set-cookie")!;
  assertMatch(cookie, /^__Host-bank-language=en; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const later = await app.request(`${PORTAL}/`, { headers: { cookie: "__Host-bank-language=en" } });
  assertStringIncludes(await later.text(), `<html lang="en">`);
  const nonsense = await app.request(`${PORTAL}/?lang=%3Cscript%3E`, {
    headers: { cookie: "__Host-bank-language=xx" },
  });
  assertStringIncludes(await nonsense.text(), `<html lang="ja">`);
  assertEquals(nonsense.headers.get("set-cookie"), null);
});

Deno.test("portal: the top page says who is logged in and how long the certificate lasts", async () => {
  const { request } = await openLoggedIn(await createTestBank());
  const answer = await request("/top");
  const page = await answer.text();
  assertEquals(answer.status, 200);
  for (
    const text of [
      "田中 花子",
      "株式会社さくら商事",
      "tanaka01",
      "一般ユーザ",
      "2027年11月24日 23:59",
      "366日",
      HOLDER.serial,
    ]
  ) {
    assertStringIncludes(page, text);
  }
  assertEquals(answer.headers.get("cache-control"), "no-store");
});

Deno.test("portal: the top page sends strangers to the login page", async () => {
  const { parts } = await createTestBank();
  const answer = await createPortalApp(parts).request(`${PORTAL}/top`);
  assertEquals([answer.status, answer.headers.get("location")], [303, "/"]);
});

Deno.test("portal: a made-up or outlived session is told that it has ended and loses its cookie", async () => {
  const bank = await createTestBank();
  const { app, request } = await openLoggedIn(bank);
  const madeUp = await app.request(`${PORTAL}/top`, {
    headers: { cookie: `${SESSION_COOKIE}=${"A".repeat(43)}` },
  });
  bank.clock.now = new Date(bank.clock.now.getTime() + IDLE_MS);
  for (const answer of [madeUp, await request("/top")]) {
    assertEquals(answer.status, 401);
    assertMatch(
      answer.headers.get("set-cookie")!,
      /^__Host-bank-session=; Max-Age=0; Path=\/; HttpOnly; Secure/,
    );
    assertStringIncludes(await answer.text(), "[H206e]");
  }
});

Deno.test("portal: a certificate revoked during its session is refused at the next view, and for good", async () => {
  const bank = await createTestBank();
  const { request } = await openLoggedIn(bank);
  assertEquals((await request("/top")).status, 200);
  bank.answer = new AppError("login/certificate-revoked", {});
  const refused = await request("/top");
  assertEquals(refused.status, 403);
  assertStringIncludes(await refused.text(), "電子証明書は失効しています。 [H204e]");
  assertEquals(bank.sessions.rows.size, 0);
  bank.answer = HOLDER;
  assertEquals((await request("/top")).status, 401);
});

Deno.test("portal: a store that is out of order for a moment does not log anybody out", async () => {
  const bank = await createTestBank();
  const { request } = await openLoggedIn(bank);
  bank.answer = new Error("SQLITE_BUSY at /secret/path");
  const failed = await request("/top");
  assertEquals(failed.status, 500);
  const page = await failed.text();
  assertStringIncludes(page, "[H901e]");
  assert(!page.includes("SQLITE_BUSY"), "the cause is for the log only");
  const correlationId = failed.headers.get("x-correlation-id")!;
  assertStringIncludes(page, correlationId);
  const record = bank.log.records.find((record) => record.level === "error");
  assertEquals(record?.fields["correlationId"], correlationId);
  assertStringIncludes(String(record?.fields["cause"]), "SQLITE_BUSY");
  bank.answer = HOLDER;
  assertEquals((await request("/top")).status, 200);
});

Deno.test("portal: logging out ends the session at the server", async () => {
  const bank = await createTestBank();
  const { request } = await openLoggedIn(bank);
  const answer = await request("/logout", logout(PORTAL, "same-origin"));
  assertEquals([answer.status, answer.headers.get("location")], [303, "/?ended=logout"]);
  assertEquals(bank.sessions.rows.size, 0);
  assertEquals((await request("/top")).status, 401);
  assertStringIncludes(await (await request("/?ended=logout")).text(), "ログアウトしました。");
});

Deno.test("portal: nobody else's page can log a person out", async () => {
  const bank = await createTestBank();
  const { request } = await openLoggedIn(bank);
  const forged: RequestInit[] = [
    logout(undefined),
    logout(undefined, "same-origin"),
    logout("null", "same-origin"),
    logout("https://evil.test", "cross-site"),
    logout("https://127.0.0.1:9999", "same-site"),
    logout("http://127.0.0.1:22242", "cross-site"),
    logout(`${PORTAL}.evil.test`, "cross-site"),
    logout(PORTAL, "same-site"),
    logout(PORTAL, "cross-site"),
    logout(PORTAL, "none"),
  ];
  for (const init of forged) {
    const answer = await request("/logout", init);
    assertEquals(answer.status, 403);
    assertEquals(answer.headers.get("set-cookie"), null);
    assertStringIncludes(await answer.text(), "[H207e]");
  }
  assertEquals(bank.sessions.rows.size, 1);
});

Deno.test("portal: unknown paths and wrong methods are pages too", async () => {
  const { parts } = await createTestBank();
  const app = createPortalApp(parts);
  for (
    const path of ["/nowhere", "//evil.test/x", "/assets/style.css", "/top/", "/%2e%2e/etc/passwd", "/TOP"]
  ) {
    const answer = await app.request(`${PORTAL}${path}`);
    assertEquals(answer.status, 404, path);
    const page = await answer.text();
    assertStringIncludes(page, "[H112e]");
    assert(!page.includes("evil.test"), "nothing of the request comes back");
  }
  for (
    const [method, path, allowed] of [["POST", "/", "GET"], ["DELETE", "/top", "GET"], [
      "GET",
      "/logout",
      "POST",
    ]]
  ) {
    const answer = await app.request(`${PORTAL}${path}`, { method: method! });
    assertEquals([answer.status, answer.headers.get("allow")], [405, allowed]);
    assertStringIncludes(await answer.text(), "[H113e]");
  }
});

Deno.test("portal: every answer carries the security headers and a correlation ID of its own", async () => {
  const { parts } = await createTestBank();
  const app = createPortalApp(parts);
  const seen = new Set<string>();
  for (const path of ["/", "/certificate", "/top", "/nowhere", "/logout", parts.assets.path("style.css")]) {
    const { headers } = await app.request(`${PORTAL}${path}`);
    const policy = headers.get("content-security-policy")!;
    assertStringIncludes(policy, "default-src 'none'");
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assert(!policy.includes("unsafe"));
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("referrer-policy"), "same-origin");
    assertEquals(headers.get("strict-transport-security"), null, "not on a loopback address");
    seen.add(headers.get("x-correlation-id")!);
  }
  assertEquals(seen.size, 6);
});

Deno.test("portal: HSTS on a real host name", async () => {
  const portal = "https://bank.example";
  const { parts } = await createTestBank({
    urls: { portal, certificateLogin: "https://login.bank.example" },
  });
  const { headers } = await createPortalApp(parts).request(`${portal}/`);
  assertEquals(headers.get("strict-transport-security"), "max-age=31536000");
});

Deno.test("portal: under another name of this server people are sent to the right one, forms are refused", async () => {
  const bank = await createTestBank();
  const { request, app } = await openLoggedIn(bank);
  const moved = await app.request("https://localhost:22242/top");
  assertEquals([moved.status, moved.headers.get("location")], [307, `${PORTAL}/`]);
  const forged = await app.request("https://evil.test:22242/logout", {
    method: "POST",
    headers: { origin: "https://evil.test:22242" },
  });
  assertEquals(forged.status, 403);
  assertEquals((await request("/top")).status, 200);
});

Deno.test("portal: style sheets are kept for ever, because their path changes with them", async () => {
  const { parts } = await createTestBank();
  const answer = await createPortalApp(parts).request(PORTAL + parts.assets.path("style.css"));
  assertEquals(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assertEquals(answer.headers.get("content-type"), "text/css; charset=utf-8");
  assertStringIncludes(await answer.text(), "--accent");
});

Deno.test("portal: hostile texts in every stored field stay texts", async () => {
  const hostile = { ja: HOSTILE, en: HOSTILE };
  const bank = await createTestBank({
    institution: { name: hostile, service: hostile, app: hostile },
    supportContact: hostile,
    downloadUrl: `https://127.0.0.1/${HOSTILE}`,
  });
  const { request } = await openLoggedIn(bank);
  bank.answer = { ...HOLDER, name: HOSTILE, company: HOSTILE, loginId: HOSTILE, serial: HOSTILE };
  const pages = [
    await request("/"),
    await request("/certificate"),
    await request("/top"),
    await request("/x"),
  ];
  bank.answer = new AppError("login/certificate-expired", { notAfter: HOSTILE });
  pages.push(await request("/top"));
  for (const answer of pages) {
    const page = await answer.text();
    assert(!/<script|<img src=x/.test(page));
    assertStringIncludes(page, "&lt;script&gt;");
    assert(!page.includes("7006652"), "no template is evaluated");
  }
});

Deno.test("portal: times in an error's values are told in Japan's time", async () => {
  const bank = await createTestBank();
  const { request } = await openLoggedIn(bank);
  bank.answer = new AppError("login/certificate-expired", { notAfter: "2026-11-22T14:59:59.000Z" });
  assertStringIncludes(
    await (await request("/top")).text(),
    "電子証明書の有効期限(2026年11月22日 23:59)が過ぎています。 [H203e]",
  );
});
