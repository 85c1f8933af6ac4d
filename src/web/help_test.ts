/** 困ったときは as a page's script sees it, with everything in front of it: server, gate and session. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import type { Language } from "../errors.ts";
import { AppError } from "../errors.ts";
import { HELP } from "../help/mod.ts";
import type { HelpFound, HelpProgress } from "./help_desk.tsx";
import { openWeb } from "./mod.ts";
import { ACTION_PATHS, HELP_PROGRESS_PATH, PAGE_PATHS, type PageName } from "./paths.ts";
import { FakeDoctor, FakeSupport } from "./testing/fake_doctor.ts";
import { testParts } from "./testing/parts.ts";
import { openSession, send, sessionRequest, toBytes } from "./testing/raw_client.ts";

interface SetUpOptions {
  language?: Language;
  /** Without one there is none. */
  doctor?: FakeDoctor | undefined;
  support?: FakeSupport | undefined;
  /** How the doctor is had. */
  openDoctor?: () => Promise<FakeDoctor>;
}

async function setUp(options: SetUpOptions = {}) {
  const { doctor, support, language } = options;
  const parts = testParts({
    ...(language === undefined ? {} : { startIn: language }),
    doctor: options.openDoctor ?? (doctor && (() => Promise.resolve(doctor))),
    supportBundle: support?.make,
  });
  const web = await openWeb({ ...parts, options: { keepRunning: true, rate: { burst: 1e9, perSecond: 0 } } });
  const { port } = web;
  const token = await openSession(port, web.launchUrl());
  const ask = (target: string, fields?: Record<string, string>) =>
    send(port, sessionRequest(port, token, fields === undefined ? { target } : { target, fields }));
  const page = async (name: PageName = "help") => (await ask(PAGE_PATHS[name])).body;
  const progress = async (): Promise<HelpProgress> => JSON.parse((await ask(HELP_PROGRESS_PATH)).body);
  const search = async (query: string): Promise<HelpFound> =>
    JSON.parse((await ask(ACTION_PATHS.helpSearch, { query })).body);
  const check = (entry: string) => ask(ACTION_PATHS.check, { entry });
  const isOver = async () => (await progress()).isOver ? true : undefined;
  return {
    ...{ parts, port, token, ask, page, progress, search, check },
    over: () => until(isOver, "the checks to be over"),
    [Symbol.asyncDispose]: () => web.close(),
  };
}

Deno.test("help: the page has every question and every code, closed, with a field to search them", async () => {
  await using set = await setUp();
  const body = await set.page();
  for (const { id } of HELP) assertStringIncludes(body, `id="entry-${id}"`);
  assertNotMatch(body, /<details[^>]* open/);
  assertMatch(body, /<input[^>]+type="search"[^>]+data-search="\/help-search"/);
  assertStringIncludes(body, "認証局のURL: https://127.0.0.1:22241");
  assertStringIncludes(body, "こうしんビジネスネットバンキングのお知らせ欄");
  assertNotMatch(body, /\{(service|authorityUrl|renewalDays)\}/);
});

Deno.test("help: without a doctor and a support file there are no buttons for them, nor actions", async () => {
  await using set = await setUp();
  const body = await set.page();
  assertNotMatch(body, /data-set="\/check"|data-post="\/support"/);
  assertEquals((await set.check("")).status, 400);
  assertEquals((await set.ask(ACTION_PATHS.support, {})).status, 404);
  assertEquals(
    (await set.ask(ACTION_PATHS.supportFile, {})).headers.get("location")?.trim(),
    PAGE_PATHS.help,
  );
});

Deno.test("help: a doctor that cannot be had leaves the questions, and says so in the log", async () => {
  await using set = await setUp({ openDoctor: () => Promise.reject(new Error("no doctor")) });
  const body = await set.page();
  assertStringIncludes(body, 'id="entry-G008e"');
  assertNotMatch(body, /data-set="\/check"/);
  assert(set.parts.log.records.some(({ fields }) => String(fields.cause).includes("no doctor")));
});

Deno.test("help: every page has the way to it, and an error's banner leads to that error's entry", async () => {
  await using set = await setUp();
  for (const name of ["certificates", "issue", "help"] as const) {
    assertMatch(await set.page(name), /<header.*<button[^>]+data-post="\/help"[^>]*>困ったときは</);
  }
  set.parts.fake.listError = new AppError("keystore/locked", {});
  const { body } = await set.ask(PAGE_PATHS.certificates);
  assertMatch(
    body,
    /<button[^>]+data-post="\/help" data-entry="H502e" data-push="?[^>]*>「H502e」の対処方法を見る</,
  );
});

Deno.test("help: an entry that was asked for is open, first, and has the focus, until another one is", async () => {
  await using set = await setUp({ doctor: new FakeDoctor() });
  assertEquals((await set.ask(ACTION_PATHS.help, { entry: "G008e" })).status, 303);
  for (const _ of ["at once", "after a reload"]) {
    const body = await set.page();
    assertMatch(body, /<details class="help-entry" id="entry-G008e" open="?[^>]*><summary[^>]*data-focus/);
    assertEquals(body.split('id="entry-G008e"').length, 2, "it is there once");
    assert(body.indexOf('id="entry-G008e"') < body.indexOf('id="checkup-title"'));
    assertStringIncludes(body, "このエラーの対処方法");
  }
  await set.ask(ACTION_PATHS.help, { entry: "" });
  assertNotMatch(await set.page(), /<details[^>]* open/);
  await set.ask(ACTION_PATHS.help, { entry: "X999e" });
  assertNotMatch(await set.page(), /<details[^>]* open/);
});

Deno.test("help: a search answers with the entries in their order, in the language of the page", async () => {
  await using set = await setUp();
  assertEquals(await set.search("ｇ００８ｅ"), { ids: ["G008e"], note: "1件見つかりました。" });
  assertEquals((await set.search("更新できない")).ids[0], "cannot-renew");
  assertEquals(await set.search("xyzzy"), {
    ids: [],
    note: "見つかりませんでした。別の言葉でお試しください。",
  });
  assertEquals((await set.search("  ")).note, "");
  await set.ask(ACTION_PATHS.language, { language: "en" });
  assertEquals((await set.search("backup")).ids[0], "backup");
});

Deno.test("help: what a person searches for is not logged", async () => {
  await using set = await setUp();
  await set.search("zuletzt gesucht");
  assertNotMatch(JSON.stringify(set.parts.log.records), /zuletzt/);
});

Deno.test("help: all checks run once, each result is told as it comes, and the rest is still under way", async () => {
  const doctor = new FakeDoctor();
  doctor.holdAfter = 3;
  await using set = await setUp({ doctor });
  for (let click = 0; click < 5; click++) assertEquals((await set.check("")).status, 204);
  const three = await until(async () => {
    const progress = await set.progress();
    return progress.checks.filter(({ state }) => state === "ok").length === 3 ? progress : undefined;
  }, "three results");
  assertEquals([three.panel, three.isOver, three.checks.length], ["all", false, 20]);
  assertEquals(three.note, "確認しています。(20項目のうち3項目が終わりました)");
  assertEquals(three.checks[0], {
    id: "authority-name",
    state: "ok",
    text: "問題なし",
    mark: "✓",
    finding: "問題はありません。",
  });
  assertEquals(three.checks[3]!.text, "確認中");
  const body = await set.page();
  assertMatch(body, /data-watch="\/help-progress"/);
  assertMatch(body, /data-check="disk" data-state="running"/);
  assertMatch(body, /<button[^>]+id="check-all"[^>]+aria-disabled="true"/);
  doctor.release();
  await set.over();
  assertEquals(doctor.runs.length, 1);
  assertNotMatch(await set.page(), /data-watch|aria-disabled/);
});

Deno.test("help: what was found comes first, with one next step, in both languages", async () => {
  const doctor = new FakeDoctor();
  doctor.findings = {
    "clock": {
      state: "failed",
      finding: { ja: "時計が2日遅れています。", en: "The clock is 2 days slow." },
      advice: { ja: "日付と時刻を合わせてください。", en: "Set date and time." },
    },
    "authority-name": {
      state: "warning",
      finding: { ja: "<b>遅い</b>", en: "<b>slow</b>" },
      advice: { ja: "担当者へご確認ください。", en: "Ask the administrator." },
    },
    "proxy": { state: "skipped", finding: { ja: "ありません。", en: "None." }, advice: undefined },
  };
  await using set = await setUp({ doctor });
  await set.check("");
  await set.over();
  assertStringIncludes((await set.progress()).say, "問題あり: 1件、要確認: 1件");
  let body = await set.page();
  const at = (text: string) => body.indexOf(text);
  assert(at('data-check="clock"') < at('data-check="authority-name"'));
  assert(at('data-check="authority-name"') < at('data-check="disk"'));
  assertMatch(
    body,
    /data-state="failed">.*×.*問題あり.*時計が2日遅れています。.*日付と時刻を合わせてください。/s,
  );
  assertStringIncludes(body, "&lt;b&gt;遅い&lt;/b&gt;");
  assertStringIncludes(body, "そのほかの項目を表示(18件)");
  assertStringIncludes(body, "未実施");
  assertStringIncludes(body, "確認日時: 2026年11月23日 15:54");
  await set.ask(ACTION_PATHS.language, { language: "en" });
  body = await set.page();
  assertStringIncludes(body, "The clock is 2 days slow.");
  assertStringIncludes(body, "Complete. Problems: 1, warnings: 1.");
});

Deno.test("help: an entry's button runs that entry's checks, in its own place", async () => {
  const doctor = new FakeDoctor();
  doctor.holdAfter = 0;
  await using set = await setUp({ doctor });
  assertMatch(await set.page(), /id="checks-of-proxy-asks">確認する項目: プロキシ</);
  await set.check("proxy-asks");
  assertEquals(doctor.runs, [["proxy"]]);
  const body = await set.page();
  assertMatch(body, /data-panel="proxy-asks">.*data-check="proxy" data-state="running"/s);
  assertMatch(body, /data-panel="all" class="stack-small"><\/div>/); // nothing moves above the entry
  assertEquals((await set.progress()).panel, "proxy-asks");
  await set.check("G009e"); // one run at a time
  doctor.release();
  await set.over();
  assertEquals(doctor.runs.length, 1);
  assertMatch(await set.page(), /data-panel="G009e">.*data-check="proxy" data-state="ok"/s);
});

Deno.test("help: a check of no entry, or of an entry without checks, is refused and starts nothing", async () => {
  const doctor = new FakeDoctor();
  await using set = await setUp({ doctor });
  for (const entry of ["X999e", "backup", "all", "proxy", "__proto__", "constructor"]) {
    assertEquals((await set.check(entry)).status, 400, entry);
  }
  assertEquals((await set.ask(ACTION_PATHS.check, {})).status, 400);
  assertEquals((await set.ask(ACTION_PATHS.check, { entry: "", only: "clock" })).status, 400);
  assertEquals(doctor.runs, []);
});

Deno.test("help: a doctor that throws is an error with its code, once, and can be asked again", async () => {
  const doctor = new FakeDoctor();
  doctor.error = new Error("ill");
  await using set = await setUp({ doctor });
  await set.check("");
  await set.over();
  assertMatch(await set.page(), /\[H901e\]/);
  assertNotMatch(await set.page(), /\[H901e\]/);
  doctor.error = undefined;
  await set.check("");
  await set.over();
  assertStringIncludes(await set.page(), "問題は見つかりませんでした。");
});

Deno.test("help: the progress of checks keeps no page alive", async () => {
  await using set = await setUp({ doctor: new FakeDoctor() });
  for (let minute = 0; minute < 4; minute++) {
    set.parts.clock.advance(60_000);
    assertEquals((await set.ask(HELP_PROGRESS_PATH)).status, 200);
  }
  set.parts.clock.advance(61_000);
  assertEquals((await set.ask(HELP_PROGRESS_PATH)).body, "expired");
});

Deno.test("support file: it is made, shown whole and escaped, and saved byte by byte", async () => {
  const support = new FakeSupport();
  await using set = await setUp({ support });
  assertStringIncludes(await set.page(), "お問合せ窓口に送るファイルを作る");
  const made = await set.ask(ACTION_PATHS.support, {});
  assertEquals([made.status, made.headers.get("location")?.trim()], [303, PAGE_PATHS.support]);
  await set.over();
  const body = await set.page("support");
  for (
    const text of ["doctor.txt", "47バイト", "ApplicationLog.log", "versions.json", "&lt;b&gt;proxy.test"]
  ) {
    assertStringIncludes(body, text);
  }
  assertMatch(body, /data-download="\/support-file" data-file="hakko-support-20261123-1554.zip"/);
  const { status, headers, bytes } = await download(set);
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "application/zip");
  assertEquals(
    headers.get("content-disposition"),
    'attachment; filename="hakko-support-20261123-1554.zip"',
  );
  assertEquals(bytes, support.bytes);
  assertEquals(support.made, 1);
});

Deno.test("support file: while it is made the page says so, and further clicks make no more", async () => {
  const support = new FakeSupport();
  const { promise, resolve } = Promise.withResolvers<void>();
  support.hold = promise;
  await using set = await setUp({ support });
  for (let click = 0; click < 5; click++) await set.ask(ACTION_PATHS.support, {});
  const body = await set.page("support");
  assertMatch(body, /data-watch="\/help-progress"/);
  assertNotMatch(body, /data-download/);
  assertEquals((await set.progress()).isOver, false);
  resolve();
  await set.over();
  assertEquals(support.made, 1);
});

Deno.test("support file: one that cannot be made is an error page", async () => {
  const support = new FakeSupport();
  support.error = new AppError("state/not-writable", { path: "/state" });
  await using set = await setUp({ support });
  await set.ask(ACTION_PATHS.support, {});
  await set.over();
  assertStringIncludes(await set.page("support"), "[H604e]");
  assertEquals((await set.ask(PAGE_PATHS.support)).headers.get("location")?.trim(), PAGE_PATHS.help);
});

Deno.test("support file: a name cannot break out of the answer's header", async () => {
  const support = new FakeSupport();
  const make = support.make;
  support.make = async () => ({ ...await make(), fileName: 'a"; x=\r\nSet-Cookie: b.zip' });
  await using set = await setUp({ support });
  await set.ask(ACTION_PATHS.support, {});
  await set.over();
  const { headers } = await download(set);
  assertEquals(headers.get("set-cookie"), null);
  assertMatch(headers.get("content-disposition")!, /^attachment; filename="[\w.-]+"$/);
});

/** Looks again and again; each look is a request, which takes its time. */
async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let looks = 0; looks < 2000; looks++) {
    const seen = await look();
    if (seen !== undefined) return seen;
  }
  throw new Error(`${what} did not come`);
}

/** Posts for the file and takes the answer as bytes. */
async function download({ port, token }: { port: number; token: string }) {
  const request = sessionRequest(port, token, { target: ACTION_PATHS.supportFile, fields: {} });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(toBytes(request)));
  const answer = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const text = new TextDecoder("latin1").decode(answer);
  const end = text.indexOf("\r\n\r\n");
  const [statusLine, ...lines] = text.slice(0, end).split("\r\n") as [string, ...string[]];
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: new Headers(lines.map((line) => line.split(": ", 2) as [string, string])),
    bytes: answer.slice(end + 4),
  };
}
