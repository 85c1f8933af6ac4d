/**
 * Requests and answers of the local web UI, and what every answer carries.
 *
 * Plain objects, not `Request` and `Response`: those take 5 ms to load, a quarter of the whole start.
 *
 * @module
 */

/** One whole request whose head passed `readHead()`. */
export interface UiRequest {
  method: "GET" | "POST";
  /** Origin-form, as sent. */
  target: string;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
}

/** An answer; the server adds {@link SECURITY_HEADERS} and the length. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Text goes out as UTF-8. */
  body: string | Uint8Array<ArrayBuffer>;
}

/** On every answer. No CORS header exists anywhere: other origins may not even ask. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types hakko",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "permissions-policy":
    "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), fullscreen=(), geolocation=(), " +
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), " +
    "screen-wake-lock=(), serial=(), usb=()",
  "cache-control": "no-store",
};

/** Why a session's request is refused; the page tells the person. The same for every unknown request. */
export type Refusal = "refused" | "expired" | "reused" | "slow-down";

/** An answer of constant text, so that nothing of the request comes back. */
export function refuse(status: number, refusal: Refusal = "refused"): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: refusal };
}

/** An answer in JSON. */
export function json(value: unknown): Answer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/**
 * Writes an answer down (RFC 9112 §4).
 *
 * @param isLast The connection ends with it.
 * @throws {TypeError} if a header value could break out of its line.
 */
export function answerBytes(answer: Answer, isLast: boolean): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const body = typeof answer.body === "string" ? encoder.encode(answer.body) : answer.body;
  const headers: Record<string, string> = {
    ...answer.headers,
    ...SECURITY_HEADERS,
    "content-length": String(body.length),
    "connection": isLast ? "close" : "keep-alive",
  };
  if (answer.status === 204) delete headers["content-length"];
  let head = `HTTP/1.1 ${answer.status} \r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[ -~]*$/.test(value)) throw new TypeError(`unfit value of ${name}`);
    head += `${name}: ${value}\r\n`;
  }
  const headBytes = encoder.encode(`${head}\r\n`);
  const bytes = new Uint8Array(headBytes.length + body.length);
  bytes.set(headBytes);
  bytes.set(body, headBytes.length);
  return bytes;
}
