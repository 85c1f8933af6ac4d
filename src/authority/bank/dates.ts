/** Dates as people in Japan read them, wherever the server's clock thinks it is. */
import type { Language } from "../../errors.ts";

const JST = "Asia/Tokyo";
const DAY_MS = 24 * 60 * 60 * 1000;

const FORMATS: Record<Language, Intl.DateTimeFormat> = {
  ja: new Intl.DateTimeFormat("ja-JP", {
    timeZone: JST,
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }),
  en: new Intl.DateTimeFormat("en-GB", {
    timeZone: JST,
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }),
};

const CALENDAR_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: JST, dateStyle: "short" });

/** Date and time to the minute, Japan Standard Time. */
export function formatInstant(at: Date, language: Language): string {
  const text = FORMATS[language].format(at);
  return language === "en" ? `${text.replace(" at ", ", ")} JST` : text;
}

/**
 * Days between today and the day of `until`, both as Tokyo's calendar has them: 0 on the last day.
 *
 * @returns Never less than 0.
 */
export function daysLeft(now: Date, until: Date): number {
  const days = (midnight(until) - midnight(now)) / DAY_MS;
  return Math.max(0, days);
}

/** A number that is a multiple of a day for each calendar day: Japan has no summer time. */
function midnight(at: Date): number {
  return Date.parse(`${CALENDAR_DAY.format(at)}T00:00:00Z`);
}
