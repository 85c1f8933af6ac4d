import { assert, assertEquals, assertThrows } from "@std/assert";
import { compareBytes, concatBytes, equalBytes, equalSecrets, fromHex, toHex, utf8 } from "./bytes.ts";
import { AppError } from "../errors.ts";

Deno.test("equalBytes() and equalSecrets() tell equal from different and longer", () => {
  for (const equal of [equalBytes, equalSecrets]) {
    assert(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
    assert(equal(new Uint8Array(), new Uint8Array()));
    assert(!equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
    assert(!equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)));
  }
});

Deno.test("compareBytes() puts a prefix before its continuations and sorts by octet", () => {
  const sorted = [[], [0], [0, 0], [0, 1], [0x7f], [0x80], [0xff, 0]].map((octets) =>
    Uint8Array.from(octets)
  );
  assertEquals(sorted.toReversed().sort(compareBytes), sorted);
});

Deno.test("concatBytes() takes a list longer than the argument stack", () => {
  const parts = Array.from({ length: 300_000 }, () => Uint8Array.of(7));
  assertEquals(concatBytes(parts).length, 300_000);
});

Deno.test("toHex() and fromHex() undo each other", () => {
  assertEquals(toHex(utf8("鍵")), "e98db5");
  assertEquals(fromHex("00ffE9"), Uint8Array.of(0, 0xff, 0xe9));
});

Deno.test("fromHex() refuses odd and foreign digits with pki/malformed", () => {
  for (const text of ["0", "0g", "0x00", "00 00"]) {
    assertEquals(assertThrows(() => fromHex(text), AppError).key, "pki/malformed");
  }
});
