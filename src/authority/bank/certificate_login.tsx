/**
 * The port that asks browsers for a client certificate: one path, which turns a certificate into a session.
 *
 * @module
 */
import type { Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { addPage, createBankApp } from "./app.tsx";
import type { BankContext, BankEnv } from "./context.ts";
import { readSessionCookie, writeSessionCookie } from "./cookies.ts";
import type { BankParts } from "./parts.ts";
import { peerCertificateDer } from "./peer_certificate.ts";
import { PORTAL_PATHS } from "./portal.tsx";
import { endSession, openSession } from "./sessions.ts";

/** Path of the login. */
export const LOGIN_PATH = "/login";

/** Builds the certificate login; it listens nowhere. */
export function createCertificateLoginApp(parts: BankParts): Hono<BankEnv> {
  const app = createBankApp(parts, () => parts.urls.certificateLogin);
  // Browsers keep a connection, and with it the certificate chosen for it. Closing it lets the next login
  // present another one, as far as the browser asks again.
  app.use(async (c, next) => {
    await next();
    if (c.req.path === LOGIN_PATH) c.header("connection", "close");
  });
  addPage(app, "/", { GET: (c) => Promise.resolve(c.redirect(`${parts.urls.portal}/`, 303)) });
  addPage(app, LOGIN_PATH, { GET: (c) => logIn(c, parts) });
  return app;
}

async function logIn(c: BankContext, parts: BankParts) {
  if (c.req.method !== "GET") throw new AppError("authority/method-not-allowed", {});
  // Another site's link must not log anybody in: the person starts from our own page.
  if (c.req.header("sec-fetch-site") === "cross-site") return c.redirect(`${parts.urls.portal}/`, 303);
  // A new login replaces the old one, also when it is refused. The old cookie may stay: it opens nothing now.
  const oldToken = readSessionCookie(c);
  if (oldToken !== undefined) await endSession(parts, oldToken);
  const holder = await parts.gate.logIn(peerCertificateDer(c.env), c.get("correlationId"));
  writeSessionCookie(c, await openSession(parts, holder));
  parts.log.info("bank/logged-in", {
    correlationId: c.get("correlationId"),
    loginId: holder.loginId,
    serial: holder.serial,
  });
  return c.redirect(`${parts.urls.portal}${PORTAL_PATHS.top}`, 303);
}
