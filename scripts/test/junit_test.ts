import { assertEquals } from "@std/assert";
import { countTests } from "./junit.ts";

const REPORT = `<testsuites tests="4"><testsuite name="a">
<testcase name="one" classname="a" time="0.001" line="1" col="6">
</testcase>
<testcase name="two &lt;x&gt;" time="0"><skipped/></testcase>
<testcase name="three" time="0"><failure message="no">stack with <b> in it</failure></testcase>
<testcase name="one &gt; step" time="0">
</testcase></testsuite></testsuites>`;

Deno.test("countTests() counts what passed, failed and was left out", () => {
  assertEquals(countTests(REPORT, false), { passed: 2, failed: 1, skipped: ["two <x>"] });
});

Deno.test("countTests() counts a run that failed without a failing test", () => {
  assertEquals(countTests("<testsuites></testsuites>", false).failed, 1);
  assertEquals(countTests("", true), { passed: 0, failed: 0, skipped: [] });
});
