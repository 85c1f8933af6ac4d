import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { noticeArguments } from "./notice.ts";
import { heldCertificate, openTestDesktop } from "./testing.ts";
import { expiryNotice } from "./texts.ts";

const notice = { from: "App", title: "-t", body: "x", isUrgent: false, button: undefined };

Deno.test("noticeArguments() shows markup and escapes in a name as they are, and takes no title for a flag", () => {
  const args = noticeArguments({ ...notice, body: "<b>A&B</b> \\n" });
  assertEquals(args.slice(args.indexOf("--")), ["--", "-t", "&lt;b&gt;A&amp;B&lt;/b&gt; \\\\n"]);
});

Deno.test("expiryNotice() says how long, whose and until when, in both languages", () => {
  const due = { certificate: heldCertificate(), daysLeft: 14, threshold: 14 } as const;
  const frame = { app: { ja: "アプリ", en: "App" }, language: "ja", hasButton: true } as const;
  const ja = expiryNotice(due, frame);
  assertEquals([ja.title, ja.button, ja.isUrgent], [
    "電子証明書の有効期限まで、あと14日です",
    "アプリを開く",
    false,
  ]);
  assertEquals(
    ja.body,
    "髙橋 美咲(takahashi04)の電子証明書は2027年4月1日 12:00まで有効です。アプリで更新してください。",
  );
  const today = expiryNotice({ ...due, daysLeft: 0, threshold: 1 }, {
    ...frame,
    language: "en",
    hasButton: false,
  });
  assertEquals([today.title, today.button, today.isUrgent], [
    "Your certificate expires today",
    undefined,
    true,
  ]);
});

Deno.test("a notice is shown first, and then gets its button", async () => {
  await using desktop = await openTestDesktop();
  desktop.answer = (told) => ({ stdout: told.includes("--print-id") ? "7\n" : "open\n" });
  await desktop.reminders.test();
  assertEquals(desktop.told.map(([, flag]) => flag), ["--print-id", "--replace-id=7"]);
  assert(desktop.told[1]?.includes("--action=open=アプリを開く"));
  assertEquals(await desktop.reminders.answered(), true);
  assertEquals(await desktop.reminders.answered(), false, "one press opens the app once");
});

Deno.test("a notice that is closed without its button opens nothing", async () => {
  await using desktop = await openTestDesktop();
  desktop.answer = (told) => ({ stdout: told.includes("--print-id") ? "7\n" : "" });
  await desktop.reminders.test();
  assertEquals(await desktop.reminders.answered(), false);
});

Deno.test("a notice needs neither a notify-send that knows buttons nor a screen for the page", async () => {
  await using old = await openTestDesktop();
  old.answer = (told) => told.includes("--print-id") ? { code: 1, stderr: "Unknown option --print-id" } : {};
  await old.reminders.test();
  assertEquals(old.told.at(-1)?.filter((arg) => /^--(print-id|replace-id|action)/.test(arg)), []);
  assertEquals(await old.reminders.answered(), false);

  await using bare = await openTestDesktop({ canOpenPage: () => false });
  bare.answer = () => ({ stdout: "7\n" });
  await bare.reminders.test();
  assertEquals(bare.told.length, 1);
});

Deno.test("a notice that nothing shows is reported", async () => {
  await using desktop = await openTestDesktop();
  desktop.answer = () => ({ code: 1, stderr: "org.freedesktop.DBus.Error.ServiceUnknown" });
  const error = await assertRejects(() => desktop.reminders.test(), AppError);
  assertEquals([error.key, error.values["reason"]], [
    "reminder/unavailable",
    "通知を表示するデスクトップがありません",
  ]);
  desktop.missing.add("notify-send");
  const missing = await assertRejects(() => desktop.reminders.test(), AppError);
  assert(missing.messageIn("ja").includes("libnotify-bin"));
});
