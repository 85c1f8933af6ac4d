import { assertEquals, assertThrows } from "@std/assert";
import { AppError, type ErrorKey } from "../../errors.ts";
import { PASSWORD_MAX } from "../../protocol/messages.ts";
import { checkAnswer, readStep } from "./mod.ts";
import { passwordStep } from "./password.ts";

function throwsWith(key: ErrorKey, work: () => unknown): AppError {
  const error = assertThrows(work, AppError);
  assertEquals(error.key, key);
  return error;
}

Deno.test("readStep() knows the password, and the end of the questions", () => {
  assertEquals(readStep({ kind: "password" }), { question: passwordStep });
  const submit = { kind: "submit", subject: "MAA=" } as const;
  assertEquals(readStep(submit), { submit });
});

Deno.test("readStep() answers an unknown step with G004e", () => {
  for (const kind of ["retina-scan", "", "Password", "constructor"]) {
    assertEquals(throwsWith("registration/unsupported-step", () => readStep({ kind })).code, "G004e");
  }
});

Deno.test("readStep() cannot submit without a subject", () => {
  throwsWith("network/unreadable-answer", () => readStep({ kind: "submit" }));
  throwsWith("network/unreadable-answer", () => readStep({ kind: "submit", subject: 5 } as never));
});

Deno.test("checkAnswer() takes the question's fields and nothing else", () => {
  assertEquals(checkAnswer(passwordStep, { password: "秘密 secret", more: "x" }), {
    password: "秘密 secret",
  });
  assertEquals(
    checkAnswer(passwordStep, { password: "x".repeat(PASSWORD_MAX) }).password?.length,
    PASSWORD_MAX,
  );
});

Deno.test("checkAnswer() refuses what is missing, empty, too long or no text", () => {
  const wrong = [{}, { password: "" }, { password: "x".repeat(PASSWORD_MAX + 1) }, { password: "\ud800" }];
  for (const values of wrong) {
    const error = throwsWith(
      "input/invalid",
      () => checkAnswer(passwordStep, values as Record<string, string>),
    );
    assertEquals(error.field, "password");
    assertEquals(error.code, "G006e");
  }
  throwsWith("input/invalid", () => checkAnswer(passwordStep, { password: 5 } as never));
  throwsWith("input/invalid", () => checkAnswer(passwordStep, Object.create({ password: "inherited" })));
});
