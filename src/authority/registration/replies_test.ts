import { assertEquals, assertNotEquals } from "@std/assert";
import { normaliseReply } from "./replies.ts";

Deno.test("normaliseReply() knows width, kana, capitals and spaces as the same", () => {
  const same: readonly string[][] = [
    ["さくら", "サクラ", "ｻｸﾗ", " さ く ら ", "さ　くら"],
    ["がっこう", "ガッコウ", "ｶﾞｯｺｳ", "か\u3099っこう"],
    ["Tokyo 1", "ｔｏｋｙｏ１", "TOKYO１", "tokyo\u00a01"],
    ["ラーメン", "らーめん", "ﾗｰﾒﾝ"],
    ["ヴィオラ", "ゔぃおら"],
    ["株式会社", "㍿"],
  ];
  for (const group of same) assertEquals(new Set(group.map(normaliseReply)).size, 1, group.join());
});

Deno.test("normaliseReply() keeps different words apart", () => {
  for (
    const [one, other] of [["さくら", "ざくら"], ["つばき", "っばき"], ["1", "l"], ["桜", "さくら"]] as const
  ) {
    assertNotEquals(normaliseReply(one), normaliseReply(other));
  }
  assertEquals(normaliseReply(" 　\t"), "");
});
