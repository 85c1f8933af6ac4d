import { assertEquals, assertNotMatch } from "@std/assert";
import { AppError, type Language } from "../errors.ts";
import { Output } from "./output.ts";

function capture(json: boolean, language: Language = "ja") {
  const written = { out: "", err: "" };
  const decoder = new TextDecoder();
  const output = new Output({
    json,
    language,
    newCorrelationId: () => "c0ffee",
    streams: {
      out: (bytes) => written.out += decoder.decode(bytes),
      err: (bytes) => written.err += decoder.decode(bytes),
    },
  });
  return { output, written };
}

Deno.test("Output.result() is text for people, and one line of JSON for scripts", () => {
  const people = capture(false);
  people.output.result({ a: 1 }, { ja: "一行\n二行", en: "one" });
  assertEquals(people.written, { out: "一行\n二行\n", err: "" });
  const scripts = capture(true);
  scripts.output.result({ a: "x\ny" }, "text");
  scripts.output.note("only for people");
  assertEquals(scripts.written, { out: '{"ok":true,"a":"x\\ny"}\n', err: "" });
});

Deno.test("Output.failure() says message, code, next step and correlation ID", async () => {
  const { output, written } = capture(false);
  const until = "2026-04-01T00:00:00Z";
  assertEquals(
    await output.failure(new AppError("registration/locked", { until }, { correlationId: "abc" })),
    3,
  );
  assertEquals(
    written.err,
    "認証の誤りが続いたため、このログインIDは一時的にご利用いただけません。(H102e)\n" +
      "2026年4月1日 09:00以降にもう一度お試しください。\nお問合せ番号: abc\n",
  );
  assertEquals(written.out, "");
});

Deno.test("Output.failure() in English, with the authority's own words and the time to wait", async () => {
  const { output, written } = capture(false, "en");
  const error = new AppError("authority/busy", {}, { retryAfterSeconds: 29.2, detail: "Until 10:00" });
  assertEquals(await output.failure(error), 4);
  assertEquals(written.err.split("\n").slice(1), [
    "Until 10:00",
    "Check this PC's network connection, then try again later",
    "Try again in 30 seconds",
    "Reference number: c0ffee",
    "",
  ]);
});

Deno.test("Output.failure() with JSON keeps stdout one object per line", async () => {
  const { output, written } = capture(true, "en");
  assertEquals(await output.failure(new AppError("input/invalid", {}, { field: "loginId" })), 2);
  assertEquals(JSON.parse(written.out), {
    ok: false,
    code: "G006e",
    key: "input/invalid",
    message: "Cannot accept the input",
    advice: "Check the length and the characters of the input, then repeat",
    correlationId: "c0ffee",
    field: "loginId",
  });
  assertEquals([written.out.split("\n").length, written.err], [2, ""]);
});

Deno.test("Output.failure() never shows a stack or a cause, but hands them to the log", async () => {
  const { output, written } = capture(false);
  const cause = new Error("secret detail");
  let logged: AppError | undefined;
  assertEquals(await output.failure(cause, (error) => logged = error), 1);
  assertNotMatch(written.err, /secret detail|\.ts:|Error/);
  assertEquals([logged?.key, logged?.cause, logged?.correlationId], ["internal/unexpected", cause, "c0ffee"]);
});

Deno.test("Output lets no foreign text command the terminal", () => {
  const { output, written } = capture(false);
  output.result({}, "a\u001b[2Jb\rc\u009b31md\u202ee\u0007");
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assertNotMatch(written.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
