/** The software token page of the demo: its own policy, because it alone has scripts and may use a camera. */
import type { Hono } from "@hono/hono";
import { addPage, answerPage, frameOf } from "./app.tsx";
import type { BankContext, BankEnv } from "./context.ts";
import type { BankParts, DemoTokens } from "./parts.ts";
import { createTokenAssets, JSQR_SCRIPT, TOKEN_PAGE_SCRIPT } from "./token_assets.ts";
import { TokenPage } from "./views/token_page.tsx";

/** Scripts from this origin only, and none that writes markup. They talk to nobody: `connect-src` is none. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()";

/** Adds the page and its scripts to the portal. */
export function addTokenPage(app: Hono<BankEnv>, parts: BankParts, demoTokens: DemoTokens): void {
  addPage(app, "/token", { GET: (c) => showTokens(c, parts, demoTokens) });
  for (const [path, read] of createTokenAssets()) {
    addPage(app, path, {
      GET: async (c) => {
        const { body, contentType } = await read();
        return c.body(body, 200, { "content-type": contentType, "cache-control": "no-cache" });
      },
    });
  }
}

function showTokens(c: BankContext, parts: BankParts, demoTokens: DemoTokens) {
  c.header("content-security-policy", CONTENT_SECURITY_POLICY);
  c.header("permissions-policy", PERMISSIONS_POLICY);
  const scripts = { page: TOKEN_PAGE_SCRIPT, jsqr: JSQR_SCRIPT };
  return answerPage(c, <TokenPage frame={frameOf(c, parts)} demoTokens={demoTokens} scripts={scripts} />);
}
