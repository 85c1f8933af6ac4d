/** The bank's portal alone, without an authority behind it: tests decide what it knows. */
import type { BankParts } from "../../src/authority/bank/parts.ts";
import { createPortalApp } from "../../src/authority/bank/portal.tsx";
import { createTestBank } from "../../src/authority/bank/testing/parts.ts";

/** Tokens of the demo as tests have them; the secrets are RFC 4226's and RFC 6287's. */
export const DEMO_TOKENS: NonNullable<BankParts["demoTokens"]> = {
  tokens: [
    {
      loginId: "tanaka01",
      name: "田中 花子",
      kind: "otp",
      secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    },
    {
      loginId: "tanaka01",
      name: "田中 花子",
      kind: "transaction",
      secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
    },
    {
      loginId: "suzuki02",
      name: "鈴木 一郎",
      kind: "otp-time-sync",
      secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    },
  ],
  otp: { digits: 6, periodSeconds: 30 },
  timeSync: { digits: 6, periodSeconds: 60 },
  ocraSuite: "OCRA-1:HOTP-SHA256-8:QH64",
};

/** The portal on a port of its own; `await using` closes it. */
export interface ServedBank extends AsyncDisposable {
  /** Without a slash at the end. Loopback, so that the browser takes it for secure. */
  url: string;
}

export async function serveBank(changes: Partial<BankParts> = {}): Promise<ServedBank> {
  const urls = { portal: "", certificateLogin: "http://127.0.0.1:1" };
  const { parts } = await createTestBank({ urls, ...changes });
  const app = createPortalApp(parts);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) =>
      app.fetch(request, { incoming: { socket: { remoteAddress: remoteAddr.hostname } } }),
  );
  urls.portal = `http://127.0.0.1:${server.addr.port}`;
  return { url: urls.portal, [Symbol.asyncDispose]: () => server.shutdown() };
}
