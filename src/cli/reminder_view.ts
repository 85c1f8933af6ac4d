/** How the reminders stand, as the command line shows it: for a person, and for scripts. */
import type { Language, Text } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { ReminderStatus } from "../reminder/mod.ts";

const LABELS = {
  reminders: { ja: "有効期限のお知らせ", en: "Reminders" },
  on: { ja: "オン(毎日確認します)", en: "on (checked daily)" },
  off: { ja: "オフ", en: "off" },
  lastCheck: { ja: "前回の確認", en: "Last check" },
  nextCheck: { ja: "次回の確認", en: "Next check" },
  none: { ja: "なし", en: "none" },
  overdue: {
    ja:
      "警告: 確認が2日以上行われていません。このままでは有効期限をお知らせできません。--remind on で設定し直してください。",
    en: "Warning: there has been no check for more than 2 days, so nobody would be reminded. " +
      "Set it up again with --remind on",
  },
} as const satisfies Record<string, Text>;

/** For `--json`: times in UTC, ISO 8601, `null` where there is none. */
export function reminderJson(
  { isOn, lastCheck, nextCheck, isOverdue, unavailable }: ReminderStatus,
  language: Language,
): Record<string, unknown> {
  return {
    isOn,
    lastCheck: lastCheck?.toISOString() ?? null,
    nextCheck: nextCheck?.toISOString() ?? null,
    isOverdue,
    unavailable: unavailable === undefined
      ? null
      : { code: unavailable.code, key: unavailable.key, message: unavailable.messageIn(language) },
  };
}

/** A line per fact. */
export function reminderText(
  { isOn, lastCheck, nextCheck, isOverdue, unavailable }: ReminderStatus,
  language: Language,
): string {
  const label = (key: keyof typeof LABELS) => LABELS[key][language];
  const time = (date: Date | undefined) =>
    date === undefined ? label("none") : formatDateTime(date, language);
  return [
    `${label("reminders")}: ${label(isOn ? "on" : "off")}`,
    ...(isOn || lastCheck !== undefined ? [`  ${label("lastCheck")}: ${time(lastCheck)}`] : []),
    ...(isOn ? [`  ${label("nextCheck")}: ${time(nextCheck)}`] : []),
    ...(isOverdue ? [`  ${label("overdue")}`] : []),
    ...(unavailable === undefined
      ? []
      : [unavailable.messageIn(language), unavailable.adviceIn(language)].map((line) => `  ${line}`)),
  ].join("\n");
}
