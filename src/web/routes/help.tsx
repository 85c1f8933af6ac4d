/**
 * 困ったときは: questions, codes, checks of this PC, and the file for the support desk. All of it is loaded when
 * somebody asks for it.
 *
 * @module
 */
import type { Context, Hono } from "@hono/hono";
import { load } from "../../lazy.ts";
import { type Fields, hasExactly } from "../body.ts";
import type { HelpDesk } from "../help_desk.tsx";
import type { PageParts } from "../page_parts.ts";
import { ACTION_PATHS, HELP_PROGRESS_PATH, PAGE_PATHS } from "../paths.ts";
import { goTo } from "./respond.tsx";

export function registerHelp(app: Hono, parts: PageParts): void {
  let opened: Promise<HelpDesk> | undefined;
  const desk = () => opened ??= openDesk(parts);

  app.get(PAGE_PATHS.help, async (c) => (await desk()).helpPage(c));
  app.get(PAGE_PATHS.support, async (c) => (await desk()).supportPage(c));
  app.get(HELP_PROGRESS_PATH, async (c) => c.json((await desk()).progress()));

  registerAction(ACTION_PATHS.help, ["entry"], async (c, { entry }) => {
    (await desk()).open(entry!);
    return goTo(c, "help");
  });
  registerAction(ACTION_PATHS.helpSearch, ["query"], async (c, { query }) => {
    return c.json((await desk()).search(query!));
  });
  registerAction(ACTION_PATHS.check, ["entry"], async (c, { entry }) => {
    const isKnown = (await desk()).check(entry!);
    return isKnown ? c.body(null, 204) : c.text("refused", 400);
  });
  registerAction(ACTION_PATHS.support, [], async (c) => {
    const isPossible = (await desk()).makeFile();
    return isPossible ? goTo(c, "support") : c.text("refused", 404);
  });
  registerAction(ACTION_PATHS.supportFile, [], async (c) => (await desk()).saveFile(c));

  function registerAction(
    path: string,
    names: readonly string[],
    act: (c: Context, fields: Fields) => Promise<Response>,
  ): void {
    app.post(path, async (c) => {
      const fields: Fields = await c.req.json();
      return hasExactly(fields, names) ? await act(c, fields) : c.text("refused", 400);
    });
  }
}

async function openDesk(parts: PageParts): Promise<HelpDesk> {
  const { HelpDesk } = await load<typeof import("../help_desk.tsx")>(import.meta.resolve("../help_desk.tsx"));
  return await HelpDesk.open(parts);
}
