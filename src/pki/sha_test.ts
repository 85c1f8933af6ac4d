import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { sha1, sha256 } from "./sha.ts";

Deno.test("sha1() and sha256() agree with node:crypto's for every length around the block size", () => {
  const data = crypto.getRandomValues(new Uint8Array(200));
  for (let length = 0; length <= data.length; length++) {
    const part = data.subarray(0, length);
    assertEquals(sha1(part).toHex(), createHash("sha1").update(part).digest("hex"));
    assertEquals(sha256(part).toHex(), createHash("sha256").update(part).digest("hex"));
  }
});

Deno.test("sha256() takes a view into a larger buffer and a megabyte", () => {
  const data = new Uint8Array(1_000_001).map((_, i) => i * 31);
  assertEquals(sha256(data.subarray(1)).toHex(), createHash("sha256").update(data.subarray(1)).digest("hex"));
});
