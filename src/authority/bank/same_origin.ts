/** Who sent a form: one of our own pages, or somebody else's (CSRF). */
import { AppError } from "../../errors.ts";
import type { BankContext } from "./context.ts";

/**
 * Lets through only what one of our own pages sent. The session cookie alone proves nothing: a page on another
 * port of this host is the same site to the browser, which then sends even a `SameSite=Strict` cookie.
 *
 * @param origin Our configured origin; never derived from the Host header, which an attacker chooses.
 * @throws {AppError} `login/request-refused`
 */
export function refuseForeignPages(c: BankContext, origin: string): void {
  const fetchSite = c.req.header("sec-fetch-site");
  const isOurs = c.req.header("origin") === origin &&
    (fetchSite === undefined || fetchSite === "same-origin");
  if (!isOurs) throw new AppError("login/request-refused", {});
}
