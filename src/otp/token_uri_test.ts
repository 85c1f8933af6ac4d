import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseTokenUri, tokenUri } from "./token_uri.ts";

const ACCOUNT = {
  issuer: "こうしん & Bank",
  account: "tanaka01",
  secret: new TextEncoder().encode("Hello!\xDE\xAD"),
  digits: 6,
  periodSeconds: 30,
};

Deno.test("tokenUri() writes what authenticator apps read", () => {
  const uri = new URL(tokenUri(ACCOUNT));
  assertEquals(uri.protocol, "otpauth:");
  assertEquals(uri.host, "totp");
  assertEquals(decodeURIComponent(uri.pathname), "/こうしん & Bank:tanaka01");
  assertEquals(Object.fromEntries(uri.searchParams), {
    secret: "JBSWY3DPEHBZ5QVN",
    issuer: "こうしん & Bank",
    digits: "6",
    period: "30",
  });
});

Deno.test("parseTokenUri() gives back what tokenUri() wrote", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((text) => text.trim() === text && text.isWellFormed());
  fc.assert(fc.property(
    fc.record({
      issuer: text.filter((text) => !text.includes(":")),
      account: text.filter((text) => !text.includes(":")),
      secret: fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => new Uint8Array(bytes)),
      digits: fc.integer({ min: 6, max: 8 }),
      periodSeconds: fc.integer({ min: 10, max: 300 }),
    }),
    (account) => assertEquals(parseTokenUri(tokenUri(account)), account),
  ));
});

Deno.test("parseTokenUri() takes an address with no more than a secret, as RFC 6238's defaults are", () => {
  const { issuer, account, digits, periodSeconds } = parseTokenUri(
    " otpauth://totp/alice?secret=jbsw%20y3dp ",
  );
  assertEquals({ issuer, account, digits, periodSeconds }, {
    issuer: "",
    account: "alice",
    digits: 6,
    periodSeconds: 30,
  });
});

Deno.test("parseTokenUri() refuses every other address", () => {
  for (
    const text of [
      "",
      "https://example.com/?secret=JBSWY3DP",
      "otpauth://hotp/a?secret=JBSWY3DP&counter=0",
      "otpauth://totp/a",
      "otpauth://totp/a?secret=",
      "otpauth://totp/a?secret=0189",
      "otpauth://totp/%E3%81?secret=JBSWY3DP",
      "otpauth://totp/a?secret=JBSWY3DP&algorithm=SHA256",
      "otpauth://totp/a?secret=JBSWY3DP&digits=99",
      "otpauth://totp/a?secret=JBSWY3DP&digits=-6",
      "otpauth://totp/a?secret=JBSWY3DP&period=0",
      "otpauth://totp/a?secret=JBSWY3DP&period=1e2",
    ]
  ) {
    assertThrows(() => parseTokenUri(text), RangeError, "", text);
  }
});
