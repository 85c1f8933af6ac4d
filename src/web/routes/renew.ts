/** 証明書更新: from a row of the list to the authority's first question. */
import type { Hono } from "@hono/hono";
import { type Fields, hasExactly } from "../body.ts";
import type { PageParts } from "../page_parts.ts";
import { ACTION_PATHS } from "../paths.ts";
import { FINGERPRINT } from "./form_input.ts";
import { errorPage, goOn, goTo } from "./respond.tsx";
import { perform } from "./interruption.ts";
import type { Reply } from "../walk.ts";

export function registerRenew(app: Hono, parts: PageParts): void {
  app.post(ACTION_PATHS.renew, async (c) => {
    const fields: Fields = await c.req.json();
    if (!hasExactly(fields, ["fingerprint"]) || !FINGERPRINT.test(fields.fingerprint)) {
      return c.text("refused", 400);
    }
    if (parts.walk.running() !== undefined) return goTo(c, "acquiring");
    const { fingerprint } = fields;
    return await perform(c, parts, () => begin(parts, fingerprint));
  });
}

async function begin(parts: PageParts, fingerprint: string): Promise<Reply> {
  try {
    return await parts.walk.exclusive(async () => {
      const issuance = await parts.issuance();
      issuance.prepareKey(); // ready when the questions are answered
      const attempt = await issuance.begin({ operation: "renew", fingerprint });
      parts.walk.failure = undefined;
      return goOn(parts, attempt);
    });
  } catch (error) {
    return (c) => errorPage(c, parts, error, () => begin(parts, fingerprint));
  }
}
