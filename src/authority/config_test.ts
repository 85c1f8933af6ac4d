import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { AuthorityConfig, DEFAULT_CONFIG } from "./config.ts";
import { subjectOf } from "./registration/subject.ts";

Deno.test("every institution name that the configuration takes can be written into certificates", () => {
  const names = [
    "信",
    "信".repeat(64),
    "信".repeat(65),
    "\u{20BB7}".repeat(32),
    " 信用金庫",
    "信用金庫 ",
    "",
    " ",
  ];
  const isTaken = names.map((ja) => {
    const institution = { ...DEFAULT_CONFIG.institution, name: { ja, en: "Bank" } };
    if (!v.is(AuthorityConfig, { ...DEFAULT_CONFIG, institution })) return false;
    subjectOf({ loginId: "a", name: "山田 花子", company: "商事" }, ja);
    return true;
  });
  assertEquals(isTaken, [true, true, false, true, false, false, false, false]);
});
