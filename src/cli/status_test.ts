import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Config, VERSION } from "../config.ts";
import { AppError, type Language } from "../errors.ts";
import type { HeldCertificate, Issuance } from "../issuance/mod.ts";
import { ApplicationLog } from "../log/application_log.ts";
import { heldCertificate, openTestDesktop } from "../reminder/testing.ts";
import { Output } from "./output.ts";
import { status } from "./status.ts";

/** Runs it. */
async function statusOf(
  list: () => Promise<HeldCertificate[]>,
  { json = false, language = "ja", now = "2027-02-01T00:00:00Z" }: {
    json?: boolean;
    language?: Language;
    now?: string;
  } = {},
) {
  await using desktop = await openTestDesktop();
  const clock = () => new Date(now);
  let text = "";
  const code = await status(
    {
      config: { version: VERSION } as Config,
      log: new ApplicationLog({ paths: [`${desktop.folder}/ApplicationLog.log`], now: clock }),
      now: clock,
      issuance: () => Promise.resolve({ list } as Issuance),
      reminders: () => Promise.resolve(desktop.reminders),
    },
    new Output({
      json,
      language,
      newCorrelationId: () => "c0ffee",
      streams: { out: (bytes) => text += new TextDecoder().decode(bytes), err: () => {} },
    }),
  );
  return { code, text };
}

const one = () => Promise.resolve([heldCertificate()]);

Deno.test("--status says how long certificates last and when renewal opens", async () => {
  const { code, text } = await statusOf(one);
  assertEquals(code, 0);
  const lines = text.split("\n");
  assertEquals(lines.slice(0, 5), [
    "証明書:",
    "  髙橋 美咲(takahashi04) シリアル番号 01ab",
    "    有効期限: 2027年4月1日 12:00(あと59日)",
    "    更新: 2027年2月20日 12:00から",
    "有効期限のお知らせ: オフ",
  ]);
  assert(lines.includes(`バージョン: ${VERSION}`));
  assertMatch(text, /^ログ: \/.*ApplicationLog\.log$/m);
});

Deno.test("--status on the last day, and on the first one of renewal", async () => {
  const last = await statusOf(one, { now: "2027-03-31T15:00:00Z" });
  assert(last.text.includes("(本日まで)\n    更新: できます"));
  const before = await statusOf(one, { language: "en", now: "2027-03-31T14:59:59Z" });
  assert(before.text.includes("Valid until 1 April 2027, 12:00 JST (1 day left)\n    Renewal: possible now"));
  const opens = await statusOf(one, { language: "en", now: "2027-02-20T02:59:59Z" });
  assert(opens.text.includes("Renewal: possible from 20 February 2027, 12:00 JST"));
});

Deno.test("--status --json is one line with times in UTC", async () => {
  const { text } = await statusOf(one, { json: true });
  assertEquals(text.split("\n").length, 2);
  const { ok, version, certificates: [certificate], reminders } = JSON.parse(text);
  assertEquals([ok, version, reminders.isOn], [true, VERSION, false]);
  assertEquals(
    [certificate.daysLeft, certificate.isRenewalOpen, certificate.renewableFrom],
    [59, false, "2027-02-20T03:00:00.000Z"],
  );
});

Deno.test("--status shows what it can when the keystore fails, and ends with that code", async () => {
  const fail = () => Promise.reject(new AppError("keystore/locked", {}));
  const { code, text } = await statusOf(fail);
  assertEquals(code, 5);
  assertMatch(text, /^証明書: .*\(H502e\)$/m);
  assert(text.includes("有効期限のお知らせ: オフ") && text.includes("ログ: "));
  const { ok, certificates, problem } = JSON.parse((await statusOf(fail, { json: true })).text);
  assertEquals([ok, certificates, problem.code], [false, null, "H502e"]);
  assert(problem.advice.length > 0 && text.includes(`\n  ${problem.advice}\n`));
});

Deno.test("--status says a failure as every other command does: local times, next step, never exit code 0", async () => {
  const until = "2027-04-01T00:00:00Z";
  const fail = () => Promise.reject(new AppError("registration/locked", { until }, { detail: "Call us" }));
  const { code, text } = await statusOf(fail);
  assertEquals(code, 3);
  assertMatch(text, /^証明書: .*\(H102e\)\n {2}Call us\n {2}2027年4月1日 09:00以降に/);
  const { problem } = JSON.parse((await statusOf(fail, { json: true })).text);
  assertEquals([problem.code, problem.detail], ["H102e", "Call us"]);
  assertMatch(problem.advice, /^2027年4月1日 09:00以降に/);
  const nothing = () => Promise.reject(new AppError("update/downloaded", {}));
  assertEquals((await statusOf(nothing)).code, 1);
});

Deno.test("--status without certificates says so", async () => {
  assertMatch((await statusOf(() => Promise.resolve([]))).text, /^証明書: なし$/m);
});
