/**
 * The authority's refusals (problem documents, RFC 9457) as errors of the catalogue.
 *
 * @module
 */
import * as v from "valibot";
import { AppError, CATALOGUE, type ErrorKey } from "../errors.ts";
import { MEDIA_TYPES } from "../protocol/paths.ts";
import { Problem } from "../protocol/messages.ts";
import type { HttpAnswer } from "./http.ts";

/** Longest text of the authority that is passed on. */
const MAX_TEXT = 500;

/** Rooms whose errors the authority may speak of: it cannot tell us that our own keystore is broken. */
const AUTHORITY_ROOMS = ["registration/", "authority/", "input/", "pki/", "login/"];

/**
 * The error behind an answer that is not a success.
 *
 * - A problem document with a known key or code: that row, with the authority's values.
 * - With an unknown one, or an unexpected failure there: `authority/unavailable` with the authority's words.
 * - 429 and 503 without a document: `authority/busy` with the time to try again.
 * - Other 5xx: `authority/unavailable`. Anything else: `network/unreadable-answer`.
 *
 * @param answer Status is not 2xx.
 */
export function refusal(
  answer: HttpAnswer,
  { now, correlationId }: { now: Date; correlationId: string },
): AppError {
  const retryAfter = retryAfterSeconds(answer.headers, now);
  const problem = readProblem(answer);
  const options = {
    correlationId,
    cause: new Error(
      `status ${answer.status}${problem === undefined ? "" : `, ${problem.code} ${problem.key}`}`,
    ),
    ...spread("retryAfterSeconds", problem?.retryAfterSeconds ?? retryAfter),
    ...spread("detail", problem?.detail === undefined ? undefined : plain(problem.detail)),
  };
  if (problem !== undefined) {
    const values = Object.fromEntries(
      Object.entries(problem.values ?? {}).map(([name, value]) => [name, plain(value)]),
    );
    const key = knownKey(problem) ?? "authority/unavailable";
    return new AppError<ErrorKey>(key, values as never, options);
  }
  if (answer.status === 429 || answer.status === 503) return new AppError("authority/busy", {}, options);
  if (answer.status >= 500) return new AppError("authority/unavailable", {}, options);
  return new AppError("network/unreadable-answer", {}, options);
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3), seconds or a date.
 *
 * @returns Whole seconds, at least 0; `undefined` when absent or unreadable.
 */
export function retryAfterSeconds(headers: Headers, now: Date): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

function readProblem(answer: HttpAnswer): Problem | undefined {
  if (!answer.headers.get("content-type")?.startsWith(MEDIA_TYPES.problem)) return undefined;
  try {
    const parsed = v.safeParse(
      Problem,
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.body)),
    );
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // not UTF-8, not JSON: the status alone has to do
  }
}

function knownKey({ key, code }: Problem): ErrorKey | undefined {
  const keys = Object.keys(CATALOGUE) as ErrorKey[];
  const mayCome = (key: string) => AUTHORITY_ROOMS.some((room) => key.startsWith(room));
  return keys.find((known) => known === key && mayCome(known)) ??
    // A newer authority may have renamed a key: codes are permanent.
    keys.find((known) => CATALOGUE[known].code === code && mayCome(known));
}

/** Text from outside: bounded, on one line, no control characters. */
function plain(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, " ").trim().slice(0, MAX_TEXT);
}

function spread<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : { [name]: value } as { [P in K]?: T };
}
