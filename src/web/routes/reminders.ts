/** Reminders on and off, and the calendar file. Without reminders none of it exists. */
import type { Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import type { Reminders } from "../../reminder/types.ts";
import { type Fields, hasExactly } from "../body.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS } from "../paths.ts";
import type { RemindersState } from "../views/reminders_card.tsx";
import { FINGERPRINT } from "./form_input.ts";
import { errorPage } from "./respond.tsx";

/** What the card says; `undefined` where there are no reminders. What went wrong is told once. */
export async function remindersState(parts: PageParts): Promise<RemindersState | undefined> {
  const { reminders, walk } = parts;
  if (reminders === undefined) return undefined;
  const error = walk.remindersError;
  walk.remindersError = undefined;
  try {
    return { status: await (await reminders()).status(), error };
  } catch (thrown) {
    return { status: presentable(thrown, parts), error };
  }
}

export function registerReminders(app: Hono, parts: PageParts): void {
  const { reminders } = parts;
  if (reminders === undefined) return;

  /** The page that shows the card looks again afterwards, and says what went wrong. */
  const registerSwitch = (path: string, turn: (reminders: Reminders) => Promise<unknown>) =>
    app.post(path, async (c) => {
      if (!hasExactly(await c.req.json(), [])) return c.text("refused", 400);
      try {
        await parts.walk.exclusive(async () => await turn(await reminders()));
      } catch (error) {
        parts.walk.remindersError = presentable(error, parts);
      }
      return c.body(null, 204);
    });
  registerSwitch(ACTION_PATHS.remindersOn, (reminders) => reminders.turnOn());
  registerSwitch(ACTION_PATHS.remindersOff, (reminders) => reminders.turnOff());

  // A POST, because no path of this UI takes a query, and a session's token cannot travel with a link.
  app.post(ACTION_PATHS.calendar, async (c) => {
    const fields: Fields = await c.req.json();
    if (!hasExactly(fields, ["fingerprint"]) || !FINGERPRINT.test(fields.fingerprint)) {
      return c.text("refused", 400);
    }
    try {
      const held = await (await parts.issuance()).list();
      const certificate = held.find(({ fingerprint }) => fingerprint === fields.fingerprint);
      if (certificate === undefined) throw new AppError("issuance/nothing-to-renew", {}); // removed meanwhile
      return c.body((await reminders()).calendar(certificate), 200, {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": `attachment; filename="certificate-${parts.profile.institution.code}.ics"`,
      });
    } catch (error) {
      return errorPage(c, parts, error);
    }
  });
}
