import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { fromHex } from "./bytes.ts";
import { ecdsaFromDer, ecdsaToDer } from "./ecdsa.ts";

Deno.test("ecdsaFromDer() gives back what ecdsaToDer() was given", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      const raw = Uint8Array.from(bytes);
      assertEquals(ecdsaFromDer(ecdsaToDer(raw), 32), raw);
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test("ecdsaFromDer() refuses every second way to write a signature", () => {
  const others = {
    "too long a number": "3026022101" + "00".repeat(32) + "020101",
    "a needless zero": "300702020001020101",
    "negative": "30060201ff020101",
    "three numbers": "3009020101020101020101",
    "one number": "3003020101",
    "something after it": "30060201010201010500",
    "long length": "30810602010102010100".slice(0, 18),
    "other tags": "30060401010401 01".replace(" ", ""),
    "nothing": "",
  };
  for (const [why, hex] of Object.entries(others)) {
    const error = assertThrows(() => ecdsaFromDer(fromHex(hex), 32), AppError, "", why);
    assertEquals(error.key, "pki/malformed", why);
  }
});
