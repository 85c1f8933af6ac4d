import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromHex } from "./bytes.ts";
import { objectIdentifier, sequence, setOf, utf8String } from "./der_writer.ts";
import { decodeName, encodeName, formatName, type NameAttribute } from "./name.ts";

Deno.test("encodeName() writes C and serialNumber as PrintableString and the rest as UTF8String", () => {
  const der = encodeName([
    { type: "C", value: "JP" },
    { type: "CN", value: "山" },
    { type: "serialNumber", value: "A-1" },
  ]);
  assertEquals(
    der.toHex(),
    "3029" + "310b3009060355040613024a50" + "310c300a06035504030c03e5b1b1" + "310c300a060355040513" +
      "03412d31",
  );
});

Deno.test("decodeName() reads serial numbers that others wrote as UTF8String", () => {
  assertEquals(decodeName(fromHex("3013311130" + "0f06035504050c087461726f5f314078")), [
    { type: "serialNumber", value: "taro_1@x" },
  ]);
});

Deno.test("encodeName() refuses values that X.509 does not allow", () => {
  const refused: { type: NameAttribute; value: string }[] = [
    { type: "CN", value: "" },
    { type: "CN", value: "x".repeat(65) },
    { type: "CN", value: "\ud800" },
    { type: "C", value: "jp" },
    { type: "C", value: "JPN" },
    { type: "C", value: "日本" },
    ...[...'_@*&#$%!~;<>[]^{|}\\"山'].map((sign) => ({
      type: "serialNumber" as const,
      value: `taro${sign}1`,
    })),
  ];
  for (const attribute of refused) {
    assertEquals(assertThrows(() => encodeName([attribute]), AppError).key, "pki/malformed");
  }
});

Deno.test("encodeName() counts characters, not UTF-16 units: 64 of 𠮷 are a name", () => {
  const value = "𠮷".repeat(64);
  assertEquals(decodeName(encodeName([{ type: "CN", value }])), [{ type: "CN", value }]);
});

Deno.test("decodeName() gives back what encodeName() wrote", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  const types = ["CN", "O", "OU", "L", "ST", "SN", "GN", "title"] as const;
  const attribute = fc.record({ type: fc.constantFrom(...types), value: text }).filter(({ value }) =>
    [...value].length <= 64 && value.isWellFormed()
  );
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 8 }), (attributes) => {
      assertEquals(decodeName(encodeName(attributes)), attributes.map((entry) => ({ ...entry })));
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test("formatName() begins with the most specific part and escapes", () => {
  const der = encodeName([
    { type: "C", value: "JP" },
    { type: "O", value: "#1 + 2" },
    { type: "CN", value: ' 山田, "太郎" ' },
  ]);
  assertEquals(formatName(der), 'CN=\\ 山田\\, \\"太郎\\"\\ ,O=\\#1 \\+ 2,C=JP');
  assertEquals(formatName(encodeName([])), "");
});

Deno.test("decodeName() and formatName() show several values of one relative name, and foreign types", () => {
  const der = sequence(setOf([
    sequence(objectIdentifier("2.5.4.3"), utf8String("a")),
    sequence(objectIdentifier("2.999.1"), fromHex("020105")),
  ]));
  assertEquals(decodeName(der), [{ type: "CN", value: "a" }, { type: "2.999.1", value: "#020105" }]);
  assertEquals(formatName(der), "CN=a+2.999.1=#020105");
});

Deno.test("decodeName() refuses empty relative names and attributes of other shapes", () => {
  for (
    const hex of [
      "0500",
      "30023100",
      "3004310230 00",
      "300d310b300906035504030c014100 00",
      "300730050603550403",
    ]
  ) {
    const der = fromHex(hex.replaceAll(" ", ""));
    assertEquals(assertThrows(() => decodeName(der), AppError, "", hex).key, "pki/malformed");
  }
});

Deno.test("decodeName() and formatName() answer mutated names with nothing but AppError", async () => {
  const der = encodeName([
    { type: "C", value: "JP" },
    { type: "O", value: "見本銀行" },
    { type: "CN", value: "山田 太郎" },
    { type: "serialNumber", value: "taro-1" },
  ]);
  await fc.assert(
    fc.asyncProperty(mutations(), async (changes) => {
      await refuseOr(() => formatName(mutate(der, changes)));
    }),
    { numRuns: fuzzRuns() },
  );
});
