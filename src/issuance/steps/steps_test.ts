import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError, type ErrorKey } from "../../errors.ts";
import { type NextStep, PASSWORD_MAX } from "../../protocol/messages.ts";
import { CODE_MAX, PROMPT_MAX, REPLY_MAX } from "../../protocol/steps.ts";
import { checkAnswer, type Question, readStep } from "./mod.ts";

const PASSWORD = question({ kind: "password" });

const STEPS: Record<string, NextStep> = {
  transaction: { kind: "transaction", code: "HAKKO1 2224 ...", digits: 8 },
  otp: { kind: "otp", digits: 6 },
  "otp-time-sync": { kind: "otp-time-sync", digits: 6 },
  question: { kind: "question", prompt: "母の旧姓は?" },
};

function question(step: NextStep): Question {
  const read = readStep(step);
  assert("question" in read);
  return read.question;
}

function throwsWith(key: ErrorKey, work: () => unknown): AppError {
  const error = assertThrows(work, AppError);
  assertEquals(error.key, key);
  return error;
}

function refusedField(question: Question, values: Record<string, unknown>): string | undefined {
  const error = throwsWith("input/invalid", () => checkAnswer(question, values as Record<string, string>));
  assertEquals(error.code, "G006e");
  return error.field;
}

Deno.test("readStep() knows the end of the questions, with and without a nonce", () => {
  const submit = { kind: "submit", subject: "MAA=" } as const;
  assertEquals(readStep(submit), { submit });
  const renewal = { ...submit, nonce: "n".repeat(22) };
  assertEquals(readStep(renewal), { submit: renewal });
});

Deno.test("readStep() gives the screens of the manual their names", () => {
  const screens = ["password", ...Object.keys(STEPS)].map((kind) => {
    const { title, fields } = question(STEPS[kind] ?? { kind });
    return [kind, title.ja, ...fields.map(({ name, label }) => `${name}: ${label.ja}`)];
  });
  assertEquals(screens, [
    ["password", "認証", "password: ログインパスワード"],
    ["transaction", "トランザクション認証", "transactionNumber: トランザクション認証番号"],
    ["otp", "ワンタイムパスワード認証", "oneTimePassword: ワンタイムパスワード"],
    [
      "otp-time-sync",
      "ワンタイムパスワード認証(時刻同期)",
      "currentPassword: ワンタイムパスワード(現在)",
      "nextPassword: ワンタイムパスワード(1分後)",
    ],
    ["question", "追加認証", "reply: 回答"],
  ]);
});

Deno.test("readStep() passes on what the authority brings: code, digits, the question", () => {
  assertEquals(question(STEPS.transaction!).code, "HAKKO1 2224 ...");
  assertEquals(question(STEPS.transaction!).fields.map(({ digits }) => digits), [8]);
  assertEquals(question({ kind: "otp", digits: 8 }).fields.map(({ digits }) => digits), [8]);
  assertEquals(question(STEPS["otp-time-sync"]!).fields.map(({ digits }) => digits), [6, 6]);
  assertEquals(question(STEPS.question!).prompt, "母の旧姓は?");
});

Deno.test("readStep() hides the password, and lets a person see what else they type", () => {
  assertEquals(PASSWORD.fields.map(({ secret }) => secret), [true]);
  for (const step of Object.values(STEPS)) {
    assert(question(step).fields.every(({ secret }) => !secret), step.kind);
  }
});

Deno.test("readStep() answers an unknown step with G004e", () => {
  for (const kind of ["retina-scan", "", "Password", "constructor", "otp "]) {
    assertEquals(throwsWith("registration/unsupported-step", () => readStep({ kind })).code, "G004e");
  }
});

Deno.test("readStep() cannot use a step that lacks what its kind needs", () => {
  const lacking: unknown[] = [
    { kind: "submit" },
    { kind: "submit", subject: 5 },
    { kind: "submit", subject: "MAA=", nonce: "short" },
    { kind: "transaction", digits: 8 },
    { kind: "transaction", code: "", digits: 8 },
    { kind: "transaction", code: "x".repeat(CODE_MAX + 1), digits: 8 },
    { kind: "transaction", code: "x" },
    { kind: "otp" },
    { kind: "otp", digits: 0 },
    { kind: "otp", digits: "6" },
    { kind: "otp", digits: 6.5 },
    { kind: "otp-time-sync", digits: 99 },
    { kind: "question" },
    { kind: "question", prompt: "" },
    { kind: "question", prompt: "x".repeat(PROMPT_MAX + 1) },
  ];
  for (const step of lacking) throwsWith("network/unreadable-answer", () => readStep(step as NextStep));
});

Deno.test("checkAnswer() takes the question's fields and nothing else", () => {
  assertEquals(checkAnswer(PASSWORD, { password: "秘密 secret", more: "x" }), { password: "秘密 secret" });
  assertEquals(checkAnswer(PASSWORD, { password: "  " }), { password: "  " });
  const longest = "x".repeat(PASSWORD_MAX);
  assertEquals(checkAnswer(PASSWORD, { password: longest }), { password: longest });
  const reply = "　やまだ　".slice(0, REPLY_MAX);
  assertEquals(checkAnswer(question(STEPS.question!), { reply }), { reply });
});

Deno.test("checkAnswer() refuses what is missing, empty, too long or no text", () => {
  const wrong = [{}, { password: "" }, { password: "x".repeat(PASSWORD_MAX + 1) }, { password: "\ud800" }];
  for (const values of [...wrong, { password: 5 }, Object.create({ password: "inherited" })]) {
    assertEquals(refusedField(PASSWORD, values), "password");
  }
  for (const reply of ["", " ", "　", "x".repeat(REPLY_MAX + 1), "\udc00"]) {
    assertEquals(refusedField(question(STEPS.question!), { reply }), "reply");
  }
});

Deno.test("checkAnswer() takes a number in any width, with spaces and hyphens", () => {
  const otp = question(STEPS.otp!);
  const spaced = ["123456", "１２３４５６", "123 456", " 1 2 3 4 5 6", "１２３　４５６", "\t123456\n"];
  const hyphened = ["123-456", "１２３－４５６", "１２３ー４５６", "123−456", "12‐34–56", "123 - 456"];
  for (const typed of [...spaced, ...hyphened]) {
    assertEquals(checkAnswer(otp, { oneTimePassword: typed }), { oneTimePassword: "123456" });
  }
  assertEquals(checkAnswer(otp, { oneTimePassword: "000000" }), { oneTimePassword: "000000" });
});

Deno.test("checkAnswer() refuses numbers of another length and everything that is no digit", () => {
  const otp = question(STEPS.otp!);
  const wrong = [
    "",
    " ",
    "12345",
    "1234567",
    "12345a",
    "-12345",
    "12345.",
    "٠١٢٣٤٥",
    "١٢٣٤٥٦",
    "①②③④⑤",
    "0x1234",
  ];
  for (const oneTimePassword of wrong) {
    assertEquals(refusedField(otp, { oneTimePassword }), "oneTimePassword", oneTimePassword);
  }
  const spaces = `123456${" ".repeat(7)}`;
  assertEquals(refusedField(otp, { oneTimePassword: spaces }), "oneTimePassword");
});

Deno.test("checkAnswer() names the field of two that is wrong", () => {
  const pair = question(STEPS["otp-time-sync"]!);
  const right = { currentPassword: "111111", nextPassword: "222222" };
  assertEquals(checkAnswer(pair, right), right);
  assertEquals(refusedField(pair, { ...right, currentPassword: "1" }), "currentPassword");
  assertEquals(refusedField(pair, { ...right, nextPassword: "" }), "nextPassword");
});

Deno.test("checkAnswer() lets nothing but exactly so many digits through", () => {
  const otp = question(STEPS.otp!);
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 12 }), (typed) => {
    try {
      assert(/^[0-9]{6}$/.test(checkAnswer(otp, { oneTimePassword: typed }).oneTimePassword!));
    } catch (error) {
      assert(error instanceof AppError && error.key === "input/invalid");
    }
  }));
});
