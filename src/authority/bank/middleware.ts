/** What happens to every request before its page: headers, correlation ID, canonical address, language. */
import { createMiddleware } from "@hono/hono/factory";
import { getCookie } from "@hono/hono/cookie";
import { AppError, type Language } from "../../errors.ts";
import { HEADERS } from "../../protocol/paths.ts";
import { type Bytes, toHex } from "../../pki/bytes.ts";
import type { BankContext, BankEnv } from "./context.ts";
import { LANGUAGE_COOKIE, writeLanguageCookie } from "./cookies.ts";

/** The pages use no script at all, but one, see token_page.tsx; nothing may be put into them or around them. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not `no-referrer`: under it browsers send `Origin: null` with our own forms (Fetch §3.2), and the check of
  // the logout needs the real one. Nobody else learns an address either way.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** Loopback hosts get no HSTS: it would cling to every other service of this machine. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What the middleware needs; `origin` is this app's own, read at every request. */
export interface MiddlewareParts {
  origin: () => string;
  randomBytes: (length: number) => Bytes;
}

/** Sets the correlation ID, the security headers and the language on every answer, errors included. */
export function everyRequest(parts: MiddlewareParts) {
  return createMiddleware<BankEnv>(async (c, next) => {
    const correlationId = toHex(parts.randomBytes(8));
    c.set("correlationId", correlationId);
    c.set("language", languageOf(c));
    await next();
    const headers = c.res.headers;
    headers.set(HEADERS.correlationId, correlationId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (!LOOPBACK.test(new URL(parts.origin()).hostname)) {
      headers.set("strict-transport-security", "max-age=31536000");
    }
    // Pages are personal or lead to personal ones; assets say otherwise themselves.
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  });
}

/**
 * Answers under the configured address only: cookies, links and the Origin check all mean that one. A person
 * who typed another name of this server is sent there.
 */
export function canonicalAddress(parts: MiddlewareParts) {
  return createMiddleware<BankEnv>(async (c, next) => {
    const origin = parts.origin();
    const requested = new URL(c.req.url);
    if (requested.host === new URL(origin).host) return await next();
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    if (!isRead) throw new AppError("login/request-refused", {});
    return c.redirect(`${origin}/`, 307);
  });
}

function languageOf(c: BankContext): Language {
  const asked = c.req.query("lang");
  if (isLanguage(asked)) {
    writeLanguageCookie(c, asked);
    return asked;
  }
  const remembered = getCookie(c, LANGUAGE_COOKIE);
  return isLanguage(remembered) ? remembered : "ja";
}

function isLanguage(text: string | undefined): text is Language {
  return text === "ja" || text === "en";
}
