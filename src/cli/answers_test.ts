import { assertEquals, assertNotEquals } from "@std/assert";
import { typingProblem } from "./answers.ts";

Deno.test("typingProblem() takes so many digits, however they were typed", () => {
  for (const typed of ["012345", "012 345", "０１２３４５", " 012-345 "]) {
    assertEquals(typingProblem(typed, { digits: 6, maxLength: 6, secret: false }), undefined, typed);
  }
  for (const typed of ["", "12345", "1234567", "12345a", "一二三四五六"]) {
    assertNotEquals(typingProblem(typed, { digits: 6, maxLength: 6, secret: false }), undefined, typed);
  }
});

Deno.test("typingProblem() takes any words that are not too long", () => {
  const limits = { maxLength: 4, secret: false };
  assertEquals(typingProblem(" 東京 ", limits), undefined);
  assertEquals(typingProblem("    ", { ...limits, secret: true }), undefined);
  for (const typed of ["", "12345", "    "]) assertNotEquals(typingProblem(typed, limits), undefined);
});
