/** The bank's public pages and, with a session, the top page. No client certificate is asked for here. */
import type { Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { addPage, answerPage, createBankApp, frameOf } from "./app.tsx";
import type { BankContext, BankEnv } from "./context.ts";
import { clearSessionCookie, readSessionCookie } from "./cookies.ts";
import { addTokenIssuePages } from "./one_time_password.tsx";
import type { BankParts } from "./parts.ts";
import { refuseForeignPages } from "./same_origin.ts";
import { endSession, findSession } from "./sessions.ts";
import { addTokenPage } from "./token_page.tsx";
import { AcquirePage } from "./views/acquire_page.tsx";
import { LoginPage } from "./views/login_page.tsx";
import { TopPage } from "./views/top_page.tsx";

/** Paths of the portal. */
export const PORTAL_PATHS = { login: "/", acquire: "/certificate", top: "/top", logout: "/logout" } as const;

/** Builds the portal; it listens nowhere. */
export function createPortalApp(parts: BankParts): Hono<BankEnv> {
  const app = createBankApp(parts, () => parts.urls.portal);
  addPage(app, PORTAL_PATHS.login, { GET: (c) => showLogin(c, parts) });
  addPage(app, PORTAL_PATHS.acquire, { GET: (c) => showAcquire(c, parts) });
  addPage(app, PORTAL_PATHS.top, { GET: (c) => showTop(c, parts) });
  addPage(app, PORTAL_PATHS.logout, { POST: (c) => logOut(c, parts) });
  if (parts.tokenRegistration !== undefined) addTokenIssuePages(app, parts, parts.tokenRegistration);
  if (parts.demoTokens !== undefined) addTokenPage(app, parts, parts.demoTokens);
  return app;
}

function showLogin(c: BankContext, parts: BankParts) {
  const hasLoggedOut = c.req.query("ended") === "logout";
  return answerPage(
    c,
    <LoginPage
      frame={frameOf(c, parts)}
      hasLoggedOut={hasLoggedOut}
      canIssueToken={parts.tokenRegistration !== undefined}
      hasDemoTokens={parts.demoTokens !== undefined}
    />,
  );
}

function showAcquire(c: BankContext, parts: BankParts) {
  const startUri = `${parts.uriScheme}:issue`;
  return answerPage(
    c,
    <AcquirePage frame={frameOf(c, parts)} startUri={startUri} downloadUrl={parts.downloadUrl} />,
  );
}

async function showTop(c: BankContext, parts: BankParts) {
  const token = readSessionCookie(c);
  if (token === undefined) return c.redirect(PORTAL_PATHS.login, 303);
  const session = await findSession(parts, token);
  if (session === undefined) {
    clearSessionCookie(c);
    throw new AppError("login/session-ended", {});
  }
  let holder;
  try {
    // Asked at every view: a certificate revoked a moment ago shows nothing more.
    holder = await parts.gate.check(session.serial);
  } catch (thrown) {
    if (isRefusal(thrown)) {
      await endSession(parts, token);
      clearSessionCookie(c);
    }
    throw thrown;
  }
  return answerPage(
    c,
    <TopPage
      frame={frameOf(c, parts)}
      holder={holder}
      previousLoginAt={session.previousLoginAt}
      now={parts.now()}
      canIssueToken={parts.tokenRegistration !== undefined}
    />,
  );
}

async function logOut(c: BankContext, parts: BankParts) {
  refuseForeignPages(c, parts.urls.portal);
  const token = readSessionCookie(c);
  if (token !== undefined) await endSession(parts, token);
  clearSessionCookie(c);
  parts.log.info("bank/logged-out", { correlationId: c.get("correlationId") });
  return c.redirect(`${PORTAL_PATHS.login}?ended=logout`, 303);
}

/** Refused for good, as opposed to a store that is out of order for a moment. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.row.status < 500;
}
