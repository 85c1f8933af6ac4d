/** What the middleware finds out about a request before any page runs. */
import type { Context } from "@hono/hono";
import type { Language } from "../../errors.ts";

/** Hono's types for both apps. */
export interface BankEnv {
  Variables: {
    /** One ID for one request: on the page, in the log, in the answer's header. */
    correlationId: string;
    language: Language;
  };
  /** What the HTTP server hands over: the request with its TLS socket. */
  Bindings: { incoming?: unknown };
}

/** One request to the bank's pages. */
export type BankContext = Context<BankEnv>;
