/**
 * What every answer carries, and how a request is refused: always the same few words, so that nothing of the
 * request comes back.
 *
 * @module
 */

/** On every answer. No CORS header exists anywhere: other origins may not even ask. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
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
  // no-transform: no compression, so that no length depends on a secret beside chosen text.
  "cache-control": "no-store, no-transform",
};

/** Why a session's request is refused; the page tells the person. The same for every unknown request. */
export type Refusal = "refused" | "expired" | "reused" | "slow-down";

/** Answer of constant text. */
export function refuse(status: number, refusal: Refusal = "refused"): Response {
  return new Response(refusal, {
    status,
    headers: { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" },
  });
}

/** The same for the guard, which writes to the socket itself. */
export function refusalBytes(status: number): Uint8Array<ArrayBuffer> {
  const fields = Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return new TextEncoder().encode(
    `HTTP/1.1 ${status} Refused\r\n${fields}content-type: text/plain; charset=utf-8\r\n` +
      "content-length: 7\r\nconnection: close\r\n\r\nrefused",
  );
}
