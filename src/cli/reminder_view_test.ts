import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppError } from "../errors.ts";
import type { ReminderStatus } from "../reminder/mod.ts";
import { reminderJson, reminderText } from "./reminder_view.ts";

const off: ReminderStatus = {
  isOn: false,
  lastCheck: undefined,
  nextCheck: undefined,
  isOverdue: false,
  unavailable: undefined,
};
const on: ReminderStatus = {
  ...off,
  isOn: true,
  lastCheck: new Date("2026-11-24T15:03:00Z"),
  nextCheck: new Date("2026-11-25T15:00:00Z"),
};

Deno.test("reminderText() says when the check ran last and runs next, in Japan's time", () => {
  assertEquals(reminderText(on, "ja").split("\n"), [
    "有効期限のお知らせ: オン(毎日確認します)",
    "  前回の確認: 2026年11月25日 00:03",
    "  次回の確認: 2026年11月26日 00:00",
  ]);
  assertEquals(reminderText(off, "en"), "Reminders: off");
});

Deno.test("reminderText() warns when the check is overdue", () => {
  assertMatch(reminderText({ ...on, isOverdue: true }, "ja"), /警告/);
  assertMatch(reminderText({ ...on, isOverdue: true }, "en"), /Warning: .*--remind on/);
});

Deno.test("reminderText() and reminderJson() say why there are none", () => {
  const unavailable = new AppError("reminder/unavailable", { reason: "no systemd" });
  const text = reminderText({ ...off, unavailable }, "en");
  assert(text.includes("no systemd") && text.includes(".ics"));
  assertEquals(reminderJson({ ...off, unavailable }, "en"), {
    isOn: false,
    lastCheck: null,
    nextCheck: null,
    isOverdue: false,
    unavailable: {
      code: "H609e",
      key: "reminder/unavailable",
      message: "Cannot set up reminders: no systemd",
    },
  });
});
