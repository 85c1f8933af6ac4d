/** G008e and G005e over the real server: when to try again, and what is then done by itself. */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { AppError, type Language } from "../errors.ts";
import { openWeb } from "./mod.ts";
import { ACTION_PATHS, PAGE_PATHS, PROGRESS_PATH } from "./paths.ts";
import {
  ADDITIONAL_QUESTION,
  OTP_QUESTION,
  PASSWORD_QUESTION,
  sampleCertificate,
  type Script,
} from "./testing/fake_issuance.ts";
import { testParts } from "./testing/parts.ts";
import { openSession, type RawAnswer, send, sessionRequest } from "./testing/raw_client.ts";

const ID = "c0ffee00c0ffee00";
const DUE = sampleCertificate({ loginId: "hanako", renewableFrom: new Date("2026-11-01T00:00:00Z") });

function busy(retryAfterSeconds?: number): AppError {
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new AppError("authority/busy", {}, { correlationId: ID, ...options });
}

/** An app whose clock says 2026-11-23 15:54:00 in Japan. */
async function setUp(script: Script = {}, language: Language = "ja") {
  const parts = testParts({ startIn: language });
  const { fake } = parts;
  fake.script = script;
  fake.certificates = [DUE];
  const web = await openWeb({ ...parts, options: { keepRunning: true } });
  const token = await openSession(web.port, web.launchUrl());
  const get = (target: string) => send(web.port, sessionRequest(web.port, token, { target }));
  const post = (target: string, fields: Record<string, string>) =>
    send(web.port, sessionRequest(web.port, token, { target, fields }));
  return {
    ...{ parts, fake, get, post },
    renew: () => post(ACTION_PATHS.renew, { fingerprint: DUE.fingerprint }),
    issue: (password = "correct horse") => {
      fake.certificates = [];
      return post(ACTION_PATHS.issue, { loginId: "hanako", password });
    },
    answer: async (fields: Record<string, string>) => {
      const step = /name="step" value="([^"]+)"/.exec((await get(PAGE_PATHS.question)).body)![1]!;
      return await post(ACTION_PATHS.answer, { step, ...fields });
    },
    retry: () => post(ACTION_PATHS.retry, {}),
    [Symbol.asyncDispose]: () => web.close(),
  };
}

function leadsTo(answer: RawAnswer): string | null {
  assertEquals(answer.status, 303, answer.raw);
  return answer.headers.get("location");
}

Deno.test("retry: the error page says when, counts, and offers to do it by itself", async () => {
  await using at = await setUp({ beginError: busy(90) });
  const { status, body } = await at.renew();
  assertEquals(status, 503);
  for (
    const text of [
      "[G008e]",
      "15:55:30以降に、もう一度お試しください。",
      `data-retry="/retry" data-seconds="90" data-repeats="no"`,
      `role="timer" aria-live="off"`,
      ">1:30</span>",
      ">時間になったら自動で再試行する</label>",
      ">もう一度試す</button>",
      ">閉じる</button>",
    ]
  ) assertStringIncludes(body, text);
  assertMatch(body, /data-post="\/retry" data-retry-button="true" aria-disabled="true"/);
  assertNotMatch(body, /checked|およそ/);
});

Deno.test("retry: a page that is loaded again counts on from where it was", async () => {
  await using at = await setUp({ beginError: busy(90) });
  await at.renew();
  at.parts.clock.advance(60_000);
  const { body } = await at.get(PAGE_PATHS.error);
  for (const text of [`data-seconds="30"`, "15:55:30以降に"]) assertStringIncludes(body, text);
  at.parts.clock.advance(60_000);
  const late = (await at.get(PAGE_PATHS.error)).body;
  assertStringIncludes(late, `data-seconds="0"`);
  assertNotMatch(late, /aria-disabled/);
});

Deno.test("retry: does the same renewal once more, as often as it takes", async () => {
  await using at = await setUp({ beginError: busy(30) });
  await at.renew();
  at.parts.clock.advance(30_000);
  const again = await at.retry();
  assertEquals(again.status, 503);
  assertStringIncludes(again.body, "15:55:00以降に"); // the new time, not the old one
  at.fake.script = {};
  assertEquals(leadsTo(await at.retry()), PAGE_PATHS.question);
  assertEquals(at.fake.calls.begin, 3);
  assertEquals(at.fake.current()!.renews?.fingerprint, DUE.fingerprint);
  assertEquals(leadsTo(await at.retry()), PAGE_PATHS.question); // from another page, late: nothing is begun
  assertEquals(at.fake.calls.begin, 3);
});

Deno.test("retry: without a time there is a plain button, and a count of nothing", async () => {
  for (const key of ["authority/busy", "authority/unavailable"] as const) {
    await using at = await setUp({ beginError: new AppError(key, {}, { correlationId: ID }) });
    const { body } = await at.renew();
    assertMatch(body, /data-post="\/retry" data-retry-button="true">もう一度試す</);
    assertNotMatch(body, /role="timer"|autoRetry|以降に/);
  }
});

Deno.test("retry: what cannot get better by itself has no such button", async () => {
  await using at = await setUp({ beginError: new AppError("registration/renewal-revoked", {}) });
  assertNotMatch((await at.renew()).body, /data-retry|もう一度試す/);
  assertEquals(leadsTo(await at.retry()), PAGE_PATHS.certificates);
  assertEquals(at.fake.calls.begin, 1);
});

Deno.test("retry: a wait that no page survives is told with its time, and nothing is promised", async () => {
  await using at = await setUp({ beginError: busy(31 * 60) });
  const { body } = await at.renew();
  assertStringIncludes(body, "16:25:00以降に");
  assertNotMatch(body, /autoRetry/);
  await using tomorrow = await setUp({ beginError: busy(24 * 3600) }, "en");
  assertStringIncludes((await tomorrow.renew()).body, "Try again at 24 November 2026, 15:54 JST or later.");
});

Deno.test("retry: an issue asks the authority again without the password, then for the password alone", async () => {
  await using at = await setUp({ beginError: busy(30) });
  const { body } = await at.issue("canary-3");
  for (const text of [`data-page="issue"`, `data-retry="/retry"`, `data-repeats="yes"`, `value="hanako"`]) {
    assertStringIncludes(body, text);
  }
  assertNotMatch(body, /canary-3/);
  at.parts.clock.advance(30_000);
  assertStringIncludes((await at.retry()).body, "15:55:00以降に");
  at.fake.script = { holdAt: "key" };
  const ready = await at.retry();
  assertEquals(ready.status, 200);
  for (const text of ["受付できるようになりました。", `data-page="issue"`, `value="hanako"`]) {
    assertStringIncludes(ready.body, text);
  }
  assertNotMatch(ready.body, /data-retry=/);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer], [3, 0]);
  assertEquals(leadsTo(await at.issue()), PAGE_PATHS.acquiring);
  assertEquals([at.fake.calls.begin, at.fake.calls.answer], [3, 1]); // the attempt that is open already
});

Deno.test("retry: a form keeps what was typed but for the password, and numbers are never sent by themselves", async () => {
  const cases = [
    [PASSWORD_QUESTION, { password: "canary-4" }, "yes", undefined],
    [ADDITIONAL_QUESTION, { reply: "blue" }, "yes", `value="blue"`],
    [OTP_QUESTION, { oneTimePassword: "123456" }, "no", `value="123456"`],
  ] as const;
  for (const [question, fields, repeats, kept] of cases) {
    await using at = await setUp({ further: question === PASSWORD_QUESTION ? [] : [question] });
    await at.renew();
    if (question !== PASSWORD_QUESTION) await at.answer({ password: "correct horse" });
    at.fake.script.answerError = busy(45);
    const { status, body } = await at.answer({ ...fields });
    assertEquals(status, 503);
    assertStringIncludes(body, `data-retry="" data-seconds="45" data-repeats="${repeats}"`);
    assertEquals(body.includes("autoRetry"), repeats === "yes", question.kind);
    if (kept !== undefined) assertStringIncludes(body, kept);
    assertNotMatch(body, /canary-4|もう一度試す/);
    assertEquals(leadsTo(await at.retry()), PAGE_PATHS.question); // there is nothing but the form
  }
});

Deno.test("retry: a certificate that was asked for is fetched by the engine's own resume", async () => {
  await using at = await setUp({ failure: { phase: "issue", error: busy(60) } });
  await at.issue();
  await at.fake.current()!.acquire().catch(() => {});
  assertEquals(JSON.parse((await at.get(PROGRESS_PATH)).body).next, "error");
  at.parts.clock.advance(20_000);
  await at.get(PROGRESS_PATH); // another tab, later: the time stays what it was
  const { body } = await at.get(PAGE_PATHS.error);
  for (const text of ["15:55:00以降に", `data-seconds="40"`, `data-retry="/retry"`]) {
    assertStringIncludes(body, text);
  }
  at.fake.journal = [{
    journalId: "1",
    loginId: "hanako",
    state: "SUBMITTED",
    startedAt: new Date(),
    needsAuthentication: false,
    operation: "issue",
  }];
  at.parts.clock.advance(40_000);
  assertStringIncludes((await at.retry()).body, "15:56:00以降に"); // still nothing
  at.fake.journal = [];
  at.fake.resumable = [sampleCertificate({ loginId: "hanako" })];
  assertEquals(leadsTo(await at.retry()), PAGE_PATHS.certificates);
  const list = (await at.get(PAGE_PATHS.certificates)).body;
  assertStringIncludes(list, "中断していた証明書の取得が完了しました。(ログインID: hanako)");
  assertEquals([at.fake.calls.begin, at.fake.calls.acquire], [1, 1]);
});

Deno.test("retry: thirty at once are one", async () => {
  await using at = await setUp({ beginError: busy(1) });
  await at.renew();
  at.fake.script = {};
  const answers = await Promise.all(Array.from({ length: 30 }, () => at.retry()));
  for (const answer of answers) assertEquals(answer.status, 303);
  assertEquals(at.fake.calls.begin, 2);
});
