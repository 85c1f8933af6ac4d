/** Reads the summary that `deno test --junit-path` writes. */

/** How one run of tests ended. */
export interface TestCounts {
  passed: number;
  failed: number;
  /** Names of the tests that were left out. */
  skipped: string[];
}

/**
 * Counts the test cases of a JUnit report.
 *
 * @param succeeded Whether `deno test` said so. A file that does not even load leaves no trace in the report, but
 *   it is a failure all the same.
 */
export function countTests(xml: string, succeeded: boolean): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: [] };
  for (const [, name, result] of xml.matchAll(/<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g)) {
    if (/<(failure|error)\b/.test(result!)) counts.failed++;
    else if (/<skipped\b/.test(result!)) counts.skipped.push(unescape(name!));
    else counts.passed++;
  }
  if (!succeeded && counts.failed === 0) counts.failed = 1;
  return counts;
}

function unescape(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}
