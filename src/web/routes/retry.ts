/** 「もう一度試す」: what the authority had no time for, once more. */
import type { Context, Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { hasExactly } from "../body.ts";
import type { PageParts } from "../page_parts.ts";
import { ACTION_PATHS } from "../paths.ts";
import type { Reply } from "../walk.ts";
import { perform } from "./interruption.ts";
import { errorPage, goTo, isBusy, whereNow } from "./respond.tsx";

export function registerRetry(app: Hono, parts: PageParts): void {
  app.post(ACTION_PATHS.retry, async (c: Context) => {
    if (!hasExactly(await c.req.json(), [])) return c.text("refused", 400);
    const { again } = parts.walk;
    if (again === undefined) return goTo(c, await whereNow(parts)); // done already, from another page
    return await perform(c, parts, again);
  });
}

/**
 * Lets the engine finish what was sent before the authority failed.
 *
 * @param error Why it is not finished yet.
 */
export async function resumeAgain(parts: PageParts, error: AppError): Promise<Reply> {
  const { walk } = parts;
  return await walk.exclusive(async () => {
    const issuance = await parts.issuance();
    const acquired = await issuance.resume();
    for (const { loginId } of acquired) walk.notify({ kind: "resumed", loginId });
    const isStillThere = (await issuance.pending()).some(({ needsAuthentication }) => !needsAuthentication);
    if (acquired.length > 0 || !isStillThere || !isBusy(error)) {
      walk.failure = undefined;
      return (c) => goTo(c, "certificates");
    }
    // The engine says that it is not finished, not why: the same reason, as long as the next try is worth it.
    walk.failure = undefined;
    return (c) => errorPage(c, parts, error, () => resumeAgain(parts, error));
  });
}
