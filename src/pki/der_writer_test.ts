import { assertEquals, assertThrows } from "@std/assert";
import { AppError } from "../errors.ts";
import {
  bitString,
  bmpString,
  contextConstructed,
  contextPrimitive,
  DER_TRUE,
  elementHeader,
  enumerated,
  ia5String,
  integer,
  namedBitString,
  objectIdentifier,
  octetString,
  printableString,
  retag,
  sequence,
  sequenceOf,
  setOf,
  time,
  utf8String,
} from "./der_writer.ts";

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

Deno.test("sequence() uses the shortest length at every boundary", () => {
  const cases: [number, string][] = [
    [0, "3000"],
    [127, "307f"],
    [128, "308180"],
    [255, "3081ff"],
    [256, "30820100"],
    [65535, "3082ffff"],
    [65536, "3083010000"],
    [16777216, "308401000000"],
  ];
  for (const [length, header] of cases) {
    const element = sequence(new Uint8Array(length));
    assertEquals(hex(element.subarray(0, header.length / 2)), header);
    assertEquals(element.length, length + header.length / 2);
    assertEquals(hex(elementHeader(0x30, length)), header);
  }
});

Deno.test("sequenceOf() takes more parts than a function takes arguments", () => {
  assertEquals(sequenceOf(Array.from({ length: 300_000 }, () => DER_TRUE)).length, 5 + 900_000);
});

Deno.test("integer() writes the least octets with a sign", () => {
  const cases: [number | bigint | Uint8Array, string][] = [
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [255, "020200ff"],
    [256, "02020100"],
    [65537, "0203010001"],
    [2 ** 32, "02050100000000"],
    [0x8000000000000000n, "0209008000000000000000"],
    [Uint8Array.of(), "020100"],
    [Uint8Array.of(0, 0, 1), "020101"],
    [Uint8Array.of(0, 0x80), "02020080"],
    [Uint8Array.of(0, 0), "020100"],
  ];
  for (const [value, expected] of cases) assertEquals(hex(integer(value)), expected, `${value}`);
});

Deno.test("objectIdentifier() writes arcs above 127 and first arcs 0 to 2", () => {
  assertEquals(hex(objectIdentifier("1.2.840.113549.1.1.11")), "06092a864886f70d01010b");
  assertEquals(hex(objectIdentifier("2.999")), "06028837");
  assertEquals(hex(objectIdentifier("0.9.2342")), "0603099226");
});

Deno.test("namedBitString() leaves out trailing zero bits", () => {
  assertEquals(hex(namedBitString([])), "030100");
  assertEquals(hex(namedBitString([0])), "03020780");
  assertEquals(hex(namedBitString([6, 5])), "03020106");
  assertEquals(hex(namedBitString([8])), "0303070080");
});

Deno.test("setOf() sorts its members", () => {
  assertEquals(hex(setOf([integer(2), DER_TRUE, integer(1)])), "31090101ff020101020102");
});

Deno.test("setOf() leaves the caller's list as it is", () => {
  const list = [integer(2), integer(1)];
  setOf(list);
  assertEquals(list, [integer(2), integer(1)]);
});

Deno.test("time() writes UTCTime through 2049 and GeneralizedTime after, without fractions", () => {
  assertEquals(hex(time(new Date("2049-12-31T23:59:59.999Z"))), "170d3439313233313233353935395a");
  assertEquals(hex(time(new Date("2050-01-01T00:00:00Z"))), "180f32303530303130313030303030305a");
});

Deno.test("time() refuses dates that cannot be written", () => {
  for (const date of [new Date(NaN), new Date("1949-12-31T00:00:00Z"), new Date("+010000-01-01T00:00:00Z")]) {
    assertEquals(assertThrows(() => time(date), AppError).key, "pki/malformed");
  }
});

Deno.test("printableString() and ia5String() refuse what the type cannot hold", () => {
  for (const text of ["a@b", "a_b", "山", "a*"]) {
    assertEquals(assertThrows(() => printableString(text), AppError).key, "pki/malformed");
  }
  assertEquals(assertThrows(() => ia5String("山"), AppError).key, "pki/malformed");
  assertEquals(hex(ia5String("a@", 0x82)), "82026140");
});

Deno.test("the remaining writers give their tags and contents", () => {
  assertEquals(hex(octetString(Uint8Array.of(1), Uint8Array.of(2))), "04020102");
  assertEquals(hex(bitString(Uint8Array.of(0xf0))), "030200f0");
  assertEquals(hex(enumerated(4)), "0a0104");
  assertEquals(hex(utf8String("é")), "0c02c3a9");
  assertEquals(hex(bmpString("山")), "1e025c71");
  assertEquals(hex(contextConstructed(3, DER_TRUE)), "a3030101ff");
  assertEquals(hex(contextPrimitive(1, Uint8Array.of(9))), "810109");
  assertEquals(hex(retag(sequence(DER_TRUE), 0x31)), "31030101ff");
});
