/**
 * All pages and actions, on Hono. Loaded with the first request of a live session, not at start.
 *
 * Requests arrive here checked by the gate; nothing in this file or below is reachable without a session.
 *
 * @module
 */
import { Hono } from "@hono/hono/tiny"; // the small router is enough for a dozen exact paths
import type { Answer } from "./answer.ts";
import type { PageRequest } from "./gate.ts";
import type { PageParts } from "./page_parts.ts";
import { registerAcquiring } from "./routes/acquiring.tsx";
import { registerCertificates } from "./routes/certificates.tsx";
import { registerConfirm } from "./routes/confirm.tsx";
import { registerError } from "./routes/error.tsx";
import { registerHelp } from "./routes/help.tsx";
import { registerIssue } from "./routes/issue.tsx";
import { registerLanguage } from "./routes/language.ts";
import { registerProxy } from "./routes/proxy.tsx";
import { registerQuestion } from "./routes/question.tsx";
import { registerReminders } from "./routes/reminders.ts";
import { registerRenew } from "./routes/renew.ts";
import { errorPage } from "./routes/respond.tsx";
import { registerRetry } from "./routes/retry.ts";
import { registerResult } from "./routes/result.tsx";
import { BrandMark } from "./views/icons.tsx";
import { withoutNode } from "./views/without_node.ts";

/** Builds the pages. */
export function createPages(parts: PageParts): (request: PageRequest) => Promise<Answer> {
  withoutNode(() => void String(BrandMark())); // the first element of all
  const app = new Hono();
  app.onError((error, c) => errorPage(c, parts, error));
  app.notFound((c) => c.text("refused", 404));
  registerProxy(app, parts); // first: it holds the other pages up
  registerCertificates(app, parts);
  registerConfirm(app, parts);
  registerIssue(app, parts);
  registerRenew(app, parts);
  registerQuestion(app, parts);
  registerAcquiring(app, parts);
  registerRetry(app, parts);
  registerResult(app, parts);
  registerReminders(app, parts);
  registerError(app, parts);
  registerHelp(app, parts);
  registerLanguage(app, parts);
  return async function respond({ method, path, fields }) {
    const init = method === "GET" ? {} : { method, body: JSON.stringify(fields) };
    const response = await app.request(path, init);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: isText(response) ? await response.text() : new Uint8Array(await response.arrayBuffer()),
    };
  };
}

/** Everything that is shown; what is only saved may be anything. */
function isText(response: Response): boolean {
  return response.headers.get("content-type") !== "application/zip";
}
