import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { openWeb } from "./mod.ts";
import { hmac } from "./secrets.ts";
import { sampleCertificate } from "./testing/fake_issuance.ts";
import { FakeReminders } from "./testing/fake_reminders.ts";
import { testParts } from "./testing/parts.ts";
import {
  fetchRequest,
  keyOf,
  navigation,
  openSession,
  proveKey,
  type RawRequest,
  send,
  sessionRequest,
  withHeaders,
} from "./testing/raw_client.ts";

const HELD = sampleCertificate();

async function setUp() {
  const parts = testParts({ reminders: () => Promise.resolve(new FakeReminders()) });
  parts.fake.certificates = [HELD];
  const web = await openWeb({ ...parts, options: { keepRunning: true } });
  return { parts, web, port: web.port, [Symbol.asyncDispose]: () => web.close() };
}

function launch(port: number, headers: [string, string][]): RawRequest {
  return {
    method: "POST",
    target: "/launch",
    headers: [
      ["host", `127.0.0.1:${port}`],
      ["connection", "close"],
      ["content-type", "application/json"],
      ["content-length", "2"],
      ...headers,
    ],
    body: "{}",
  };
}

const EVERY_ANSWER: Record<string, RegExp> = {
  "content-security-policy":
    /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types hakko$/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "referrer-policy": /^no-referrer$/,
  "cache-control": /^no-store$/,
  "permissions-policy": /camera=\(\)/,
};

Deno.test("openWeb() puts the security headers on every kind of answer, and no other origin's or cookie's", async () => {
  await using at = await setUp();
  const { port } = at;
  const token = await openSession(port, at.web.launchUrl());
  const answers = await Promise.all([
    send(port, navigation(port)),
    send(
      port,
      withHeaders(fetchRequest(port, "/page.js"), {
        "Sec-Fetch-Dest": "script",
        "Sec-Fetch-Mode": "no-cors",
      }),
    ),
    send(port, sessionRequest(port, token, { target: "/pages/certificates" })),
    send(port, sessionRequest(port, token, { target: "/pages/result" })), // a redirect
    send(port, sessionRequest(port, token, { target: "/issue", fields: { loginId: "", password: "" } })),
    send(port, sessionRequest(port, token, { target: "/language", fields: { language: "en" } })), // no content
    send(port, fetchRequest(port, "/session", await proveKey(keyOf(at.web.launchUrl())))),
    send(
      port,
      sessionRequest(port, token, { target: "/calendar", fields: { fingerprint: HELD.fingerprint } }),
    ),
    send(port, fetchRequest(port, "/nowhere")),
    send(port, withHeaders(navigation(port), { Host: "evil.test" })),
  ]);
  assertEquals(answers.map(({ status }) => status), [200, 200, 200, 303, 400, 204, 200, 200, 404, 403]);
  for (const { headers } of answers) {
    for (const [name, value] of Object.entries(EVERY_ANSWER)) assertMatch(headers.get(name) ?? "", value);
    for (const name of headers.keys()) {
      assert(!/^(access-control-|set-cookie|server|etag|last-modified)/.test(name));
    }
  }
});

Deno.test("openWeb() answers its first page before profile, engine and pages are loaded", async () => {
  const parts = testParts();
  const never = () => Promise.reject(new Error("too early"));
  const web = await openWeb({ ...parts, profile: never, issuance: never, language: never });
  const { status, body } = await send(web.port, navigation(web.port));
  assertEquals(status, 200);
  assertStringIncludes(body, "<!doctype html>");
  await web.close();
});

Deno.test("openWeb() loads the rest again when it failed the first time", async () => {
  const parts = testParts();
  let tries = 0;
  const web = await openWeb({
    ...parts,
    profile: () => ++tries === 1 ? Promise.reject(new Error("not yet")) : parts.profile(),
    options: { keepRunning: true },
  });
  const token = await openSession(web.port, web.launchUrl());
  const page = sessionRequest(web.port, token, { target: "/pages/certificates" });
  assertEquals((await send(web.port, page)).status, 500);
  assertEquals((await send(web.port, page)).status, 200);
  await web.close();
});

Deno.test("launchUrl() carries a fresh key in the fragment each time", async () => {
  await using at = await setUp();
  const [first, second] = [at.web.launchUrl(), at.web.launchUrl()];
  assertMatch(first, new RegExp(`^http://127\\.0\\.0\\.1:${at.port}/#k=[A-Za-z0-9_-]{22}$`));
  assertNotEquals(first, second);
});

Deno.test("POST /launch gives a second start of the app a launch URL that works", async () => {
  await using at = await setUp();
  const { port } = at;
  const answer = await send(port, launch(port, [["x-app-instance", at.parts.instanceSecret!]]));
  assertEquals(answer.status, 200);
  const token = await openSession(port, JSON.parse(answer.body).url);
  assertEquals(
    (await send(port, sessionRequest(port, token, { target: "/pages/certificates" }))).status,
    200,
  );
});

Deno.test("POST /launch refuses wrong secrets and everything that a browser adds", async () => {
  await using at = await setUp();
  const { port } = at;
  const secret = at.parts.instanceSecret!;
  const wrong: [string, string][][] = [
    [],
    [["x-app-instance", ""]],
    [["x-app-instance", secret.toUpperCase()]],
    [["x-app-instance", secret.slice(1)]],
    [["x-app-instance", secret], ["origin", `http://127.0.0.1:${port}`]],
    [["x-app-instance", secret], ["sec-fetch-site", "same-origin"]],
    [["x-app-instance", secret], ["sec-ch-ua", "x"]],
    [["x-app-instance", secret], ["referer", `http://127.0.0.1:${port}/`]],
    [["x-app-instance", secret], ["cookie", "a=b"]],
  ];
  for (const headers of wrong) {
    const { status, body } = await send(port, launch(port, headers));
    assertEquals([status, body], [403, "refused"], JSON.stringify(headers));
  }
});

Deno.test("POST /launch is not there without a secret", async () => {
  const parts = testParts();
  const web = await openWeb({ ...parts, instanceSecret: undefined });
  for (const secret of ["", "undefined", parts.instanceSecret!]) {
    assertEquals((await send(web.port, launch(web.port, [["x-app-instance", secret]]))).status, 403);
  }
  await web.close();
});

Deno.test("POST /alive proves the app to the page, and keeps a page alive only while a person uses it", async () => {
  await using at = await setUp();
  const { port } = at;
  const url = at.web.launchUrl();
  const token = await openSession(port, url);
  const beat = (active: string) =>
    send(port, sessionRequest(port, token, { target: "/alive", fields: { nonce: "A".repeat(22), active } }));
  const { proof } = JSON.parse((await beat("no")).body);
  assertEquals(proof, await hmac(keyOf(url), `alive|${"A".repeat(22)}`));
  for (let minute = 0; minute < 10; minute++) {
    at.parts.clock.advance(60_000);
    assertEquals((await beat("yes")).status, 200);
  }
  for (let minute = 0; minute < 4; minute++) {
    at.parts.clock.advance(60_000);
    assertEquals((await beat("no")).status, 200);
  }
  at.parts.clock.advance(60_000);
  const last = await beat("yes");
  assertEquals([last.status, last.body], [403, "expired"]);
});

Deno.test("closed resolves when the last page is gone", async () => {
  const web = await openWeb({ ...testParts({ now: () => new Date() }), options: { closeAfterMs: 200 } });
  await send(web.port, navigation(web.port));
  await web.closed;
});

Deno.test("close() may be called twice, and no secret is in the log", async () => {
  const parts = testParts();
  const web = await openWeb(parts);
  const url = web.launchUrl();
  const token = await openSession(web.port, url);
  await send(
    web.port,
    sessionRequest(web.port, token, {
      target: "/issue",
      fields: { loginId: "hanako", password: "canary-7" },
    }),
  );
  await send(web.port, launch(web.port, [["x-app-instance", parts.instanceSecret!]]));
  await Promise.all([web.close(), web.close()]);
  await web.closed;
  const log = JSON.stringify(parts.log.records);
  for (const secret of [token, keyOf(url), "canary-7", parts.instanceSecret!]) assert(!log.includes(secret));
});
