/**
 * Answering on node's own response object. A runtime Response would have its body turned into a stream, read back
 * and its headers copied: a tenth of the time that a whole issuance takes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
}

/** How \@hono/node-server learns that nothing is left to send. */
const ALREADY_SENT = new Response(null, { headers: { "x-hono-already-sent": "true" } });

/** Sends an answer. @returns What the route has to return. */
export function send(env: HttpBindings, { status, headers, body }: Answer): Response {
  const outgoing = env.outgoing as ServerResponse;
  const isEmpty = status === 204;
  outgoing.writeHead(status, isEmpty ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  if (isEmpty) outgoing.end();
  else outgoing.end(body);
  return ALREADY_SENT;
}
