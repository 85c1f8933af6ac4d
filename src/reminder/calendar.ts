/**
 * A calendar file for whoever looks into a calendar sooner than at notices.
 *
 * Both events last a whole day, as a calendar's banners do; an event at midnight would be overlooked. A whole
 * day has no zone, so that the alarms ring in the morning wherever the calendar is.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5545 | RFC 5545}
 * @module
 */
import type { Language, Text } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { NOTICE_DAYS } from "./thresholds.ts";

/** Whose calendar file, and when it is made. */
export interface CalendarOf {
  institution: { code: string; name: Text; app: Text };
  language: Language;
  now: Date;
}

interface CalendarEvent {
  uid: string;
  day: Date;
  summary: string;
  description: string;
  /** Minutes from the day's midnight; negative before it. */
  alarmMinutes: readonly number[];
}

/** Longest line in octets, without its end (§3.1). */
const MAX_LINE_OCTETS = 75;
const ALARM_HOUR = 9;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** JST is UTC+9 without daylight saving time. */
const JST_OFFSET_MS = 9 * 60 * MINUTE_MS;

/** The file's text, for `text/calendar; charset=utf-8`. The same certificate has the same UIDs again. */
export function calendarFile(
  certificate: HeldCertificate,
  { institution: { code, name, app }, language, now }: CalendarOf,
): string {
  const { fingerprint, holder, loginId, notAfter, renewableFrom } = certificate;
  const texts = {
    ja: {
      opens: `電子証明書を更新できます(${name.ja})`,
      ends: `電子証明書の有効期限(${name.ja})`,
      description: `${holder}(${loginId})の電子証明書\n更新: ${formatDateTime(renewableFrom, "ja")}から\n` +
        `有効期限: ${formatDateTime(notAfter, "ja")}\n「${app.ja}」で更新してください。`,
    },
    en: {
      opens: `Certificate can be renewed (${name.en})`,
      ends: `Certificate expires (${name.en})`,
      description: `Certificate of ${holder} (${loginId})\nCan be renewed from ` +
        `${formatDateTime(renewableFrom, "en")}\nValid until ${formatDateTime(notAfter, "en")}\n` +
        `Renew it in "${app.en}".`,
    },
  }[language];
  const events: CalendarEvent[] = [
    {
      uid: `${fingerprint}-renewal@${code}.hakko`,
      day: renewableFrom,
      summary: texts.opens,
      description: texts.description,
      // Not before it is possible: what is opened at three in the afternoon is no news at nine.
      alarmMinutes: [Math.max(ALARM_HOUR * 60, minuteOfDay(renewableFrom))],
    },
    {
      uid: `${fingerprint}-expiry@${code}.hakko`,
      day: notAfter,
      summary: texts.ends,
      description: texts.description,
      // Without the first of the notices: the other event stands for it.
      alarmMinutes: NOTICE_DAYS.slice(1).map((days) => ALARM_HOUR * 60 - days * DAY_MINUTES),
    },
  ];
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:-//Hakko//Reminders//${language.toUpperCase()}`,
    "CALSCALE:GREGORIAN",
    ...events.flatMap((event) => eventLines(event, { language, now })),
    "END:VCALENDAR",
  ].map((line) => `${foldLine(line)}\r\n`).join("");
}

function eventLines(
  { uid, day, summary, description, alarmMinutes }: CalendarEvent,
  { language, now }: { language: Language; now: Date },
): string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${compact(now, 0)}Z`,
    `DTSTART;VALUE=DATE:${compact(day, JST_OFFSET_MS).slice(0, 8)}`,
    `SUMMARY;LANGUAGE=${language}:${escapeText(summary)}`,
    `DESCRIPTION;LANGUAGE=${language}:${escapeText(description)}`,
    "TRANSP:TRANSPARENT", // nobody is busy all day with it
    ...alarmMinutes.flatMap((minutes) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `DESCRIPTION;LANGUAGE=${language}:${escapeText(summary)}`,
      `TRIGGER:${minutes < 0 ? "-" : ""}PT${Math.abs(minutes)}M`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}

/** TEXT (§3.3.11). Control characters, which it cannot hold, become spaces. */
export function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, "\\$&")
    .replace(/\r\n?|\n/g, "\\n")
    // deno-lint-ignore no-control-regex -- they are what must not be there
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, " ");
}

/** Folds a line (§3.1) between characters, never inside one: some readers decode before they unfold. */
export function foldLine(line: string): string {
  const encoder = new TextEncoder();
  let folded = "", octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > MAX_LINE_OCTETS) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** `20270401T090000` of a time, shifted into a zone. */
function compact(date: Date, offsetMs: number): string {
  return new Date(date.getTime() + offsetMs).toISOString().replace(/[-:]|\.\d+Z$/g, "");
}

/** The minute of the day in Japan, rounded up. */
function minuteOfDay(date: Date): number {
  return Math.ceil((date.getTime() + JST_OFFSET_MS) / MINUTE_MS) % DAY_MINUTES;
}
