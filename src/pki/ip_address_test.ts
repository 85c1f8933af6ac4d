import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { formatIpAddress, parseIpAddress, parseIpRange } from "./ip_address.ts";

Deno.test("parseIpAddress() reads IPv4 and every abbreviation of IPv6", () => {
  const cases: Record<string, string> = {
    "127.0.0.1": "7f000001",
    "0.0.0.0": "00000000",
    "::": "0".repeat(32),
    "::1": "0".repeat(31) + "1",
    "2001:db8::": "20010db8" + "0".repeat(24),
    "2001:DB8:0:0:1:2:3:4": "20010db8000000000001000200030004",
    "1:2:3:4:5:6:7::": "00010002000300040005000600070000",
  };
  for (const [text, hex] of Object.entries(cases)) assertEquals(parseIpAddress(text).toHex(), hex, text);
});

Deno.test("parseIpAddress() refuses everything else", () => {
  const texts = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1.2.3.-4",
    "host",
    ":::",
    "1::2::3",
    "1:2",
    "12345::",
  ];
  for (const text of [...texts, "1:2:3:4:5:6:7:8::", "fe80::1%eth0", "1.2.3.4/8", ":1"]) {
    assertEquals(assertThrows(() => parseIpAddress(text), AppError, "", text).key, "pki/malformed");
  }
});

Deno.test("formatIpAddress() gives back what parseIpAddress() reads", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6().filter((text) => !text.includes("."))), (text) => {
      const octets = parseIpAddress(text);
      assertEquals(parseIpAddress(formatIpAddress(octets)!), octets);
    }),
    { numRuns: fuzzRuns(500) },
  );
  assertEquals(formatIpAddress(new Uint8Array(5)), undefined);
});

Deno.test("parseIpRange() gives address and mask", () => {
  assertEquals(parseIpRange("192.0.2.0/24").toHex(), "c0000200ffffff00");
  assertEquals(parseIpRange("127.0.0.1").toHex(), "7f000001ffffffff");
  assertEquals(parseIpRange("0.0.0.0/0").toHex(), "0000000000000000");
  assertEquals(parseIpRange("2001:db8::/33").toHex().slice(32), "ffffffff80000000" + "0".repeat(16));
});

Deno.test("parseIpRange() refuses prefixes that are no prefix of the address", () => {
  for (
    const text of ["192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/2x", "192.0.2.0/24/1", "::1/-1"]
  ) {
    assertEquals(assertThrows(() => parseIpRange(text), AppError, "", text).key, "pki/malformed");
  }
});
