import { assertEquals } from "@std/assert";
import { AppError } from "../errors.ts";
import { failureKind, networkFailure, TimeLimitError } from "./failures.ts";

/** As Deno throws them; the texts are from Deno 2.9 itself, where the tests with real sockets meet them too. */
function thrown(text: string): unknown {
  const cause = new Error(`error sending request for url (https://ra.test/dns error): client error ${text}`);
  return new TypeError("fetch failed", { cause });
}

const CASES = [
  ["(Connect): dns error: failed to lookup address information: Name or service not known", "no-name"],
  ["(Connect): tcp connect error: Connection refused (os error 111)", "no-connection"],
  ["(Connect): tcp connect error: No route to host (os error 113)", "no-connection"],
  ["(Connect): proxy authentication required", "proxy-authentication"],
  ["(Connect): unsuccessful tunnel", "proxy-tunnel"],
  ["(Connect): unexpected eof while tunneling", "proxy-tunnel"],
  ["(Connect): invalid peer certificate: UnknownIssuer", "unknown-issuer"],
  ["(Connect): received corrupt message of type InvalidContentType", "tls"],
  ["(Connect): tls handshake eof", "broken"],
  ["(SendRequest): connection closed before message completed", "broken"],
  [
    "(Connect): invalid peer certificate: certificate expired: verification time 1764068400 (UNIX), …",
    "certificate-dates",
  ],
  // Names that a stranger's certificate may have.
  ['(Connect): invalid peer certificate: not valid for "x (Connect): proxy authentication required"', "tls"],
  ['(Connect): invalid peer certificate: not valid for "dns error"', "tls"],
] as const;

Deno.test("failureKind() tells apart what Deno says", () => {
  for (const [text, kind] of CASES) assertEquals(failureKind(thrown(text)), kind, text);
  assertEquals(failureKind(new TimeLimitError("answer")), "time-limit");
  assertEquals(failureKind("?"), "broken");
});

Deno.test("networkFailure() blames the proxy for names and connections where there is one", () => {
  const keys = (proxy?: string) => CASES.map(([text]) => networkFailure(thrown(text), proxy).key);
  const same = [
    ...["network/untrusted-authority", "network/untrusted-authority", "authority/busy", "authority/busy"],
    ...["network/certificate-dates", "network/untrusted-authority", "network/untrusted-authority"],
  ];
  assertEquals(keys(), [...Array(6).fill("authority/busy"), ...same]);
  assertEquals(keys("proxy.test:3128"), [...Array(6).fill("network/proxy-unreachable"), ...same]);
  const dates = networkFailure(thrown(CASES[10][0]));
  assertEquals(dates.values, { here: "2025-11-25T11:00:00.000Z" });
  const known = new AppError("network/unreadable-answer", {});
  assertEquals(networkFailure(known), known);
});
