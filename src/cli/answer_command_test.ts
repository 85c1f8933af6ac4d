import { assert, assertEquals, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { AppError } from "../errors.ts";
import type { Question } from "../issuance/mod.ts";
import { takeSecret } from "../platform/environment.ts";
import { ANSWER_SECONDS, askCommand, readAnswer } from "./answer_command.ts";

const field = { secret: false, maxLength: 100, autocomplete: "off" };
const number = { ...field, name: "oneTimePassword", label: { ja: "番号", en: "Number" }, digits: 6 };
const title = { ja: "認証", en: "Authentication" };
const otp: Question = { kind: "otp", title, fields: [number] };
const sync: Question = {
  kind: "otp-time-sync",
  title,
  fields: [{ ...number, name: "currentPassword" }, { ...number, name: "nextPassword" }],
};
const reply: Question = {
  kind: "question",
  title,
  prompt: "母の旧姓は?",
  fields: [{ ...field, name: "reply", label: title }],
};

function answer(question: Question, command: string, timeoutMs = 30_000) {
  const of = { command, loginId: "hanako", signal: new AbortController().signal, timeoutMs };
  return askCommand(question, of, { language: "en" });
}

async function problem(question: Question, command: string, timeoutMs?: number): Promise<string> {
  const error = await assertRejects(() => answer(question, command, timeoutMs), AppError);
  assertEquals(error.key, "usage/answer-command-failed");
  return error.messageIn("en");
}

Deno.test("askCommand() tells step and person, and takes one line per field", async () => {
  assertEquals(await answer(otp, `test "$HAKKO_STEP $HAKKO_LOGIN_ID" = "otp hanako" && echo 012345`), {
    oneTimePassword: "012345",
  });
  assertEquals(await answer(sync, "echo 111111; echo 222222"), {
    currentPassword: "111111",
    nextPassword: "222222",
  });
});

Deno.test("askCommand() hands over the 2D code's text or the question", async () => {
  assertEquals(await answer(reply, "cat"), { reply: "母の旧姓は?" });
  const transaction = { ...otp, kind: "transaction", code: "H1 654321" };
  assertEquals(await answer(transaction, "cut -d' ' -f2"), { oneTimePassword: "654321" });
  assertEquals(await answer(otp, "if read line; then exit 9; fi; echo 000000"), {
    oneTimePassword: "000000",
  });
});

Deno.test("askCommand() says what is wrong, and repeats nothing that may be an answer", async () => {
  const secret = "735163";
  assertStringIncludes(await problem(otp, `echo ${secret}; exit 7`), "exit code 7");
  assertStringIncludes(await problem(sync, `echo ${secret}`), "line 2 of its output is missing");
  assertStringIncludes(
    await problem(otp, `echo ${secret}1`),
    "line 1 of its output is no number of 6 digits",
  );
  assertStringIncludes(await problem(otp, `echo ${secret}; sleep 20`, 100), "no end after 0.1 seconds");
  assertStringIncludes(await problem(otp, "yes 735163"), "prints too much");
  assertStringIncludes(await problem(reply, "printf '\\377\\n'"), "does not print UTF-8");
  for (const command of [`echo ${secret}1`, `echo ${secret}; exit 1`]) {
    assertNotMatch(await problem(otp, command), /735163/);
  }
});

Deno.test("askCommand() does not hand on the password of the environment", async () => {
  Deno.env.set("HAKKO_PASSWORD", "kanariya");
  assertEquals([takeSecret("HAKKO_PASSWORD"), takeSecret("HAKKO_PASSWORD")], ["kanariya", undefined]);
  assertEquals(await answer(reply, 'echo "${HAKKO_PASSWORD-none}"'), { reply: "none" });
});

Deno.test("askCommand() ends as a cancellation when the run is told to end", async () => {
  const stop = new AbortController();
  const asked = askCommand(otp, { command: "sleep 20", loginId: "a", signal: stop.signal }, {
    language: "ja",
  });
  stop.abort();
  assertEquals((await assertRejects(() => asked, AppError)).key, "issuance/cancelled");
});

Deno.test("askCommand() has time for a token's next number, a minute later, and for the one after it", () => {
  assert(ANSWER_SECONDS > 2 * 60);
});

Deno.test("readAnswer() takes lines as any system ends them, and numbers as tokens show them", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assertEquals(readAnswer(otp, bytes(" 012345 \r\n")), { values: { oneTimePassword: "012345" } });
  assertEquals(readAnswer(otp, bytes("012345")), { values: { oneTimePassword: "012345" } });
  assertEquals(readAnswer(otp, bytes("012 345\n")), { values: { oneTimePassword: "012345" } });
  assertEquals(readAnswer(reply, bytes(" 東 京 \n")), { values: { reply: " 東 京 " } });
  for (const wrong of ["", "\n012345\n", "12 345\n", "0123456\n", "-12345\n", "12345a\n"]) {
    assertEquals("problem" in readAnswer(otp, bytes(wrong)), true, wrong);
  }
});
