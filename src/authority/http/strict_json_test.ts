import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../../errors.ts";
import { parseStrictJson } from "./strict_json.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 300);

function parse(text: string): unknown {
  return parseStrictJson(new TextEncoder().encode(text));
}

Deno.test("parseStrictJson() reads what JSON.parse reads, in any spelling", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => name !== "__proto__"),
        fc.oneof(fc.string(), fc.nat(), fc.boolean()),
      ),
      fc.nat(4),
      (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        assertEquals(parse(text), JSON.parse(text));
      },
    ),
    { numRuns: RUNS },
  );
  assertEquals(parse('{"a:\\"b:":"c:\\\\","d" : {"e":[":"]}}'), { 'a:"b:': "c:\\", d: { e: [":"] } });
});

const REFUSED: readonly [what: string, text: string][] = [
  ["a name twice", '{"a":1,"a":2}'],
  ["a name twice, spelt differently", '{"a":1,"\\u0061":2}'],
  ["a name twice inside", '{"a":{"b":1,"b":1}}'],
  ["__proto__", '{"__proto__":{"polluted":true}}'],
  ["a lone surrogate", '{"a":"\\ud800"}'],
  ["a lone surrogate in a name", '{"\\udc00":1}'],
  ["deep nesting", "[".repeat(10_000) + "]".repeat(10_000)],
  ["nothing", ""],
  ["a byte order mark", "\ufeff{}"],
  ["half an object", '{"a":'],
  ["two values", "{}{}"],
  ["NaN", "NaN"],
];

for (const [what, text] of REFUSED) {
  Deno.test(`parseStrictJson() refuses ${what}`, () => {
    assertThrows(() => parse(text), AppError, "H110e");
  });
}

Deno.test("parseStrictJson() refuses bytes that are not UTF-8", () => {
  assertThrows(() => parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), AppError, "H110e");
});

Deno.test("parseStrictJson() throws nothing but refusals", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array(), fc.json().map((text) => new TextEncoder().encode(text))),
      (bytes) => {
        try {
          parseStrictJson(bytes);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      },
    ),
    { numRuns: RUNS },
  );
});
