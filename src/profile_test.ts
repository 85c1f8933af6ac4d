import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "./errors.ts";
import { parseProfile } from "./profile.ts";

const SHIPPED = await Deno.readTextFile(new URL("../assets/profile.json", import.meta.url));
const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 1_000);

Deno.test("parseProfile() reads the shipped profile", () => {
  const { institution } = parseProfile(SHIPPED, "assets/profile.json");
  assertEquals(institution.code, "2224");
});

Deno.test("parseProfile() names the first wrong field and the file", () => {
  const wrong = SHIPPED.replace('"rsa-2048"', '"rsa-512"');
  const error = assertThrows(() => parseProfile(wrong, "wrong.json"), AppError);
  assertEquals(error.key, "profile/invalid");
  assertStringIncludes(error.messageIn("en"), "wrong.json");
  assertStringIncludes(error.messageIn("en"), "key.algorithm");
});

Deno.test("parseProfile() refuses unknown fields, plain HTTP, and more than 256 KiB", () => {
  for (
    const text of [
      SHIPPED.replace('"institution"', '"extra": 1, "institution"'),
      SHIPPED.replace("https://127.0.0.1:22241", "http://127.0.0.1:22241"),
      SHIPPED + " ".repeat(256 * 1024),
    ]
  ) assertThrows(() => parseProfile(text, "p"), AppError);
});

Deno.test("parseProfile() answers garbage, cut and changed profiles with profile/invalid or a profile, never else", () => {
  const cut = fc.nat(SHIPPED.length - 1).map((length) => SHIPPED.slice(0, length));
  const changed = fc.tuple(fc.nat(SHIPPED.length - 1), fc.string({ unit: "binary", maxLength: 4 }))
    .map(([at, text]) => SHIPPED.slice(0, at) + text + SHIPPED.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(cut, changed, fc.json(), fc.string({ unit: "binary" })), (text) => {
      try {
        assertEquals(typeof parseProfile(text, "p").institution.code, "string");
      } catch (error) {
        assertInstanceOf(error, AppError);
        assertEquals(error.key, "profile/invalid");
      }
    }),
    { numRuns: RUNS },
  );
});
