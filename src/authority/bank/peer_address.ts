/** Where a request's TLS connection comes from, which the throttle counts by. */
import type { BankContext } from "./context.ts";

/** The other side's IP address, as \@hono/node-server hands it over. */
export function peerAddress(c: BankContext): string {
  const incoming = (c.env as BankContext["env"] | undefined)?.incoming;
  return (incoming as { socket?: { remoteAddress?: string } } | undefined)?.socket?.remoteAddress ??
    "unknown";
}
