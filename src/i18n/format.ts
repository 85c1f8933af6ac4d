/**
 * Dates as people read them: always Japan Standard Time, whatever the PC's own zone, because that is what the
 * institution's papers and its desk speak of. Computed by hand: `Intl` costs a megabyte and varies by version.
 *
 * @module
 */
import type { Language } from "../errors.ts";

/** JST is UTC+9 without daylight saving time. */
const JST_OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `2026年11月23日 15:54`, or `23 November 2026, 15:54 JST`. */
export function formatDateTime(date: Date, language: Language): string {
  const jst = new Date(date.getTime() + JST_OFFSET_MS);
  const time = `${two(jst.getUTCHours())}:${two(jst.getUTCMinutes())}`;
  return language === "ja" ? `${formatDate(date, "ja")} ${time}` : `${formatDate(date, "en")}, ${time} JST`;
}

/** `2026年11月23日`, or `23 November 2026`. */
export function formatDate(date: Date, language: Language): string {
  const jst = new Date(date.getTime() + JST_OFFSET_MS);
  const [year, month, day] = [jst.getUTCFullYear(), jst.getUTCMonth(), jst.getUTCDate()];
  return language === "ja" ? `${year}年${month + 1}月${day}日` : `${day} ${MONTHS[month]} ${year}`;
}

/** `15:54:30`, or `15:54:30 JST`; with its date if that is another one than today's. */
export function formatClockTime(date: Date, language: Language, now: Date): string {
  if (formatDate(date, "ja") !== formatDate(now, "ja")) return formatDateTime(date, language);
  const jst = new Date(date.getTime() + JST_OFFSET_MS);
  const time = [jst.getUTCHours(), jst.getUTCMinutes(), jst.getUTCSeconds()].map(two).join(":");
  return language === "ja" ? time : `${time} JST`;
}

/**
 * Days until an end, counted on the calendar in Japan: 0 on the last day, 1 the day before.
 *
 * @returns Never less than 0.
 */
export function daysLeft(end: Date, now: Date): number {
  const day = (date: Date) => Math.floor((date.getTime() + JST_OFFSET_MS) / DAY_MS);
  return Math.max(0, day(end) - day(now));
}

/** Replaces each ISO 8601 time in UTC inside a text, as error values carry them, by {@link formatDateTime}. */
export function localizeTimes(text: string, language: Language): string {
  return text.replace(
    /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z/g,
    (iso) => formatDateTime(new Date(iso), language),
  );
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
