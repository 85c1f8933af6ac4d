/** プロキシ認証 over the real server: whatever a proxy interrupts goes on by itself, and nothing is asked twice. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import type { Language } from "../errors.ts";
import { openWeb, type WebOptions } from "./mod.ts";
import { ACTION_PATHS, PAGE_PATHS, PROGRESS_PATH } from "./paths.ts";
import { ADDITIONAL_QUESTION, sampleCertificate, type Script } from "./testing/fake_issuance.ts";
import { FakeProxyAuthentication } from "./testing/fake_proxy_authentication.ts";
import { testParts } from "./testing/parts.ts";
import { openSession, type RawAnswer, send, sessionRequest } from "./testing/raw_client.ts";

const BANK = { loginId: "hanako", password: "correct horse" };
const RIGHT = { username: "suzuki", password: "open sesame" };
const WRONG = { username: "suzuki-2", password: "canary-8" };
const DUE = sampleCertificate({ loginId: "hanako", renewableFrom: new Date("2026-11-01T00:00:00Z") });

interface SetUpOptions {
  script?: Script;
  options?: WebOptions;
  language?: Language;
  now?: () => Date;
}

/** An app behind a proxy that wants a password. */
async function setUp({ script = {}, options = {}, language = "ja", now }: SetUpOptions = {}) {
  const proxy = new FakeProxyAuthentication();
  const parts = testParts({
    startIn: language,
    proxyAuthentication: proxy,
    ...(now === undefined ? {} : { now }),
  });
  const { fake } = parts;
  fake.script = { network: () => proxy.pass(), ...script };
  const web = await openWeb({
    ...parts,
    options: { keepRunning: true, rate: { burst: 1e9, perSecond: 0 }, ...options },
  });
  const { port } = web;
  const token = await openSession(port, web.launchUrl());
  const get = (target: string) => send(port, sessionRequest(port, token, { target }));
  const post = (target: string, fields: Record<string, string>) =>
    send(port, sessionRequest(port, token, { target, fields }));
  /** The address that an answer leads to. */
  const leadsTo = (answer: RawAnswer) => {
    assertEquals(answer.status, 303, answer.raw);
    return answer.headers.get("location");
  };
  return {
    ...{ proxy, parts, fake, web, get, post, leadsTo },
    issue: (typed = BANK) => post(ACTION_PATHS.issue, typed),
    authenticate: (typed: Record<string, string>) =>
      post(ACTION_PATHS.proxyAuthenticate, { proxy: proxy.proxy, ...typed }),
    cancel: () => post(ACTION_PATHS.proxyCancel, {}),
    progress: async () => JSON.parse((await get(PROGRESS_PATH)).body),
    revision: async () => {
      const { body } = await post("/alive", { nonce: "A".repeat(22), active: "no" });
      return JSON.parse(body).revision as number;
    },
    [Symbol.asyncDispose]: () => web.close(),
  };
}

Deno.test("proxy: an issue waits for its password at the first request, and then goes on by itself", async () => {
  await using at = await setUp({ script: { holdAt: "import" } });
  assertEquals(at.leadsTo(await at.issue()), PAGE_PATHS.proxy);
  const { status, body } = await at.get(PAGE_PATHS.proxy);
  assertEquals(status, 200);
  for (
    const text of [
      ">プロキシ認証</h1>",
      ">ユーザ名</label>",
      ">パスワード</label>",
      ">認証</button>",
      ">中止</button>",
      "プロキシサーバ proxy.example:3128 には、",
      "こうしんビジネスネットバンキングの「ユーザ名」と「パスワード」ではありませんのでご注意ください。",
    ]
  ) assertStringIncludes(body, text);
  assertNotMatch(body, /G009e|aria-invalid|hanako|correct horse|name="keep"/);
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.acquiring);
  assertEquals(at.proxy.answers, [{ ...RIGHT, keep: false }]);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer, at.fake.calls.acquire], [1, 1, 1]);
  assertEquals(at.leadsTo(await at.get(PAGE_PATHS.proxy)), PAGE_PATHS.acquiring); // nothing is asked any more
  at.fake.release();
  await at.fake.current()!.acquire();
  assertEquals((await at.progress()).next, "result");
});

Deno.test("proxy: wrong credentials are G009e on the same page, with the name kept and the password gone", async () => {
  await using at = await setUp();
  await at.issue();
  assertEquals(at.leadsTo(await at.authenticate(WRONG)), PAGE_PATHS.proxy);
  for (let reload = 0; reload < 2; reload++) {
    const { status, body } = await at.get(PAGE_PATHS.proxy);
    assertEquals(status, 403); // not 407: browsers show nothing of that
    assertStringIncludes(body, "プロキシサーバの認証に失敗しました。[G009e]");
    assertStringIncludes(body, "プロキシサーバのIDとパスワードを確認の上、");
    assertStringIncludes(body, `value="suzuki-2"`);
    assertEquals(body.match(/aria-invalid="true"/g)?.length, 2);
    assertMatch(body, /id="password-error">プロキシサーバの認証に失敗しました。</);
    assertNotMatch(body, /canary-8/);
  }
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.acquiring);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer], [1, 1]);
  assert(!JSON.stringify(at.parts.log.records).includes("canary-8"));
  assert(!JSON.stringify(at.parts.log.records).includes(RIGHT.password));
});

Deno.test("proxy: a password that changes between two questions of a renewal is asked for there", async () => {
  await using at = await setUp({ script: { further: [ADDITIONAL_QUESTION], holdAt: "key" } });
  at.fake.certificates = [DUE];
  const answer = async (fields: Record<string, string>) => {
    const { body } = await at.get(PAGE_PATHS.question);
    const step = /name="step" value="([^"]+)"/.exec(body)![1]!;
    return await at.post(ACTION_PATHS.answer, { step, ...fields });
  };
  assertEquals(
    at.leadsTo(await at.post(ACTION_PATHS.renew, { fingerprint: DUE.fingerprint })),
    PAGE_PATHS.proxy,
  );
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.question);
  at.proxy.accepts = { username: "suzuki", password: "changed" };
  assertEquals(at.leadsTo(await answer({ password: BANK.password })), PAGE_PATHS.proxy);
  assertStringIncludes((await at.get(PAGE_PATHS.proxy)).body, `value="suzuki"`);
  assertEquals(at.leadsTo(await at.authenticate({ ...at.proxy.accepts })), PAGE_PATHS.question);
  assertEquals(at.leadsTo(await answer({ reply: "blue" })), PAGE_PATHS.acquiring);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer], [1, 2]);
});

Deno.test("proxy: what the bank says to the interrupted step is told by the proxy's page", async () => {
  await using at = await setUp();
  await at.issue({ loginId: "hanako", password: "canary-9" });
  const { status, body } = await at.authenticate(RIGHT);
  assertEquals(status, 401);
  assertMatch(body, /data-page="issue"/);
  for (const text of ["[H101e]", `value="hanako"`]) assertStringIncludes(body, text);
  assertNotMatch(body, /canary-9|open sesame/);
});

/** The proxy lets the questions through, and asks when the certificate is fetched. */
async function issuesUntilTheProxyAsks(at: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  const isAsked = Promise.withResolvers<void>();
  at.fake.script.network = async () => {
    if (at.fake.calls.acquire === 0) return;
    const passing = at.proxy.pass();
    isAsked.resolve();
    await passing;
  };
  assertEquals(at.leadsTo(await at.issue()), PAGE_PATHS.acquiring);
  await isAsked.promise;
}

Deno.test("proxy: asked for while the certificate is fetched, the progress page leads there and back", async () => {
  await using at = await setUp({ script: { holdAt: "import" } });
  await issuesUntilTheProxyAsks(at);
  assertEquals((await at.progress()).next, "proxy");
  assertEquals(at.leadsTo(await at.get(PAGE_PATHS.acquiring)), PAGE_PATHS.proxy);
  assertEquals(at.leadsTo(await at.authenticate(WRONG)), PAGE_PATHS.proxy);
  assertStringIncludes((await at.get(PAGE_PATHS.proxy)).body, "[G009e]");
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.acquiring);
  assertEquals((await at.progress()).next, "");
  at.fake.release();
  await at.fake.current()!.acquire();
  assertEquals((await at.progress()).next, "result");
  assertEquals([at.fake.calls.begin, at.fake.calls.acquire], [1, 1]);
});

Deno.test("proxy: 「中止」 while the certificate is fetched ends it on the error page with the reason", async () => {
  await using at = await setUp();
  await issuesUntilTheProxyAsks(at);
  assertEquals(at.leadsTo(await at.cancel()), PAGE_PATHS.acquiring);
  assertEquals(at.leadsTo(await at.get(PAGE_PATHS.acquiring)), PAGE_PATHS.error);
  const { body } = await at.get(PAGE_PATHS.error);
  for (const text of ["[H315e]", at.fake.current()!.correlationId]) assertStringIncludes(body, text);
});

Deno.test("proxy: asked for by what an earlier run left, it takes the list's place until it is answered", async () => {
  await using at = await setUp();
  at.fake.resumable = [sampleCertificate({ loginId: "jiro" })];
  const before = await at.revision();
  assertEquals((await at.get(PAGE_PATHS.certificates)).status, 200); // the list needs no network
  assert(await at.revision() !== before, "the open list looks again");
  assertEquals(at.leadsTo(await at.get(PAGE_PATHS.certificates)), PAGE_PATHS.proxy);
  const asked = await at.revision();
  assertEquals(await at.revision(), asked, "but not all the time");
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.certificates);
  assertStringIncludes((await at.get(PAGE_PATHS.certificates)).body, "完了しました。(ログインID: jiro)");
});

Deno.test("proxy: 「中止」 ends an issue on its form, with the reason and one next step, and the next one asks again", async () => {
  await using at = await setUp();
  await at.issue();
  const { status, body } = await at.cancel();
  assertEquals(status, 403);
  for (
    const text of [
      `data-page="issue"`,
      "[H315e]",
      "もう一度操作し、プロキシの「ユーザ名」と「パスワード」を入力してください。",
      `value="hanako"`,
    ]
  ) assertStringIncludes(body, text);
  assertEquals(at.proxy.cancelled, 1);
  assertEquals((await at.get(PAGE_PATHS.certificates)).status, 200);
  assertEquals(at.leadsTo(await at.issue()), PAGE_PATHS.proxy);
  assertEquals(at.leadsTo(await at.authenticate(RIGHT)), PAGE_PATHS.acquiring);
});

Deno.test("proxy: 「中止」 ends a renewal on the error page, also after a reload", async () => {
  await using at = await setUp();
  at.fake.certificates = [DUE];
  await at.post(ACTION_PATHS.renew, { fingerprint: DUE.fingerprint });
  const { body } = await at.cancel();
  for (const text of ["証明書取得エラー", "[H315e]"]) assertStringIncludes(body, text);
  assertStringIncludes((await at.get(PAGE_PATHS.error)).body, "[H315e]");
  assertEquals(at.fake.calls.begin, 1);
});

Deno.test("proxy: whatever else asks after 「中止」, while the work ends, gets the same answer", async () => {
  await using at = await setUp();
  // As an attempt that fails tells the authority so, with a request of its own.
  at.fake.script.network = () =>
    at.proxy.pass().catch((error) => at.proxy.pass().catch(() => Promise.reject(error)));
  await at.issue();
  assertStringIncludes((await at.cancel()).body, "[H315e]");
  assertEquals([at.proxy.cancelled, at.proxy.pending()], [2, undefined]);
});

Deno.test("proxy: other tabs are led to the one question, and one answer is given", async () => {
  await using at = await setUp({ script: { holdAt: "issue" } });
  await at.issue();
  for (const answer of [await at.issue(), await at.issue({ loginId: "taro", password: "x" })]) {
    assertEquals(at.leadsTo(answer), PAGE_PATHS.proxy);
  }
  for (const page of ["certificates", "issue", "confirm", "question", "acquiring"] as const) {
    assertEquals(at.leadsTo(await at.get(PAGE_PATHS[page])), PAGE_PATHS.proxy, page);
  }
  const answers = await Promise.all(Array.from({ length: 10 }, () => at.authenticate(RIGHT)));
  for (const answer of answers) assertEquals(at.leadsTo(answer), PAGE_PATHS.acquiring);
  assertEquals(at.proxy.answers.length, 1);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer, at.fake.calls.acquire], [1, 1, 1]);
});

Deno.test("proxy: a page that is loaded again after the answer waits for the same work", async () => {
  const bank = Promise.withResolvers<void>();
  const isAsked = Promise.withResolvers<void>();
  await using at = await setUp({ script: { further: [ADDITIONAL_QUESTION] } });
  at.fake.script.network = async () => {
    await at.proxy.pass();
    isAsked.resolve();
    await bank.promise;
  };
  await at.issue();
  const first = at.authenticate(RIGHT);
  await isAsked.promise; // and thinks
  const reload = at.get(PAGE_PATHS.proxy);
  assertEquals(at.leadsTo(await at.issue()), PAGE_PATHS.proxy); // from another tab
  bank.resolve();
  assertEquals(at.leadsTo(await first), PAGE_PATHS.question);
  assertEquals(at.leadsTo(await reload), PAGE_PATHS.question);
  assertEquals(at.fake.calls.begin, 1);
});

Deno.test("proxy: a second proxy's question while the first waits gets no password that was typed for the first", async () => {
  await using at = await setUp();
  await at.issue();
  at.proxy.cancel();
  at.proxy.proxy = "other.example:8080";
  at.parts.fake.script.network = () => at.proxy.pass();
  await at.get(PAGE_PATHS.proxy); // tells the end of the first
  await at.issue();
  const late = await at.post(ACTION_PATHS.proxyAuthenticate, { proxy: "proxy.example:3128", ...RIGHT });
  assertEquals(at.leadsTo(late), PAGE_PATHS.proxy);
  assertEquals(at.proxy.answers, []);
  assertStringIncludes((await at.get(PAGE_PATHS.proxy)).body, "other.example:8080");
});

Deno.test("proxy: credentials are kept only by choice, and only where there is a secret store", async () => {
  await using at = await setUp();
  at.proxy.hasSecretStore = true;
  await at.issue();
  const { body } = await at.get(PAGE_PATHS.proxy);
  assertMatch(body, /<input[^>]* type="checkbox"[^>]* name="keep"[^>]*>/);
  assertNotMatch(body, /checked/);
  await at.authenticate({ ...WRONG, keep: "no" });
  at.proxy.hasSecretStore = false;
  await at.authenticate({ ...WRONG, keep: "yes" }); // gone since
  at.proxy.hasSecretStore = true;
  await at.authenticate({ ...RIGHT, keep: "yes" });
  assertEquals(at.proxy.answers.map(({ keep }) => keep), [false, false, true]);
});

Deno.test("proxy: a secret store that cannot be asked is none", async () => {
  await using at = await setUp();
  at.proxy.canKeep = () => Promise.reject(new Error("no D-Bus"));
  await at.issue();
  const { status, body } = await at.get(PAGE_PATHS.proxy);
  assertEquals(status, 200);
  assertNotMatch(body, /name="keep"/);
  await at.authenticate({ ...RIGHT, keep: "yes" });
  assertEquals(at.proxy.answers, [{ ...RIGHT, keep: false }]);
});

const ODD_INPUT: Record<string, [typed: Record<string, string>, text: string]> = {
  "empty": [{ username: "", password: "" }, "ユーザ名を入力してください。"],
  "of spaces": [{ username: "  ", password: "x" }, "ユーザ名を入力してください。"],
  "with a colon": [
    { username: "suzuki:x", password: "x" },
    "ユーザ名に「:」や改行などの制御文字は使用できません。",
  ],
  "with a line break": [{ username: "su\r\nzuki", password: "x" }, "ユーザ名に「:」や改行などの制御文字は"],
  "with a line break in the password": [
    { ...RIGHT, password: "a\r\nX: evil" },
    "パスワードに改行などの制御文字は",
  ],
  "with a control character of the second kind": [
    { username: "su\u0085zuki", password: "x" },
    "ユーザ名に「:」や改行などの制御文字は",
  ],
  "too long": [{ username: "x".repeat(257), password: "y".repeat(257) }, "256文字以内"],
};
for (const [name, [typed, text]] of Object.entries(ODD_INPUT)) {
  Deno.test(`proxy: input ${name} is G006e on its field, and is given to nobody`, async () => {
    await using at = await setUp();
    await at.issue();
    const { status, body } = await at.authenticate(typed);
    assertEquals(status, 400);
    for (const expected of ["[G006e]", text]) assertStringIncludes(body, expected);
    assertEquals(at.proxy.answers, []);
    assertEquals(at.leadsTo(await at.authenticate({ ...RIGHT, username: " suzuki " })), PAGE_PATHS.acquiring);
  });
}

Deno.test("proxy: a person who was away for too long finds the question in the next page, and the work alive", async () => {
  await using at = await setUp({ script: { holdAt: "issue" } });
  await at.issue();
  at.parts.clock.advance(6 * 60_000);
  assertEquals((await at.get(PAGE_PATHS.proxy)).body, "expired");
  const { port } = at.web;
  const token = await openSession(port, at.web.launchUrl());
  const list = await send(port, sessionRequest(port, token, { target: PAGE_PATHS.certificates }));
  assertEquals(at.leadsTo(list), PAGE_PATHS.proxy);
  const fields = { proxy: at.proxy.proxy, ...RIGHT };
  const target = ACTION_PATHS.proxyAuthenticate;
  const answer = await send(port, sessionRequest(port, token, { target, fields }));
  assertEquals(at.leadsTo(answer), PAGE_PATHS.acquiring);
  assertEquals(at.fake.calls.begin, 1);
});

Deno.test("proxy: an app whose page was closed while the proxy asks ends, and the work with it", async () => {
  const at = await setUp({ now: () => new Date(), options: { keepRunning: false, closeAfterMs: 200 } });
  at.parts.fake.certificates = [DUE];
  await at.post(ACTION_PATHS.renew, { fingerprint: DUE.fingerprint });
  await at.web.closed;
  assertEquals([at.proxy.cancelled, at.proxy.pending()], [1, undefined]);
});

Deno.test("proxy: an app that nobody has a proxy for has nothing to ask", async () => {
  const parts = testParts();
  const web = await openWeb({ ...parts, options: { keepRunning: true } });
  const token = await openSession(web.port, web.launchUrl());
  const requests = [
    { target: PAGE_PATHS.proxy },
    { target: ACTION_PATHS.proxyAuthenticate, fields: { proxy: "x", ...RIGHT } },
    { target: ACTION_PATHS.proxyCancel, fields: {} },
  ];
  for (const request of requests) {
    const answer = await send(web.port, sessionRequest(web.port, token, request));
    assertEquals([answer.status, answer.headers.get("location")], [303, PAGE_PATHS.certificates]);
  }
  await web.close();
});

Deno.test("proxy: neither its name nor the person's becomes markup", async () => {
  for (
    const attack of [`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus='alert(1)`]
  ) {
    await using at = await setUp({ language: "en" });
    at.proxy.proxy = attack;
    await at.issue();
    await at.authenticate({ username: attack.replaceAll(":", ""), password: attack });
    const { body } = await at.get(PAGE_PATHS.proxy);
    assertNotMatch(body, /<(script|img)|' onfocus='/);
    assertStringIncludes(body, "[G009e]");
  }
});
