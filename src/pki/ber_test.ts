import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { refuseOr } from "./_mutations.ts";
import { berToDer } from "./ber.ts";
import { fromHex } from "./bytes.ts";

Deno.test("berToDer() gives DER's lengths and joins octet strings", () => {
  const cases: Record<string, string> = {
    "0500": "0500",
    "058100": "0500",
    "05840000 0000": "0500",
    "3080 020101 0000": "3003020101",
    "3080 3080 0000 a080 0500 0000 0000": "30063000a0020500",
    "2480 040101 2406 040102 040103 0000": "0403010203",
    "2400": "0400",
    "2407 040101 04020203": "0403010203",
    "3083000003 020101": "3003020101",
  };
  for (const [ber, der] of Object.entries(cases)) {
    assertEquals(berToDer(fromHex(ber.replaceAll(" ", "")), "thing").toHex(), der, ber);
  }
});

Deno.test("berToDer() joins a long octet string in pieces", () => {
  const piece = "048203e8" + "ab".repeat(1000);
  const der = berToDer(fromHex("2480" + piece.repeat(3) + "0000"), "thing");
  assertEquals(der.toHex(), "04820bb8" + "ab".repeat(3000));
});

Deno.test("berToDer() refuses what is not one whole element", () => {
  const cases = {
    "": "truncated",
    "30": "truncated",
    "3080": "truncated",
    "308000": "truncated",
    "3080020101": "truncated",
    "0480": "length",
    "0000": "tag",
    "1f0100": "tag",
    "3002 0000": "tag",
    "3001": "truncated",
    "3004020101": "truncated",
    "3085000000000 0": "length",
    "30ff": "length",
    "05000500": "something after the end",
    "3080 0000 00": "something after the end",
    "3006 3002 0402 0102": "truncated",
    "3080 3002 0402 0102 0000": "truncated",
    "2403020101": "octet string",
    "2480 040101 2404 040102 0400 0000": "truncated",
  };
  for (const [hex, part] of Object.entries(cases)) {
    const error = assertThrows(() => berToDer(fromHex(hex.replaceAll(" ", "")), "thing"), AppError, "", hex);
    assertEquals([error.key, error.values["what"]], ["pki/malformed", `thing: ${part}`], hex);
  }
});

Deno.test("berToDer() bounds the depth of nesting", () => {
  const deep = fromHex("3080".repeat(100_000));
  assertEquals(
    assertThrows(() => berToDer(deep, "thing"), AppError).values["what"],
    "thing: nested too deeply",
  );
});

Deno.test("berToDer() answers random bytes with nothing but AppError", async () => {
  const octet = fc.oneof(fc.constantFrom(0, 1, 2, 4, 0x24, 0x30, 0x80, 0x81, 0xa0), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(octet, { maxLength: 60 }), async (octets) => {
      const der = await refuseOr(() => berToDer(Uint8Array.from(octets), "noise"));
      if (der) assertEquals(berToDer(der, "again"), der);
    }),
    { numRuns: fuzzRuns() },
  );
});
