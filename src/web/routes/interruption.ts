/**
 * Work that may have to wait for a proxy's password. A page waits for its work or for the question, whichever
 * comes first; the work stays alive, and its result is told to the page that gives the answer.
 *
 * @module
 */
import type { Context } from "@hono/hono";
import type { PageParts } from "../page_parts.ts";
import type { Reply } from "../walk.ts";
import { errorPage, goTo } from "./respond.tsx";

/** A proxy in the next room answers in a tenth of it. */
const VERDICT_MS = 1_000;

/** Whether the page for the proxy's password has to be shown before any other. */
export function proxyAsks({ proxyAuthentication }: PageParts): boolean {
  return proxyAuthentication?.pending() !== undefined;
}

/**
 * Does what a page asked for and answers it with the result.
 *
 * @param work What it throws becomes an error page.
 */
export async function perform(c: Context, parts: PageParts, work: () => Promise<Reply>): Promise<Response> {
  // One thing after the other: what a proxy interrupted would be done twice, or never told to anybody.
  if (parts.walk.isInterrupted()) return goTo(c, "proxy");
  parts.walk.again = undefined;
  return await tell(c, parts, work().catch((error): Reply => (c) => errorPage(c, parts, error)));
}

/** Answers with the result of work under way; with the proxy's page if that has to be answered first. */
export async function tell(c: Context, parts: PageParts, work: Promise<Reply>): Promise<Response> {
  const { proxyAuthentication, walk } = parts;
  const isOver = new AbortController();
  try {
    const asked = proxyAuthentication?.asked(isOver.signal).then(() => undefined, () => work);
    const reply = await Promise.race(asked === undefined ? [work] : [work, asked]);
    if (reply === undefined) {
      walk.interrupt(work);
      return goTo(c, "proxy");
    }
    walk.told(work);
    return await reply(c);
  } finally {
    isOver.abort();
  }
}

/**
 * Waits a moment for what a proxy says to a password: most say it at once, and then nobody sees another page in
 * between.
 */
export async function awaitVerdict({ proxyAuthentication, walk }: PageParts): Promise<void> {
  const isOver = new AbortController();
  const verdict = proxyAuthentication?.asked(isOver.signal).catch(() => {});
  await Promise.race([verdict, walk.settled(), pause(VERDICT_MS)]);
  isOver.abort();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => AbortSignal.timeout(ms).onabort = () => resolve());
}

/** Answers 「no」 to every question of the proxy until nothing is left that could ask another one. */
export async function refuseProxy({ proxyAuthentication, walk }: PageParts): Promise<void> {
  const settled = walk.settled().then(() => true);
  for (let isSettled = false; !isSettled;) {
    proxyAuthentication?.cancel();
    const isOver = new AbortController();
    const asked = proxyAuthentication?.asked(isOver.signal).then(() => false, () => settled);
    isSettled = await Promise.race(asked === undefined ? [settled] : [settled, asked]);
    isOver.abort();
  }
}
