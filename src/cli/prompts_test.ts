import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { readFirstLine } from "./prompts.ts";

function stream(...chunks: (string | Uint8Array<ArrayBuffer>)[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((c) => typeof c === "string" ? new TextEncoder().encode(c) : c));
}

Deno.test("readFirstLine() takes one line, however it ends and however it comes", async () => {
  assertEquals(await readFirstLine(stream("pass\nmore")), "pass");
  assertEquals(await readFirstLine(stream("pa", "ss\r\n")), "pass");
  assertEquals(await readFirstLine(stream(" pass ")), " pass ");
  const [start, end] = [new Uint8Array([0xe3, 0x81]), new Uint8Array([0x82, 10])];
  assertEquals(await readFirstLine(stream(start, end)), "あ");
});

Deno.test("readFirstLine() refuses nothing, too much, and what is no text", async () => {
  for (const bad of [stream(), stream("\n"), stream("x".repeat(5_000)), stream(new Uint8Array([0xff, 10]))]) {
    const error = await assertRejects(() => readFirstLine(bad), AppError);
    assertEquals([error.key, error.field], ["input/invalid", "password"]);
  }
});
