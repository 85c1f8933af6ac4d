import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns } from "./_fixtures.ts";
import { mutate, mutations } from "./_mutations.ts";
import { type Bytes, concatBytes, fromHex } from "./bytes.ts";
import { checkDer } from "./der_check.ts";
import { DerReader, readDer } from "./der_reader.ts";
import {
  bitString,
  contextConstructed,
  contextPrimitive,
  DER_NULL,
  DER_TRUE,
  encodeElement,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  sequenceOf,
  setOf,
  time,
  utf8String,
} from "./der_writer.ts";

/** Encodings that BER allows, or nobody, each with why DER does not. */
const NOT_DER: Record<string, string> = {
  "": "nothing",
  "30": "no length",
  "3081": "no length octet",
  "30820001": "leading zero in the length",
  "308100": "long form for 0",
  "30817f": "long form for 127",
  "3080": "indefinite, unfinished",
  "30800000": "indefinite",
  "308500000000 01": "five length octets",
  "30ff": "reserved length",
  "3001": "truncated",
  "30020500 00": "something after the end",
  "05000500": "two elements",
  "3003 050000": "child sticks out by nothing, rest too short for an element",
  "30020501": "child sticks out of its parent",
  "1f8101 00": "tag in several octets",
  "bf2000": "tag in several octets, constructed",
  "1000": "SEQUENCE, primitive",
  "1100": "SET, primitive",
  "2100": "BOOLEAN, constructed",
  "2400": "OCTET STRING in pieces",
  "2300": "BIT STRING in pieces",
  "2c00": "UTF8String in pieces",
  "0000": "end-of-contents",
  "0100": "BOOLEAN without octet",
  "01020000": "BOOLEAN of two octets",
  "010101": "TRUE other than ff",
  "0200": "INTEGER without octet",
  "02020001": "INTEGER with a needless zero",
  "0202ff80": "INTEGER with a needless ff",
  "0a0200 01": "ENUMERATED with a needless zero",
  "0300": "BIT STRING without count",
  "030101": "unused bits of nothing",
  "03020801": "more than 7 unused bits",
  "03020181": "unused bits that are set",
  "050100": "NULL with contents",
  "0600": "OID without arc",
  "060180": "OID that does not end",
  "06022a80": "OID whose last arc does not end",
  "06032a8001": "OID with a padded arc",
  "060b2a8181818181818181 8101": "OID with an arc beyond all that exist",
  "090100": "REAL, in no structure of ours",
  "0c01ff": "UTF8String that is not UTF-8",
  "0c03eda080": "UTF8String with a surrogate",
  "130140": "PrintableString with @",
  "160180": "IA5String beyond ASCII",
  "1e0100": "BMPString of half a unit",
  "170b303130313031303030305a": "UTCTime without seconds",
  "1711303130313031303030303030 2b30303030": "UTCTime with a zone",
  "170d3031313330313030303030305a": "UTCTime in month 13",
  "170d3031303233303030303030305a": "UTCTime on 30 February",
  "170d3031303130313234303030305a": "UTCTime at hour 24",
  "170d303130313031303030303030 30": "UTCTime without Z",
  "180f32303439303130313030303030305a": "GeneralizedTime before 2050",
  "18113230353030313031303030303030 2e305a": "GeneralizedTime with a fraction",
  "31060201020201 01": "SET out of order",
};

Deno.test("checkDer() refuses everything that is not DER, with pki/malformed", () => {
  for (const [hex, why] of Object.entries(NOT_DER)) {
    const error = assertThrows(() => checkDer(fromHex(hex.replaceAll(" ", "")), "thing"), AppError, "", why);
    assertEquals(error.key, "pki/malformed", why);
    assertEquals(error.values["what"]?.split(":")[0], "thing", why);
  }
});

Deno.test("checkDer() and DerReader refuse lengths in more octets than needed", () => {
  const cases = [
    [1, "048101"],
    [127, "04817f"],
    [128, "04820080"],
    [255, "048200ff"],
    [256, "0483000100"],
    [65535, "048300ffff"],
  ] as const;
  for (const [length, header] of cases) {
    const element = concatBytes([fromHex(header), new Uint8Array(length)]);
    assertThrows(() => checkDer(element, "thing"), AppError, "length", header);
    assertThrows(() => new DerReader(element, "thing").octetString("octets"), AppError, "octets", header);
    assertEquals(
      new DerReader(octetString(new Uint8Array(length)), "thing").octetString("octets").length,
      length,
    );
  }
});

Deno.test("DerReader refuses bad lengths also where nobody checked the whole", () => {
  for (const hex of ["04", "0480", "0401", "0485000000000 0".replace(" ", ""), "0482ff", "04ff"]) {
    const reader = new DerReader(fromHex(hex), "thing");
    assertEquals(
      assertThrows(() => reader.octetString("octets"), AppError, "", hex).values["what"],
      "thing: octets",
    );
  }
  const parent = new DerReader(fromHex("300304020102"), "thing").sequence("parent");
  assertThrows(() => parent.octetString("octets"), AppError);
});

Deno.test("checkDer() takes the values at the edge of the rules", () => {
  const edges = [
    "3000",
    "020100",
    "0201ff",
    "0202ff7f",
    "02020080",
    "030100",
    "03020780",
    "010100",
    "0101ff",
    "06022a03",
    "0c00",
    "1402ff80",
    "8000",
    "a000",
    "3100",
    "3103020101",
    "3106020101020101",
    "170d3030303232393030303030305a",
    "180f32303530303130313030303030305a",
  ];
  for (const hex of edges) checkDer(fromHex(hex), hex);
});

Deno.test("checkDer() bounds the depth of nesting", () => {
  function nested(depth: number): Bytes {
    return depth === 0 ? DER_NULL : sequence(nested(depth - 1));
  }
  checkDer(nested(24), "thing");
  const error = assertThrows(() => checkDer(nested(25), "thing"), AppError);
  assertEquals(error.values["what"], "thing: nested too deeply");
  assertThrows(() => checkDer(nested(5000), "thing"), AppError);
});

/** Random trees of what this room writes. */
const tree = fc.letrec<{ node: Bytes; leaf: Bytes }>((tie) => ({
  leaf: fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 160n }).map(integer),
    fc.uint8Array().map((bytes) => octetString(bytes)),
    fc.uint8Array().map((bytes) => bitString(bytes)),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()).map(utf8String),
    fc.constantFrom(DER_NULL, DER_TRUE, objectIdentifier("2.999.1"), time(new Date(0))),
    fc.tuple(fc.nat(30), fc.uint8Array()).map(([n, bytes]) => contextPrimitive(n, bytes)),
  ),
  node: fc.oneof(
    { maxDepth: 8, depthSize: "large" },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 6 }).map(sequenceOf),
    fc.array(tie("node"), { maxLength: 6 }).map(setOf),
    fc.tuple(fc.nat(30), tie("node")).map(([n, inner]) => contextConstructed(n, inner)),
  ),
})).node;

Deno.test("checkDer() takes whatever the writer writes", () => {
  fc.assert(fc.property(tree, (der) => checkDer(der, "tree")), { numRuns: fuzzRuns() });
});

/** Writes an element again, from nothing but tags, values and children. */
function rewrite(reader: DerReader): Bytes {
  const parts: Bytes[] = [];
  while (!reader.isDone) {
    const element = reader.anyElement("element");
    const tag = element[0]!;
    const inner = new DerReader(element, "again");
    parts.push(
      encodeElement(tag, [tag & 0x20 ? rewrite(inner.enter(tag, "inner")) : inner.contents(tag, "")]),
    );
  }
  return concatBytes(parts);
}

Deno.test("checkDer() takes only bytes that are written again as they are, whatever was mutated", () => {
  fc.assert(
    fc.property(tree, mutations(), (der, changes) => {
      const mutated = mutate(der, changes);
      try {
        checkDer(mutated, "tree");
      } catch (error) {
        assert(error instanceof AppError);
        return;
      }
      assertEquals(rewrite(new DerReader(mutated, "tree")), mutated);
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test("checkDer() answers random bytes with nothing but AppError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        checkDer(bytes, "noise");
      } catch (error) {
        assert(error instanceof AppError);
      }
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test("DerReader reads elements in order as views of the input", () => {
  const der = sequence(integer(5), octetString(Uint8Array.of(1, 2)), objectIdentifier("2.5.4.3"), DER_TRUE);
  const reader = readDer(der, "thing");
  const fields = reader.sequence("fields");
  assertEquals(reader.latest, der);
  reader.end();
  assertEquals(fields.smallUnsigned("number"), 5);
  const octets = fields.octetString("octets");
  assertEquals(octets, Uint8Array.of(1, 2));
  assertEquals(octets.buffer, der.buffer);
  assert(fields.nextIs(6) && !fields.nextIs(5));
  assertEquals(fields.oid("oid"), "2.5.4.3");
  assertEquals(fields.defaultFalse("flag"), true);
  assertEquals(fields.defaultFalse("flag"), false);
  assert(fields.isDone);
  fields.end();
});

Deno.test("DerReader names the part that is missing, of another type or too much", () => {
  const der = sequence(integer(300), integer(1));
  const attempts: ((fields: DerReader) => unknown)[] = [
    (fields) => fields.sequence("part"),
    (fields) => fields.oid("part"),
    (fields) => fields.bitString("part"),
    (fields) => fields.time("part"),
    (fields) => fields.end(),
    (fields) => {
      fields.anyElement("one");
      fields.anyElement("two");
      fields.anyElement("part");
    },
  ];
  for (const attempt of attempts) {
    const error = assertThrows(() => attempt(readDer(der, "thing").sequence("fields")), AppError);
    assertEquals(error.key, "pki/malformed");
    assert(/^thing: (part|something after the last element)$/.test(error.values["what"]!));
  }
});

Deno.test("DerReader refuses numbers that are negative or too large, and bits that are not whole octets", () => {
  assertThrows(() => readDer(fromHex("0201ff"), "thing").unsigned("n"), AppError);
  assertThrows(() => readDer(integer(2 ** 32), "thing").smallUnsigned("n"), AppError);
  assertEquals(readDer(integer(2 ** 32 - 1), "thing").smallUnsigned("n"), 2 ** 32 - 1);
  assertThrows(() => readDer(fromHex("03020780"), "thing").bitString("bits"), AppError);
  assertThrows(() => readDer(fromHex("010100"), "thing").defaultFalse("flag"), AppError);
});

Deno.test("DerReader gives back the numbers, OIDs and times that the writer wrote", () => {
  const seconds = fc.integer({ min: -631152000, max: 253402300799 });
  const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 31 - 1), { maxLength: 6 }));
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 200n }),
      seconds,
      arcs,
      (number, second, [first, next, rest]) => {
        const magnitude = readDer(integer(number), "n").unsigned("n");
        assertEquals(BigInt(`0x${magnitude.toHex()}`), number);
        assertEquals(readDer(time(new Date(second * 1000)), "t").time("t").getTime(), second * 1000);
        const oid = [first, next, ...rest].join(".");
        assertEquals(readDer(objectIdentifier(oid), "o").oid("o"), oid);
      },
    ),
    { numRuns: fuzzRuns() },
  );
});
