/**
 * The two cookies. `__Host-` makes browsers refuse them from other hosts, over plain HTTP and for other paths
 * (RFC 6265bis §4.1.3.2). Cookies are shared between the ports of one host, which is what carries a session
 * from the certificate login's port to the portal's.
 *
 * @module
 */
import { deleteCookie, getCookie, setCookie } from "@hono/hono/cookie";
import type { Language } from "../../errors.ts";
import type { BankContext } from "./context.ts";

/** Holds the session's token. */
export const SESSION_COOKIE = "__Host-bank-session";
/** Holds the language that the person chose; no secret. */
export const LANGUAGE_COOKIE = "__Host-bank-language";

const HOST_ONLY = { path: "/", secure: true, httpOnly: true } as const;

/** The token that the browser brought, if any. */
export function readSessionCookie(c: BankContext): string | undefined {
  return getCookie(c, SESSION_COOKIE);
}

/** Gives the browser its token until it is closed. `Strict`: no other site's link or form sends it along. */
export function writeSessionCookie(c: BankContext, token: string): void {
  setCookie(c, SESSION_COOKIE, token, { ...HOST_ONLY, sameSite: "Strict" });
}

/** Takes the token away again. */
export function clearSessionCookie(c: BankContext): void {
  deleteCookie(c, SESSION_COOKIE, HOST_ONLY);
}

/** Keeps the chosen language for a year. */
export function writeLanguageCookie(c: BankContext, language: Language): void {
  setCookie(c, LANGUAGE_COOKIE, language, { ...HOST_ONLY, sameSite: "Lax", maxAge: 365 * 24 * 60 * 60 });
}
