import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { decodeName, encodeName } from "../pki/name.ts";
import { LOGIN_ID_MAX, loginId } from "./messages.ts";

const ASCII = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

Deno.test("loginId takes exactly the characters that a certificate's serialNumber can have, but the space", () => {
  for (const character of [...ASCII, "é", "Ａ", "花", "\u{20BB7}"]) {
    const value = `a${character}b`;
    let isWritten = true;
    try {
      assertEquals(decodeName(encodeName([{ type: "serialNumber", value }])), [{
        type: "serialNumber",
        value,
      }]);
    } catch {
      isWritten = false;
    }
    assertEquals(v.is(loginId, value), isWritten && character !== " ", JSON.stringify(character));
  }
});

Deno.test("loginId has 1 to 64 characters", () => {
  assert(v.is(loginId, "a"));
  assert(v.is(loginId, "a".repeat(LOGIN_ID_MAX)));
  assert(!v.is(loginId, ""));
  assert(!v.is(loginId, "a".repeat(LOGIN_ID_MAX + 1)));
  assert(!v.is(loginId, "a\n"));
});
