import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ocra, parseOcraSuite } from "./ocra.ts";
import { encodeTransaction, parseTransaction, type Transaction, transactionNumber } from "./transaction.ts";

const SUITE = parseOcraSuite("OCRA-1:HOTP-SHA256-8:QH64");
const SECRET = new TextEncoder().encode("12345678901234567890123456789012");
const RENEWAL: Transaction = {
  institution: "東京厚生信用組合",
  operation: "renew",
  loginId: "tanaka01",
  name: "田中 花子",
  serial: "0a1b2c",
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
};

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 16 }).filter((text) => text.isWellFormed());
const serial = fc.stringMatching(/^[0-9a-f]{1,40}$/);
const transactions: fc.Arbitrary<Transaction> = fc.record({
  institution: text,
  operation: fc.constantFrom("issue" as const, "renew" as const),
  loginId: text,
  name: text,
  serial,
  nonce: text,
}).map((transaction) =>
  transaction.operation === "renew" ? transaction : { ...transaction, serial: undefined }
);

Deno.test("encodeTransaction() uses only characters of QR's alphanumeric mode", () => {
  assertEquals(
    encodeTransaction({ ...RENEWAL, institution: "Bank" }),
    "HAKKO-TX1:RENEW:UIJQW42Y:UORQW4YLLMEYDC:WOUYE4LIAECBLCW2Q:0A1B2C:UIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAQ",
  );
  fc.assert(fc.property(transactions, (transaction) => {
    assertMatch(encodeTransaction(transaction), /^[A-Z0-9:-]{1,600}$/);
  }));
});

Deno.test("parseTransaction() gives back what encodeTransaction() wrote", () => {
  fc.assert(fc.property(transactions, (transaction) => {
    assertEquals(parseTransaction(encodeTransaction(transaction)), transaction);
  }));
});

Deno.test("encodeTransaction() has room for names as long as certificates have them", () => {
  const code = encodeTransaction({
    ...RENEWAL,
    institution: "信".repeat(64),
    loginId: "x".repeat(32),
    name: "齋".repeat(64),
    serial: "f".repeat(40),
  });
  assert(code.length <= 600, String(code.length));
});

Deno.test("encodeTransaction() refuses what would not be one transaction", () => {
  for (
    const change of [
      { serial: undefined },
      { operation: "issue" as const },
      { serial: "0A1B" },
      { serial: "" },
      { name: "" },
      { nonce: "" },
      { loginId: "\ud800" },
      { name: "名".repeat(300) },
    ]
  ) {
    assertThrows(() => encodeTransaction({ ...RENEWAL, ...change }), RangeError, "", JSON.stringify(change));
  }
});

Deno.test("parseTransaction() refuses a code of which anything was changed, or reads it as another one", () => {
  const code = encodeTransaction(RENEWAL);
  fc.assert(fc.property(
    fc.nat(code.length - 1),
    fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-abz= \u00e9".split("")),
    (at, letter) => {
      const changed = code.slice(0, at) + letter + code.slice(at + 1);
      if (changed === code) return;
      try {
        assertNotEquals(parseTransaction(changed), RENEWAL);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    },
  ));
});

Deno.test("parseTransaction() refuses what is no transaction", () => {
  const code = encodeTransaction(RENEWAL);
  for (
    const text of [
      "",
      "https://example.com/",
      "otpauth://totp/a?secret=JBSWY3DP",
      code.toLowerCase(),
      ` ${code}`,
      `${code}\n`,
      `${code}:`,
      code.replace("HAKKO-TX1", "HAKKO-TX2"),
      code.replace("RENEW", "ISSUE"),
      code.replace("RENEW", "REVOKE"),
      code.replace("0A1B2C", ""),
      code.replace("0A1B2C", "0a1b2c"),
      code.slice(0, -1),
      code.padEnd(700, "A"),
      `HAKKO-TX1:RENEW${":".repeat(5)}`,
    ]
  ) {
    assertThrows(() => parseTransaction(text), RangeError, "", text);
  }
});

Deno.test("parseTransaction() never throws anything but its own refusal", () => {
  fc.assert(fc.property(
    fc.oneof(fc.string({ unit: "binary" }), fc.string().map((rest) => `HAKKO-TX1:ISSUE:${rest}::::`)),
    (text) => {
      try {
        parseTransaction(text);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    },
  ));
});

Deno.test("transactionNumber() is OCRA over the text's SHA-256, and another one for any other transaction", async () => {
  const code = encodeTransaction(RENEWAL);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  const number = await transactionNumber(SECRET, SUITE, code);
  assertEquals(number, await ocra(SECRET, SUITE, { question: hash.toHex() }));
  assertMatch(number, /^\d{8}$/);
  const numbers = new Set([number]);
  const others: Partial<Transaction>[] = [
    { institution: "大阪厚生信用組合" },
    { operation: "issue", serial: undefined },
    { loginId: "tanaka02" },
    { name: "田中 華子" },
    { serial: "0a1b2d" },
    { nonce: "AAAAAAAAAAAAAAAAAAAAAB" },
  ];
  for (const other of others) {
    numbers.add(await transactionNumber(SECRET, SUITE, encodeTransaction({ ...RENEWAL, ...other })));
  }
  assertEquals(numbers.size, 1 + others.length);
});

Deno.test("transactionNumber() fits the hash into the question of any suite with a question alone", async () => {
  for (const question of ["QN08", "QN64", "QA10", "QH04", "QH63"]) {
    const suite = parseOcraSuite(`OCRA-1:HOTP-SHA1-6:${question}`);
    assertMatch(await transactionNumber(SECRET, suite, encodeTransaction(RENEWAL)), /^\d{6}$/);
  }
  const counting = parseOcraSuite("OCRA-1:HOTP-SHA1-6:C-QN08");
  await assertRejects(() => transactionNumber(SECRET, counting, encodeTransaction(RENEWAL)), RangeError);
});
