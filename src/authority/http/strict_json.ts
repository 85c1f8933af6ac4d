/**
 * JSON (RFC 8259) as I-JSON wants it (RFC 7493): UTF-8 without a mark, no name twice in one object, no lone
 * surrogates; and nothing nested deeper than our messages are. What two parsers could read differently is refused.
 *
 * @module
 */
import { AppError } from "../../errors.ts";

/** Our messages have two levels. */
const MAX_DEPTH = 8;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses one JSON text.
 *
 * @throws {AppError} `authority/malformed-request`.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("authority/malformed-request", { reason: "not JSON in UTF-8" }, { cause });
  }
  // Every member has one colon outside of strings; JSON.parse drops all but the last of the same name.
  if (countColons(text) !== countMembers(value, 0)) throw malformed("a name occurs twice");
  return value;
}

function malformed(reason: string): AppError<"authority/malformed-request"> {
  return new AppError("authority/malformed-request", { reason });
}

/** Members of all objects; checks depth, names and strings on the way. */
function countMembers(value: unknown, depth: number): number {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw malformed("a lone surrogate");
    return 0;
  }
  if (typeof value !== "object" || value === null) return 0;
  if (depth >= MAX_DEPTH) throw malformed("nested too deeply");
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, depth + 1);
    return count;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__" || !name.isWellFormed()) throw malformed("a name that is not allowed");
    count += 1 + countMembers(member, depth + 1);
  }
  return count;
}

/** Colons outside of strings, in a text that is known to be JSON. */
function countColons(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) count++;
    else if (code === 0x22) at = endOfString(text, at);
  }
  return count;
}

/** Where the string that begins at a quote has its other quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
}
