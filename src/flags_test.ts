import { assertEquals, assertNotMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { AppError } from "./errors.ts";
import { parseFlags } from "./flags.ts";

const shapes = { "json": "switch", "lang": "value", "login-id": "value" } as const;

function parse(...args: string[]) {
  return parseFlags(args, { shapes, language: "en" });
}

function problem(...args: string[]): string {
  const error = assertThrows(() => parse(...args), AppError);
  assertEquals(error.key, "usage/invalid");
  return error.messageIn("en");
}

Deno.test("parseFlags() reads switches and values, apart or joined", () => {
  assertEquals(parse(), {});
  assertEquals(parse("--json", "--lang", "ja", "--login-id=a=b"), {
    json: true,
    lang: "ja",
    "login-id": "a=b",
  });
  assertEquals(parse("--login-id=--odd"), { "login-id": "--odd" });
});

Deno.test("parseFlags() refuses what it does not know", () => {
  assertStringIncludes(problem("--foo"), "--foo");
  for (const args of [["-x"], ["open"], ["--"], [""], ["--json", "x"]]) problem(...args);
  for (const name of ["constructor", "__proto__", "toString"]) problem(`--${name}`);
});

Deno.test("parseFlags() refuses repetitions, missing values and values of switches", () => {
  for (
    const args of [["--json", "--json"], ["--lang=a", "--lang=b"], ["--lang"], ["--lang="], ["--json=1"]]
  ) {
    problem(...args);
  }
  assertStringIncludes(problem("--login-id", "--json"), "needs a value");
});

Deno.test("parseFlags() repeats no values, which may be passwords, and no control characters", () => {
  for (const args of [["hunter2"], ["--password=hunter2"], ["--json=hunter2"], ["--lang", "a", "hunter2"]]) {
    assertNotMatch(problem(...args), /hunter2/);
  }
  assertStringIncludes(problem("--\u001b[2J\r\n"), "--?[2J??");
});
