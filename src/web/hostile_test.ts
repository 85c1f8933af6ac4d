/**
 * Every hostile request of the threat model's list (H1–H55), against the real server, on every route and with
 * every method: refused in constant words or closed, nothing changed, and the good request beside it still works.
 */
import { assert, assertEquals } from "@std/assert";
import { createPeerCheck } from "../platform/peer.ts";
import { openWeb, type RunningWeb, type WebOptions } from "./mod.ts";
import { ACTION_PATHS, ALIVE_PATH, ASSET_PATHS, LAUNCH_PATH, PAGE_PATHS, PROGRESS_PATH } from "./paths.ts";
import { HELP_PROGRESS_PATH, SESSION_PATH } from "./paths.ts";
import { base64url } from "./secrets.ts";
import { FakeDoctor, FakeSupport } from "./testing/fake_doctor.ts";
import { OTP_QUESTION, sampleCertificate } from "./testing/fake_issuance.ts";
import { FakeProxyAuthentication } from "./testing/fake_proxy_authentication.ts";
import { FakeReminders } from "./testing/fake_reminders.ts";
import { type TestParts, testParts } from "./testing/parts.ts";
import {
  fetchRequest,
  keyOf,
  navigation,
  openSession,
  proveKey,
  type RawAnswer,
  type RawRequest,
  send,
  sendBytes,
  sessionRequest,
  toBytes,
  withHeaders,
} from "./testing/raw_client.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"];
const WORDS = ["", "refused", "expired", "reused", "slow-down"];
const NEVER_SLOW: WebOptions = { rate: { burst: 1e9, perSecond: 0 } };

/** What the keystore holds: one that can be renewed. */
const HELD = sampleCertificate({ loginId: "hanako", renewableFrom: new Date("2026-11-01T00:00:00Z") });

type Kind = "shell" | "asset" | "session" | "launch" | "token";

interface Route {
  kind: Kind;
  good: RawRequest;
}

interface Target extends AsyncDisposable {
  web: RunningWeb;
  parts: TestParts;
  proxy: FakeProxyAuthentication;
  port: number;
  token: string;
  routes: Route[];
  /** All that a hostile request could have changed. */
  state(): string;
}

async function open(options: WebOptions = {}): Promise<Target> {
  const reminders = new FakeReminders();
  const proxy = new FakeProxyAuthentication();
  const doctor = new FakeDoctor();
  const support = new FakeSupport();
  const parts = testParts({
    reminders: () => Promise.resolve(reminders),
    proxyAuthentication: proxy,
    doctor: () => Promise.resolve(doctor),
    supportBundle: support.make,
  });
  parts.fake.certificates = [HELD];
  const web = await openWeb({
    ...parts,
    options: { ...NEVER_SLOW, keepRunning: true, times: { requestMs: 5000 }, ...options },
  });
  const { port } = web;
  const token = await openSession(port, web.launchUrl());
  const key = keyOf(web.launchUrl());
  const language = await parts.language();
  const ofSession = (target: string, fields?: Record<string, string>): Route => ({
    kind: "token",
    good: sessionRequest(port, token, fields === undefined ? { target } : { target, fields }),
  });
  const ofAsset = (target: string, destination: string): Route => ({
    kind: "asset",
    good: withHeaders(fetchRequest(port, target), {
      "Sec-Fetch-Mode": "no-cors",
      "Sec-Fetch-Dest": destination,
    }),
  });
  const routes: Route[] = [
    { kind: "shell", good: navigation(port) },
    ofAsset(ASSET_PATHS.script, "script"),
    ofAsset(ASSET_PATHS.style, "style"),
    ofAsset(ASSET_PATHS.brand, "style"),
    ofAsset(ASSET_PATHS.icon, "image"),
    { kind: "session", good: fetchRequest(port, SESSION_PATH, await proveKey(key)) },
    ofSession(ALIVE_PATH, { nonce: base64url(new Uint8Array(16)), active: "yes" }),
    { kind: "launch", good: launchRequest(port, parts.instanceSecret!) },
    ...Object.values(PAGE_PATHS).map((path) => ofSession(path)),
    ofSession(PROGRESS_PATH),
    ofSession(ACTION_PATHS.issue, { loginId: "hanako", password: "correct horse" }),
    ofSession(ACTION_PATHS.issueAnyway, {}),
    ofSession(ACTION_PATHS.renew, { fingerprint: HELD.fingerprint }),
    ofSession(ACTION_PATHS.answer, { step: "1", reply: "blue" }),
    ofSession(ACTION_PATHS.cancel, {}),
    ofSession(ACTION_PATHS.retry, {}),
    ofSession(ACTION_PATHS.proxyAuthenticate, {
      proxy: proxy.proxy,
      username: "suzuki",
      password: "open sesame",
    }),
    ofSession(ACTION_PATHS.proxyCancel, {}),
    ofSession(ACTION_PATHS.calendar, { fingerprint: HELD.fingerprint }),
    ofSession(ACTION_PATHS.remindersOn, {}),
    ofSession(ACTION_PATHS.remindersOff, {}),
    ofSession(HELP_PROGRESS_PATH),
    ofSession(ACTION_PATHS.help, { entry: "G008e" }),
    ofSession(ACTION_PATHS.helpSearch, { query: "G008e" }),
    ofSession(ACTION_PATHS.check, { entry: "" }),
    ofSession(ACTION_PATHS.support, {}),
    ofSession(ACTION_PATHS.supportFile, {}),
    ofSession(ACTION_PATHS.language, { language: "en" }),
  ];
  return {
    web,
    parts,
    proxy,
    port,
    token,
    routes,
    state: () =>
      JSON.stringify([
        parts.fake.calls,
        parts.fake.certificates,
        parts.fake.script,
        [proxy.answers, proxy.cancelled, proxy.pending()],
        reminders.calls,
        reminders.state,
        doctor.runs,
        support.made,
        language.current(),
      ]),
    [Symbol.asyncDispose]: () => web.close(),
  };
}

function launchRequest(port: number, secret: string): RawRequest {
  return {
    method: "POST",
    target: LAUNCH_PATH,
    headers: [
      ["host", `127.0.0.1:${port}`],
      ["connection", "close"],
      ["content-type", "application/json"],
      ["content-length", "2"],
      ["x-app-instance", secret],
    ],
    body: "{}",
  };
}

/** The same request by another method, with a body where a method has one. */
function byMethod(request: RawRequest, method: string): RawRequest {
  if (method === request.method) return request;
  if (method === "GET") {
    const bodiless = withHeaders(request, { "Content-Type": undefined, "Content-Length": undefined });
    return { ...bodiless, method, body: "" };
  }
  if (request.body !== "") return { ...request, method };
  return {
    ...withHeaders(request, { "Content-Type": "application/json", "Content-Length": "2" }),
    method,
    body: "{}",
  };
}

function withBody(request: RawRequest, body: string): RawRequest {
  const length = String(new TextEncoder().encode(body).length);
  return { ...withHeaders(request, { "Content-Length": length }), body };
}

function assertRefused(answer: RawAnswer, what: string): void {
  assert(answer.status === 0 || (answer.status >= 400 && answer.status < 500), `${what}: ${answer.raw}`);
  assert(WORDS.includes(answer.body), `${what} is not answered in constant words: ${answer.body}`);
  assert(!/evil/i.test(answer.raw), `${what} is reflected: ${answer.raw}`);
  assert(!/access-control|set-cookie/i.test(answer.raw), `${what}: ${answer.raw}`);
}

interface Shape {
  name: string;
  /** Which routes refuse it; all, unless said. */
  on?: (route: Route, method: string) => boolean;
  bend: (request: RawRequest, target: Target) => RawRequest | string;
}

const isToken = ({ kind }: Route) => kind === "token";
const isPost = (_: Route, method: string) => method === "POST";
const isBrowser = ({ kind }: Route) => kind !== "launch";

function header(name: string, changes: Record<string, string | undefined>, on?: Shape["on"]): Shape {
  return { name, ...(on === undefined ? {} : { on }), bend: (request) => withHeaders(request, changes) };
}

function host(name: string, value: (port: number) => string): Shape {
  return { name, bend: (request, { port }) => withHeaders(request, { Host: value(port) }) };
}

function origin(name: string, value: (port: number) => string): Shape {
  return { name, bend: (request, { port }) => withHeaders(request, { Origin: value(port) }) };
}

function token(name: string, value: (token: string) => string): Shape {
  return {
    name,
    on: isToken,
    bend: (request, target) => withHeaders(request, { "X-App-Session": value(target.token) }),
  };
}

function target(name: string, value: (path: string, port: number) => string): Shape {
  return { name, bend: (request, { port }) => ({ ...request, target: value(request.target, port) }) };
}

function method(name: string): Shape {
  return { name: `H38 method ${name}`, bend: (request) => ({ ...request, method: name }) };
}

function raw(name: string, bend: (text: string, target: Target) => string): Shape {
  return { name, bend: (request, of) => bend(toBytes(request), of) };
}

function body(name: string, text: string): Shape {
  return { name, on: isPost, bend: (request) => withBody(request, text) };
}

/** Replaces the last character by the next one. */
function nextLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");
}

const TRAVERSALS = [
  "/../../etc/passwd",
  "/..%2f..%2fetc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/%2e%2e%5c%2e%2e%5cwindows/win.ini",
  "/..\\..\\windows\\win.ini",
  "/style.css/../../deno.json",
  "/./style.css",
  "/style.css/",
  "/STYLE.CSS",
  "/style.css%00.js",
  "/style.css::$DATA",
  "/C:/windows/win.ini",
  "/C:",
  "/file:///etc/passwd",
  "/style.css;a=b",
  "/style.css?x",
  "/style.css#x",
  "/%2fstyle.css",
  "/client/page.js",
  "/assets/style.css",
  "/src/web/mod.ts",
  "/.git/config",
  "/%",
  "/%c0%ae%c0%ae/etc/passwd",
];

const SHAPES: Shape[] = [
  header("H1 no Host", { Host: undefined }),
  raw("H2 HTTP/1.0", (text) => text.replace("HTTP/1.1", "HTTP/1.0")),
  raw("H2 HTTP/0.9", (text) => text.replace(" HTTP/1.1", "")),
  raw("H2 HTTP/2.0", (text) => text.replace("HTTP/1.1", "HTTP/2.0")),
  host("H3 evil.test", () => "evil.test"),
  host("H4 evil.test with our port", (port) => `evil.test:${port}`),
  host("H5 no port", () => "127.0.0.1"),
  host("H6 another port", (port) => `127.0.0.1:${port + 1}`),
  host("H7 localhost", (port) => `localhost:${port}`),
  host("H8 localhost.", (port) => `localhost.:${port}`),
  host("H9 0.0.0.0", (port) => `0.0.0.0:${port}`),
  host("H10 IPv6", (port) => `[::1]:${port}`),
  host("H11 decimal", (port) => `2130706433:${port}`),
  host("H11 short", (port) => `127.1:${port}`),
  host("H11 hex", (port) => `0x7f.1:${port}`),
  host("H11 octal port", (port) => `127.0.0.1:0${port}`),
  host("H12 user info", (port) => `127.0.0.1:${port}@evil`),
  host("H12 user info before", (port) => `evil@127.0.0.1:${port}`),
  host("H13 suffix", (port) => `127.0.0.1:${port}.evil.test`),
  host("H13 list", (port) => `127.0.0.1:${port}, evil.test`),
  target("H14 absolute-form, evil", (path) => `http://evil.test${path}`),
  target("H14 absolute-form, own", (path, port) => `http://127.0.0.1:${port}${path}`),
  {
    name: "H14 absolute-form own, Host evil",
    bend: (request, { port }) =>
      withHeaders({ ...request, target: `http://127.0.0.1:${port}${request.target}` }, { Host: "evil.test" }),
  },
  origin("H15 Origin null", () => "null"),
  origin("H16 Origin evil", () => "http://evil.test"),
  origin("H17 Origin of another port", (port) => `http://127.0.0.1:${port + 1}`),
  origin("H18 Origin https", (port) => `https://127.0.0.1:${port}`),
  origin("H19 Origin with suffix", (port) => `http://127.0.0.1:${port}.evil.test`),
  origin("H19 Origin with path", (port) => `http://127.0.0.1:${port}/`),
  origin("H19 Origin in capitals", (port) => `HTTP://127.0.0.1:${port}`),
  header("H20 no Origin", { Origin: undefined }, (route, method) => isBrowser(route) && method === "POST"),
  header("H21 cross-site", { "Sec-Fetch-Site": "cross-site" }),
  header("H22 same-site", { "Sec-Fetch-Site": "same-site" }),
  header("H23 no Sec-Fetch-Site", { "Sec-Fetch-Site": undefined }, isBrowser),
  header("H24 site none", { "Sec-Fetch-Site": "none" }, ({ kind }) => kind !== "shell"),
  header("H25 mode navigate", { "Sec-Fetch-Mode": "navigate" }, ({ kind }) => kind !== "shell"),
  header("H25 no mode", { "Sec-Fetch-Mode": undefined }, isBrowser),
  header("H25 mode websocket", { "Sec-Fetch-Mode": "websocket" }),
  header("H25 framed", { "Sec-Fetch-Dest": "iframe" }),
  header("H25 as object", { "Sec-Fetch-Dest": "object" }),
  header("H25 no destination", { "Sec-Fetch-Dest": undefined }, isBrowser),
  header("H26 text/plain", { "Content-Type": "text/plain" }, isPost),
  header("H27 urlencoded", { "Content-Type": "application/x-www-form-urlencoded" }, isPost),
  header("H28 multipart", { "Content-Type": "multipart/form-data; boundary=evil" }, isPost),
  header("H29 no content type", { "Content-Type": undefined }, isPost),
  header("H29 with charset", { "Content-Type": "application/json; charset=utf-8" }, isPost),
  header("H29 two types", { "Content-Type": "application/json, text/plain" }, isPost),
  {
    name: "H30 preflight",
    bend: (request) => ({
      ...withHeaders(byMethod(request, "GET"), {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-app-session",
        "Access-Control-Request-Private-Network": "true",
        "Access-Control-Request-Local-Network": "true",
        "Origin": "http://evil.test",
      }),
      method: "OPTIONS",
    }),
  },
  header("H31 no token", { "X-App-Session": undefined }, isToken),
  token("H31 empty token", () => ""),
  token("H32 a token of another session", () => base64url(new Uint8Array(32).fill(7))),
  token("H33 last character", nextLast),
  token("H33 case", (text) => text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase()),
  token("H33 prefix", (text) => text.slice(0, -1)),
  token("H33 longer", (text) => `${text}A`),
  token("H33 padded", (text) => `${text}=`),
  token("H33 quoted", (text) => `"${text}"`),
  token("H33 Bearer", (text) => `Bearer ${text}`),
  {
    name: "H34 token in the query only",
    on: isToken,
    bend: (request, { token }) => ({
      ...withHeaders(request, { "X-App-Session": undefined }),
      target: `${request.target}?x-app-session=${token}`,
    }),
  },
  {
    name: "H34 token in a cookie only",
    on: isToken,
    bend: (request, { token }) =>
      withHeaders(request, { "X-App-Session": undefined, "Cookie": `x-app-session=${token}` }),
  },
  {
    name: "H34 token in the Referer only",
    on: isToken,
    bend: (request, { token, port }) =>
      withHeaders(request, { "X-App-Session": undefined, "Referer": `http://127.0.0.1:${port}/?${token}` }),
  },
  {
    name: "H34 token as Authorization only",
    on: isToken,
    bend: (request, { token }) =>
      withHeaders(request, { "X-App-Session": undefined, "Authorization": `Bearer ${token}` }),
  },
  {
    name: "H35 two tokens",
    on: isToken,
    bend: (request, { token }) => ({ ...request, headers: [...request.headers, ["x-app-session", token]] }),
  },
  token("H35 two tokens in one header", (text) => `${text}, ${text}`),
  ...["TRACE", "CONNECT", "PATCH", "HEAD", "OPTIONS", "get", "post", "Post", "EVIL", "PROPFIND", "G ET"].map(
    method,
  ),
  {
    name: "H39 OPTIONS *",
    bend: (request) => ({ ...byMethod(request, "GET"), method: "OPTIONS", target: "*" }),
  },
  target("H40 two slashes", (path) => `//evil.test${path}`),
  target("H40 two slashes and our path", (path) => `/${path}`),
  target("H40 backslash", (path) => `/\\evil.test${path}`),
  target("H40 no slash", (path) => `evil${path}`),
  target("H40 empty query", (path) => `${path}?`),
  target("H40 fragment", (path) => `${path}#evil`),
  ...TRAVERSALS.map((path) => target(`H41 ${path}`, () => path)),
  raw("H41 NUL in the path", (text) => text.replace(" HTTP/", "\0 HTTP/")),
  raw("H42 two Host", (text) => text.replace("\r\n", "\r\nHost: evil.test\r\n")),
  raw("H42 two equal Host", (text, { port }) => text.replace("\r\n", `\r\nHost: 127.0.0.1:${port}\r\n`)),
  raw("H42 folded header", (text) => text.replace("\r\n", "\r\nX-A: b\r\n evil\r\n")),
  raw("H42 space before colon", (text) => text.replace(/host:/i, "Host :")),
  raw("H42 two lengths", (text) => text.replace("\r\n", "\r\nContent-Length: 0\r\nContent-Length: 5\r\n")),
  raw("H42 length and chunks", (text) => text.replace("\r\n", "\r\nTransfer-Encoding: chunked\r\n")),
  raw(
    "H42 odd chunks",
    (text) => text.replace("\r\n", "\r\nTransfer-Encoding: x\r\nTransfer-encoding: chunked\r\n"),
  ),
  raw("H42 bare LF", (text) => text.replaceAll("\r\n", "\n")),
  raw("H42 one bare LF", (text) => text.replace("\r\n", "\r\nX-A: b\nX-B: evil\r\n")),
  raw("H42 one bare CR", (text) => text.replace("\r\n", "\r\nX-A: b\rX-B: evil\r\n")),
  raw("H42 NUL in a header", (text) => text.replace("\r\n", "\r\nX-A: evil\0\r\n")),
  raw("H42 not ASCII", (text) => text.replace("\r\n", "\r\nX-A: évil\r\n")),
  raw("H42 line before", (text) => `\r\n${text}`),
  header("H42 negative length", { "Content-Length": "-1" }),
  header("H42 length in hex", { "Content-Length": "0x2" }),
  header("H42 GET with a length", { "Content-Length": "0" }, (_, method) => method === "GET"),
  header("H43 header of 64 KB", { "X-Evil": "e".repeat(64 * 1024) }),
  {
    name: "H43 500 headers",
    bend: (request) => ({
      ...request,
      headers: [
        ...request.headers,
        ...Array.from({ length: 500 }, (_, i): [string, string] => [`x-${i}`, "1"]),
      ],
    }),
  },
  target("H43 URL of 64 KB", (path) => `${path}?${"e".repeat(64 * 1024)}`),
  target("H43 URL of 3 KB", (path) => `${path}?${"e".repeat(3 * 1024)}`),
  {
    name: "H44 body over the limit",
    on: isPost,
    bend: (request) => withBody(request, JSON.stringify({ evil: "e".repeat(64 * 1024) })),
  },
  header("H44 10 GB announced", { "Content-Length": "10737418240" }, isPost),
  header("H44 absurd length", { "Content-Length": "9".repeat(40) }, isPost),
  {
    name: "H44 endless chunks",
    on: isPost,
    bend: (request) => ({
      ...withHeaders(request, { "Content-Length": undefined, "Transfer-Encoding": "chunked" }),
      body: "5\r\nevil!\r\n".repeat(2000),
    }),
  },
  header("H47 WebSocket of a foreign page", {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "ZXZpbGV2aWxldmlsZXZpbA==",
    "Origin": "http://evil.test",
  }),
  header("H47 WebSocket without Origin", {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "ZXZpbGV2aWxldmlsZXZpbA==",
    "Origin": undefined,
  }),
  header("H47 h2c upgrade", { "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA" }),
  header("H48 EventSource of a foreign page", {
    "Accept": "text/event-stream",
    "Origin": "http://evil.test",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
  }),
  body("H49 __proto__", '{"__proto__":{"evil":"1"}}'),
  body("H49 constructor", '{"constructor":{"prototype":{"evil":"1"}}}'),
  body("H49 duplicate keys", '{"loginId":"evil","loginId":"hanako","password":"x"}'),
  body("H49 deep", `${"[".repeat(30_000)}${"]".repeat(30_000)}`),
  body("H49 huge number", '{"loginId":1e400}'),
  body("H49 number", '{"loginId":12345678901234567890}'),
  body("H49 lone surrogate", '{"loginId":"\\ud800","password":"x"}'),
  body("H49 byte order mark", '\ufeff{"loginId":"hanako","password":"x"}'),
  body("H49 UTF-16", '{"\0l\0o\0g\0i\0n\0I\0d\0"\0:\0"\0e\0"\0}\0'),
  body("H49 array", "[]"),
  body("H49 null", "null"),
  body("H49 text", '"evil"'),
  body("H49 nothing", ""),
  body("H49 half", '{"loginId":"evil'),
  body("H49 comment", "{}/* evil */"),
  body("H49 nested", '{"loginId":{"evil":"1"},"password":"x"}'),
  {
    ...body("H49 one too many", '{"evil":"1","loginId":"hanako","password":"x","nonce":"x","language":"en"}'),
    // Without a question there is nothing to compare the names with, and nothing to answer.
    on: ({ good }, method) => method === "POST" && good.target !== ACTION_PATHS.answer,
  },
  header("H51 override", { "X-HTTP-Method-Override": "POST" }),
  header("H51 another override", { "X-Method-Override": "DELETE" }),
  header("H51 rewrite", { "X-Original-URL": "/issue" }),
  header("H52 forwarded for", { "X-Forwarded-For": "127.0.0.1" }),
  header("H52 forwarded host", { "X-Forwarded-Host": "127.0.0.1" }),
  header("H52 forwarded", { Forwarded: "for=127.0.0.1;host=evil" }),
  header("H53 range", { Range: "bytes=0-0" }),
  header("H53 if none match", { "If-None-Match": "*" }),
  header("H53 if modified", { "If-Modified-Since": "Mon, 23 Nov 2026 00:00:00 GMT" }),
  header("H54 split answer", { "Origin": "http://127.0.0.1%0d%0aX-Evil: 1" }),
];

Deno.test("every good request is answered, so that every refusal below has its own reason", async () => {
  await using target = await open();
  for (const { good } of target.routes) {
    const answer = await send(target.port, good);
    assert(answer.status >= 200 && answer.status < 400, `${good.method} ${good.target}: ${answer.raw}`);
  }
});

for (const shape of SHAPES) {
  Deno.test(`hostile ${shape.name}: refused on every route by every method`, async () => {
    await using target = await open();
    const before = target.state();
    for (const route of target.routes) {
      for (const by of METHODS) {
        if (by === route.good.method && shape.on?.(route, by) === false) continue;
        const bent = shape.bend(byMethod(route.good, by), target);
        const answer = typeof bent === "string"
          ? await sendBytes(target.port, bent)
          : await send(target.port, bent);
        assertRefused(answer, `${shape.name}, ${by} ${route.good.target}`);
      }
    }
    assertEquals(target.state(), before);
    await assertStillGood(target);
  });
}

/** The session lives, and the launch key that hostile requests carried is still unused. */
async function assertStillGood(target: Target): Promise<void> {
  const page = await send(
    target.port,
    sessionRequest(target.port, target.token, { target: PAGE_PATHS.certificates }),
  );
  assertEquals(page.status, 200);
  const session = target.routes.find(({ kind }) => kind === "session")!;
  assertEquals((await send(target.port, session.good)).status, 200);
  assertEquals((await send(target.port, navigation(target.port))).status, 200);
}

Deno.test("hostile H36: a launch key works once, and its second use ends the session", async () => {
  await using target = await open();
  const { web, port } = target;
  const key = keyOf(web.launchUrl());
  const first = await send(port, fetchRequest(port, SESSION_PATH, await proveKey(key)));
  const { token } = JSON.parse(first.body);
  const second = await send(port, fetchRequest(port, SESSION_PATH, await proveKey(key)));
  assertRefused(second, "second use");
  assertEquals(second.body, "reused");
  const after = await send(port, sessionRequest(port, token, { target: PAGE_PATHS.certificates }));
  assertRefused(after, "the session of a key that was used twice");
  assertEquals(after.body, "reused");
  await assertStillGood(target); // other sessions live on
});

Deno.test("hostile H37: a launch key is refused when its time is over", async () => {
  await using target = await open();
  const key = keyOf(target.web.launchUrl());
  target.parts.clock.advance(31_000);
  const answer = await send(target.port, fetchRequest(target.port, SESSION_PATH, await proveKey(key)));
  assertRefused(answer, "a late launch key");
});

Deno.test("hostile H45: a half request is closed when its time is over, however slowly it comes", async () => {
  await using target = await open({ times: { requestMs: 200, idleMs: 400 } });
  const { port } = target;
  const [half] = toBytes(navigation(port)).split("\r\n\r\n") as [string];
  const post = toBytes(target.routes.find(({ good }) => good.method === "POST")!.good).slice(0, -1);
  for (const text of [half.slice(0, 3), half, post, ""]) {
    assertEquals((await sendBytes(port, text)).status, 0, JSON.stringify(text));
  }
  const drip = await Deno.connect({ hostname: "127.0.0.1", port });
  const dripping = (async () => {
    for (const byte of new TextEncoder().encode(`${half}\r\nX-Slow: ${"s".repeat(10_000)}`)) {
      await drip.write(Uint8Array.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })().catch(() => "closed");
  assertEquals(await drip.read(new Uint8Array(1)).catch(() => null), null);
  drip.close();
  assertEquals(await dripping, "closed");
  assertEquals((await send(port, navigation(port))).status, 200);
});

Deno.test("hostile H46: what is no HTTP is refused at once", async () => {
  await using target = await open();
  const before = target.state();
  const greetings: (string | Uint8Array)[] = [
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03), // TLS ClientHello
    Uint8Array.of(0x05, 0x01, 0x00), // SOCKS 5
    Uint8Array.of(0x04, 0x01, 0x00, 0x50, 0x7f, 0x00, 0x00, 0x01, 0x00), // SOCKS 4
    "\r\n\r\n\r\n\r\n",
    "evil",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "EHLO evil\r\n\r\n",
  ];
  for (const greeting of greetings) {
    if (greeting === "evil" || greeting === "SSH-2.0-OpenSSH_9.2\r\n") continue; // could still become HTTP: H45
    assertRefused(await sendBytes(target.port, greeting), JSON.stringify(greeting));
  }
  assertEquals(target.state(), before);
  await assertStillGood(target);
});

Deno.test("hostile H46: 10,000 times 1 KB of noise change nothing", async () => {
  await using target = await open({ times: { requestMs: 300, idleMs: 300 } });
  const before = target.state();
  const noise = noiseOf(46);
  for (let round = 0; round < 10_000 / 25; round++) {
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => sendBytes(target.port, noise(1024))),
    );
    for (const answer of answers) assertRefused(answer, "noise");
  }
  assertEquals(target.state(), before);
  await assertStillGood(target);
});

Deno.test({
  name: "hostile H50: another user of this PC gets no answer, even with a stolen token",
  ignore: Deno.uid() !== 0,
  async fn() {
    const parts = testParts();
    await using web = disposable(
      await openWeb({
        ...parts,
        peerCheck: createPeerCheck(),
        options: { ...NEVER_SLOW, keepRunning: true },
      }),
    );
    const { port } = web;
    const token = await openSession(port, web.launchUrl());
    const requests = [
      navigation(port),
      sessionRequest(port, token, { target: PAGE_PATHS.certificates }),
      sessionRequest(port, token, {
        target: ACTION_PATHS.issue,
        fields: { loginId: "hanako", password: "correct horse" },
      }),
      fetchRequest(port, SESSION_PATH, await proveKey(keyOf(web.launchUrl()))),
      launchRequest(port, parts.instanceSecret!),
    ];
    for (const request of requests) {
      assertEquals(await sendAsNobody(port, toBytes(request)), "", request.target);
    }
    assertEquals(parts.fake.calls.begin, 0);
    assertEquals((await send(port, navigation(port))).status, 200);
  },
});

Deno.test("hostile H55: thirty clicks at once are one issuance", async () => {
  await using target = await open();
  const { port, token, parts } = target;
  parts.fake.certificates = [];
  parts.fake.script.holdAt = "issue";
  const issue = sessionRequest(port, token, {
    target: ACTION_PATHS.issue,
    fields: { loginId: "hanako", password: "correct horse" },
  });
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(port, issue)));
  const accepted = answers.filter(({ status }) => status === 303);
  assert(accepted.length >= 1);
  for (const { status } of answers) assert(status === 303 || status === 409, String(status));
  parts.fake.release();
  await parts.fake.current()!.acquire();
  assertEquals(parts.fake.calls, { prepareKey: 0, begin: 1, answer: 1, acquire: 1, cancel: 0 });
  assertEquals(parts.fake.certificates.length, 1);
});

Deno.test("hostile: thirty clicks on a renewal at once never begin two enrolments side by side", async () => {
  await using target = await open();
  const { port, token, parts } = target;
  const renew = sessionRequest(port, token, {
    target: ACTION_PATHS.renew,
    fields: { fingerprint: HELD.fingerprint },
  });
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(port, renew)));
  for (const { status } of answers) assert(status === 303 || status === 409, String(status));
  const begun = answers.filter(({ status }) => status === 303).length;
  // A click that comes later begins anew; one that comes meanwhile begins nothing.
  assertEquals(parts.fake.calls.begin, begun);
  assertEquals(parts.fake.calls.answer, 0);
});

const FINGERPRINTS: Readonly<Record<string, string>> = {
  "empty": "",
  "short": "ab",
  "in capitals": HELD.fingerprint.toUpperCase(),
  "with more behind it": `${HELD.fingerprint}\n`,
  "with a path": `../${HELD.fingerprint}`,
  "full-width": "ａ".repeat(64),
  "markup": "<img src=x onerror=evil()>".padEnd(64, "a"),
  "an option of a program": `--${HELD.fingerprint.slice(2)}`,
  "as long as a value may be": "a".repeat(4096),
  "longer than any value": "a".repeat(4097),
};
for (const [name, fingerprint] of Object.entries(FINGERPRINTS)) {
  Deno.test(`hostile: a fingerprint that is ${name} is refused before the engine sees it`, async () => {
    await using target = await open();
    const before = target.state();
    for (const path of [ACTION_PATHS.renew, ACTION_PATHS.calendar]) {
      const request = sessionRequest(target.port, target.token, { target: path, fields: { fingerprint } });
      assertRefused(await send(target.port, request), path);
    }
    assertEquals(target.state(), before);
    await assertStillGood(target);
  });
}

Deno.test("hostile: a certificate that is not in the list is neither renewed nor described", async () => {
  await using target = await open();
  const { port, token, parts } = target;
  const expired = { ...HELD, fingerprint: "12".repeat(32), serial: "e0e0", why: "expired" as const };
  parts.fake.others = [expired];
  for (const fingerprint of ["00".repeat(32), expired.fingerprint]) {
    for (const path of [ACTION_PATHS.renew, ACTION_PATHS.calendar]) {
      const answer = await send(port, sessionRequest(port, token, { target: path, fields: { fingerprint } }));
      assert(answer.status === 403 || answer.status === 404, answer.raw);
      assert(!answer.body.includes(expired.serial), answer.raw);
    }
  }
  assertEquals(parts.fake.current(), undefined);
});

Deno.test("hostile: answers that are over-long, for another step or for another question reach nobody", async () => {
  await using target = await open();
  const { port, token, parts } = target;
  parts.fake.script = { further: [OTP_QUESTION] };
  const post = (path: string, fields: Record<string, string>) =>
    send(port, sessionRequest(port, token, { target: path, fields }));
  const step = async () => {
    const page = await send(port, sessionRequest(port, token, { target: PAGE_PATHS.question }));
    return /name="step" value="([^"]+)"/.exec(page.body)![1]!;
  };
  await post(ACTION_PATHS.renew, { fingerprint: HELD.fingerprint });
  const first = await step();
  await post(ACTION_PATHS.answer, { step: first, password: "correct horse" });
  const second = await step();
  const odd: Record<string, string>[] = [
    { step: second, oneTimePassword: "1".repeat(4097) },
    { step: second, oneTimePassword: "1".repeat(4096) },
    { step: second, oneTimePassword: "123456", password: "correct horse" },
    { step: second, password: "correct horse" },
    { step: second },
    { step: first, oneTimePassword: "123456" },
    { step: `${second}0`, oneTimePassword: "123456" },
    { step: "", oneTimePassword: "123456" },
    { oneTimePassword: "123456" },
  ];
  for (const fields of odd) {
    const { status } = await post(ACTION_PATHS.answer, fields);
    assert(status === 400 || status === 303, `${JSON.stringify(fields).slice(0, 80)}: ${status}`);
  }
  assertEquals([parts.fake.calls.answer, parts.fake.calls.acquire], [1, 0]);
  assertEquals((await post(ACTION_PATHS.answer, { step: second, oneTimePassword: "123456" })).status, 303);
  assertEquals(parts.fake.calls.acquire, 1);
});

/** What leads away from the proxy's page, for a page without the session. */
const PROXY_SHAPES = [
  "H16",
  "H17",
  "H20",
  "H21",
  "H22",
  "H25",
  "H26",
  "H27",
  "H31",
  "H33",
  "H34",
  "H38",
  "H49",
];

Deno.test("hostile: while a proxy asks, nobody but the page answers, cancels or reads the question", async () => {
  await using target = await open();
  const { proxy, port, token, parts } = target;
  parts.fake.script.network = () => proxy.pass();
  const renewal = sessionRequest(port, token, {
    target: ACTION_PATHS.renew,
    fields: { fingerprint: HELD.fingerprint },
  });
  assertEquals((await send(port, renewal)).headers.get("location"), PAGE_PATHS.proxy);
  const before = target.state();
  const paths: readonly string[] = [
    PAGE_PATHS.proxy,
    ACTION_PATHS.proxyAuthenticate,
    ACTION_PATHS.proxyCancel,
  ];
  const routes = target.routes.filter(({ good }) => paths.includes(good.target));
  assertEquals(routes.length, paths.length);
  const shapes = SHAPES.filter(({ name }) => PROXY_SHAPES.includes(name.split(" ")[0]!));
  for (const shape of shapes) {
    for (const route of routes) {
      if (shape.on?.(route, route.good.method) === false) continue;
      const bent = shape.bend(route.good, target);
      const answer = typeof bent === "string" ? await sendBytes(port, bent) : await send(port, bent);
      assertRefused(answer, `${shape.name}, ${route.good.target}`);
    }
  }
  assertEquals(target.state(), before);
});

Deno.test("hostile: answers to a proxy that are over-long, too many, or of another shape reach nobody", async () => {
  await using target = await open();
  const { proxy, port, token, parts } = target;
  const right = { proxy: proxy.proxy, ...proxy.accepts };
  const post = (fields: Record<string, string>) =>
    send(port, sessionRequest(port, token, { target: ACTION_PATHS.proxyAuthenticate, fields }));
  assertEquals((await post(right)).status, 303); // nothing is asked
  assertEquals(proxy.answers, []);
  parts.fake.script.network = () => proxy.pass();
  const renewal = { target: ACTION_PATHS.renew, fields: { fingerprint: HELD.fingerprint } };
  await send(port, sessionRequest(port, token, renewal));
  const { username, password } = proxy.accepts;
  const odd: Record<string, string>[] = [
    {},
    { username, password },
    { ...right, keep: "" },
    { ...right, keep: "maybe" },
    { ...right, loginId: "hanako" },
    { ...right, username: "x".repeat(4097) },
    { ...right, username: "x".repeat(4096) },
    { ...right, password: "x".repeat(4096) },
    { ...right, username: "su\0zuki" },
    { ...right, password: "open\r\nsesame" },
    { ...right, proxy: "evil.example:3128" },
    { ...right, proxy: "" },
  ];
  for (const fields of odd) {
    const { status } = await post(fields);
    assert(status === 400 || status === 303, `${JSON.stringify(fields).slice(0, 80)}: ${status}`);
  }
  assertEquals([proxy.answers, proxy.cancelled], [[], 0]);
  const answers = await Promise.all(Array.from({ length: 30 }, () => post(right)));
  for (const { status } of answers) assertEquals(status, 303);
  assertEquals([proxy.answers.length, parts.fake.calls.begin], [1, 1]);
  assertEquals((await post(right)).status, 303); // once more, late
  assertEquals(proxy.answers.length, 1);
});

Deno.test("hostile: 1,000 connections that say nothing leave room for the page", async () => {
  await using target = await open({ times: { idleMs: 200, requestMs: 200 } });
  const held: Deno.Conn[] = [];
  for (let i = 0; i < 1000; i++) {
    held.push(await Deno.connect({ hostname: "127.0.0.1", port: target.port }));
  }
  // The server holds 64 of them until their time is over, and none of the others.
  for (const connection of held) {
    assertEquals(await connection.read(new Uint8Array(1)).catch(() => null), null);
    connection.close();
  }
  await assertStillGood(target);
});

/** Deterministic noise: xorshift32. */
function noiseOf(seed: number): (length: number) => Uint8Array {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 255;
    });
}

async function sendAsNobody(port: number, request: string): Promise<string> {
  const script = 'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf %s "$1" >&3; cat <&3';
  const { stdout } = await new Deno.Command("setpriv", {
    args: ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c", script, String(port), request],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function disposable(web: RunningWeb): RunningWeb & AsyncDisposable {
  return Object.assign(web, { [Symbol.asyncDispose]: () => web.close() });
}
