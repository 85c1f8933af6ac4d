import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fuzzRuns } from "./_fixtures.ts";
import { AppError } from "../errors.ts";
import { decodePem, encodePem } from "./pem.ts";

Deno.test("encodePem() breaks lines at 64 characters and ends with a newline", () => {
  assertEquals(encodePem(new Uint8Array(3), "CMS"), "-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n");
  const lines = encodePem(new Uint8Array(96), "CMS").split("\n");
  assertEquals(lines.map((line) => line.length), [19, 64, 64, 17, 0]);
});

Deno.test("decodePem() gives back what encodePem() wrote, in order, among other blocks", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.array(bytes, { minLength: 1, maxLength: 4 }), (list) => {
      const text = list.map((der) =>
        `text\n${encodePem(der, "CERTIFICATE")}${encodePem(Uint8Array.of(1), "PRIVATE KEY")}`
      ).join("");
      assertEquals(decodePem(text, "CERTIFICATE"), list.map((der) => Uint8Array.from(der)));
    }),
    { numRuns: fuzzRuns(200) },
  );
});

Deno.test("decodePem() takes CRLF line ends", () => {
  const text = encodePem(Uint8Array.of(1, 2, 3), "CERTIFICATE").replaceAll("\n", "\r\n");
  assertEquals(decodePem(text, "CERTIFICATE"), [Uint8Array.of(1, 2, 3)]);
});

Deno.test("decodePem() refuses texts without the block, without its end and without base64", () => {
  const texts = [
    "",
    encodePem(Uint8Array.of(1), "CMS"),
    "-----BEGIN CERTIFICATE-----\nAAAA",
    "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CRL-----",
  ];
  for (const text of texts) {
    assertEquals(assertThrows(() => decodePem(text, "CERTIFICATE"), AppError).key, "pki/malformed");
  }
});
