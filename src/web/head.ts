/**
 * Reads the head of an HTTP/1.1 request (RFC 9112 §2–§6), much more strictly than the RFC asks: only what a
 * browser's own page, or the app itself, sends can pass. No other version, method or form of target, no bare
 * line feed, no folding, no repeated header that decides anything, no chunks, no upgrade.
 *
 * @module
 */
import { MAX_BODY_BYTES, MAX_HEADER_FIELDS, MAX_TARGET_BYTES } from "./limits.ts";

/** A head that may pass. */
export interface RequestHead {
  method: "GET" | "POST";
  /** Origin-form, as sent: begins with one slash. */
  target: string;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
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
 * @param host The only acceptable Host: `127.0.0.1:port`. Stops DNS rebinding, which arrives under the
 *   attacker's own name.
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

  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const field = FIELD_LINE.exec(line);
    if (field === null) return { refused: 400 };
    const name = field[1]!.toLowerCase();
    const value = field[2]!;
    if (NEVER.has(name)) return { refused: 400 };
    const earlier = headers.get(name);
    if (earlier !== undefined && (ONCE.has(name) || name.startsWith("sec-"))) return { refused: 400 };
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  if (headers.get("host") !== host) return { refused: 403 };

  const length = headers.get("content-length");
  if (method === "GET") {
    return length === undefined ? { method, target, headers, bodyBytes: 0 } : { refused: 400 };
  }
  if (length === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(length)) return { refused: 400 };
  if (Number(length) > MAX_BODY_BYTES) return { refused: 413 };
  return { method, target, headers, bodyBytes: Number(length) };
}
