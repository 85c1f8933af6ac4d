/**
 * Reads the head of an HTTP/1.1 request (RFC 9112 §2–§6) more strictly than `Deno.serve`, which lets through
 * HTTP/1.0, bare line feeds, absolute-form targets, cleartext HTTP/2 and any method, and has no time-out.
 * Only what a browser's own page sends passes; everything else is refused before a byte reaches the server.
 *
 * @module
 */
import { MAX_BODY_BYTES, MAX_HEADER_FIELDS, MAX_TARGET_BYTES } from "./limits.ts";

/** A head that may pass. */
export interface RequestHead {
  method: "GET" | "POST";
  /** Origin-form, as sent. */
  target: string;
  /** Names in lower case. */
  fields: readonly (readonly [name: string, value: string])[];
  bodyBytes: number;
}

/** Refused, with the status to answer. */
export interface RefusedHead {
  refused: 400 | 403 | 413 | 414 | 431;
}

const REQUEST_LINE = /^([!-~]+) ([!-~]+) HTTP\/1\.1$/;
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~\t]*?)[ \t]*$/;
const ONCE = new Set(["host", "origin", "content-length", "content-type", "x-app-session", "x-app-instance"]);
/** Nothing of ours is upgraded, chunked, or sent ahead of a promise. */
const NEVER = new Set(["transfer-encoding", "upgrade", "expect", "te", "trailer", "http2-settings"]);

/**
 * Parses and judges one head.
 *
 * @param head Latin-1 text up to and without the empty line's CRLF CRLF.
 * @param host The only acceptable Host: `127.0.0.1:port`. Stops DNS rebinding.
 */
export function readHead(head: string, host: string): RequestHead | RefusedHead {
  const lines = head.split("\r\n");
  const requestLine = REQUEST_LINE.exec(lines[0] ?? "");
  if (requestLine === null) return { refused: 400 };
  const [, method, target] = requestLine as unknown as [string, string, string];
  if (method !== "GET" && method !== "POST") return { refused: 403 };
  if (target.length > MAX_TARGET_BYTES) return { refused: 414 };
  if (!target.startsWith("/") || target.startsWith("//")) return { refused: 403 };
  if (lines.length - 1 > MAX_HEADER_FIELDS) return { refused: 431 };

  const fields: (readonly [string, string])[] = [];
  const seen = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const field = FIELD_LINE.exec(line);
    if (field === null) return { refused: 400 };
    const name = field[1]!.toLowerCase();
    const value = field[2]!;
    if (NEVER.has(name)) return { refused: 400 };
    const once = ONCE.has(name) || name.startsWith("sec-fetch-");
    if (once && seen.has(name)) return { refused: 400 };
    seen.set(name, value);
    fields.push([name, value]);
  }
  if (seen.get("host") !== host) return { refused: 403 };

  const length = seen.get("content-length");
  if (method === "GET") {
    return length === undefined ? { method, target, fields, bodyBytes: 0 } : { refused: 400 };
  }
  if (length === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(length)) return { refused: 400 };
  if (Number(length) > MAX_BODY_BYTES) return { refused: 413 };
  return { method, target, fields, bodyBytes: Number(length) };
}

/**
 * Writes a head for the inner server: one request per connection, so that nothing can follow it unread.
 *
 * @param secret Proves to the gate that the request came through the guard.
 */
export function writeHead(head: RequestHead, secret: string): string {
  const lines = [`${head.method} ${head.target} HTTP/1.1`];
  for (const [name, value] of head.fields) {
    if (name !== "connection" && name !== "keep-alive" && name !== GUARD_HEADER) {
      lines.push(`${name}: ${value}`);
    }
  }
  lines.push("connection: close", `${GUARD_HEADER}: ${secret}`, "", "");
  return lines.join("\r\n");
}

/** Header between guard and gate; what a client sends under this name is dropped. */
export const GUARD_HEADER = "x-app-guard";
