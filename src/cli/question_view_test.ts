import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import jsQR from "jsqr";
import { Output } from "./output.ts";
import { drawCode, showQuestion } from "./question_view.ts";

const CODE = "HAKKO1 TRANSACTION renew 0123456789abcdef".repeat(8);

/** What a camera sees of the drawing, four pixels to a module. */
function photograph(lines: readonly string[]) {
  const scale = 4;
  const modules = lines.flatMap((line) => [
    [...line].map((c) => c === "█" || c === "▀"),
    [...line].map((c) => c === "█" || c === "▄"),
  ]);
  const [width, height] = [modules[0]!.length * scale, modules.length * scale];
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [Math.floor(at % width / scale), Math.floor(at / width / scale)];
    pixels.set(modules[y]![x] ? [255, 255, 255, 255] : [0, 0, 0, 255], at * 4);
  }
  return { pixels, width, height };
}

Deno.test("drawCode() draws what a token reads", async () => {
  for (const code of ["A", CODE]) {
    const { pixels, width, height } = photograph(await drawCode(code));
    assertEquals(jsQR.default(pixels, width, height)?.data, code);
  }
});

Deno.test("drawCode() leaves the quiet zone that readers need", async () => {
  const lines = await drawCode(CODE);
  assertMatch(lines[0]!, /^█+$/);
  assertMatch(lines[1]!, /^█+$/);
  for (const line of lines.slice(0, -1)) assertMatch(line, /^████.*████$/);
});

Deno.test("showQuestion() shows lead, words and code, with the code's text for pasting", async () => {
  let shown = "";
  const decoder = new TextDecoder();
  const output = new Output({
    json: false,
    language: "ja",
    newCorrelationId: () => "c0ffee",
    streams: { out: (bytes) => shown += decoder.decode(bytes), err: () => {} },
  });
  const title = { ja: "トランザクション認証", en: "Transaction authentication" };
  const lead = { ja: "トークンで読み取ってください。", en: "Read it with your token." };
  await showQuestion(
    { kind: "transaction", title, lead, prompt: "a\u001b[2Jb", code: "CODE", fields: [] },
    output,
  );
  for (const text of [title.ja, lead.ja, "a\ufffd[2Jb", "CODE\n"]) assertStringIncludes(shown, text);
  assert(shown.includes("\u001b[0;97;40m████"), "dark and light do not depend on the terminal's colours");
  shown = "";
  await showQuestion({ kind: "password", title, fields: [] }, output);
  assertEquals(shown, "");
});
