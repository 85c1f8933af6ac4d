/** The language switch. */
import type { Hono } from "@hono/hono";
import { isLanguage } from "../../i18n/mod.ts";
import { type Fields, hasExactly } from "../body.ts";
import type { PageParts } from "../page_parts.ts";
import { ACTION_PATHS } from "../paths.ts";

export function registerLanguage(app: Hono, parts: PageParts): void {
  app.post(ACTION_PATHS.language, async (c) => {
    const fields: Fields = await c.req.json();
    if (!hasExactly(fields, ["language"]) || !isLanguage(fields.language)) return c.text("refused", 400);
    try {
      await parts.language.change(fields.language);
    } catch (error) {
      parts.log.warn("web.language-not-remembered", { cause: String(error) });
    }
    return c.body(null, 204);
  });
}
