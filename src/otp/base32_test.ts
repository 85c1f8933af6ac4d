import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeBase32, encodeBase32 } from "./base32.ts";

const VECTORS: readonly [string, string][] = [
  ["", ""],
  ["f", "MY======"],
  ["fo", "MZXQ===="],
  ["foo", "MZXW6==="],
  ["foob", "MZXW6YQ="],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI======"],
];

Deno.test("encodeBase32() and decodeBase32() have the vectors of RFC 4648 §10, padding aside", () => {
  for (const [text, base32] of VECTORS) {
    const bytes = new TextEncoder().encode(text);
    assertEquals(encodeBase32(bytes), base32.replace(/=+$/, ""));
    assertEquals(decodeBase32(base32), bytes);
    assertEquals(decodeBase32(base32.replace(/=+$/, "")), bytes);
  }
});

Deno.test("decodeBase32() gives back any bytes, however the text was typed", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, isLower) => {
    const text = encodeBase32(bytes).replace(/.{4}/g, "$& ");
    assertEquals(decodeBase32(isLower ? ` ${text.toLowerCase()}\n` : text), new Uint8Array(bytes));
  }));
});

Deno.test("decodeBase32() refuses what no bytes are written as", () => {
  for (const text of ["A", "MZX", "MZXW6Y", "MZ", "M1", "M0", "MY=MY", "ＭＹ", "MY=======", "ı"]) {
    assertThrows(() => decodeBase32(text), RangeError, "", text);
  }
});

Deno.test("decodeBase32() takes each of its texts for different bytes", () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Z2-7]{0,24}$/), (text) => {
    try {
      assertEquals(encodeBase32(decodeBase32(text)), text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }));
});
