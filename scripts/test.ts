/**
 * `deno task test`: everything; `deno task ok`, which is `--quick`: format, lint, types and the tests beside the
 * files. The last line counts the whole run. With `CI=true` nothing may be left out.
 */
import { toAppError } from "../src/errors.ts";
import { parseFlags } from "../src/flags.ts";
import { ensurePackages, type PackageNeed } from "./packages.ts";
import { countTests, type TestCounts } from "./test/junit.ts";

/** Tests that are run, counted and reported together. A failing group does not hide the others. */
interface Group {
  name: string;
  /** What its tests want to find on the machine; without it they are left out. */
  packages: readonly PackageNeed[];
  run: () => Promise<TestCounts>;
}

const LIBNSS3_TOOLS = { package: "libnss3-tools", provides: "/usr/bin/certutil" };
const OPENSSL = { package: "openssl", provides: "/usr/bin/openssl" };
const PROCPS = { package: "procps", provides: "/usr/bin/ps" };
const OATHTOOL = { package: "oathtool", provides: "/usr/bin/oathtool" };
const CHROMIUM = { package: "chromium", provides: "/usr/bin/chromium" };
const SQUID = { package: "squid", provides: "/usr/sbin/squid" };
const JAPANESE_FONT = {
  package: "fonts-noto-cjk",
  provides: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
};

/** A Secret Service, on a session bus of its own, and what speaks to it. */
const SECRET_SERVICE = [
  { package: "libsecret-tools", provides: "/usr/bin/secret-tool" },
  { package: "gnome-keyring", provides: "/usr/bin/gnome-keyring-daemon" },
  { package: "dbus-daemon", provides: "/usr/bin/dbus-run-session" },
];

/** A desktop that shows notices, and a systemd for each user. */
const DESKTOP = [
  { package: "xvfb", provides: "/usr/bin/Xvfb" },
  { package: "dunst", provides: "/usr/bin/dunst" },
  { package: "libnotify-bin", provides: "/usr/bin/notify-send" },
  { package: "systemd", provides: "/lib/systemd/systemd" },
  { package: "dbus-user-session", provides: "/usr/lib/systemd/user/dbus.socket" },
];

const QUICK: readonly Group[] = [
  { name: "checks", packages: [], run: runChecks },
  {
    name: "unit",
    packages: [LIBNSS3_TOOLS, OPENSSL, OATHTOOL, PROCPS],
    run: () => runTests(["src/", "scripts/"]),
  },
];
const ALL: readonly Group[] = [
  ...QUICK,
  {
    name: "stories",
    packages: [
      ...[LIBNSS3_TOOLS, OPENSSL, PROCPS, CHROMIUM, JAPANESE_FONT, SQUID],
      ...SECRET_SERVICE,
      ...DESKTOP,
    ],
    run: () => runTests(["tests/"]),
  },
];

const isCi = Deno.env.get("CI") === "true";

async function main(args: readonly string[]): Promise<number> {
  let isQuick: boolean;
  try {
    isQuick = parseFlags(args, { shapes: { quick: "switch" } as const, language: "en" }).quick === true;
  } catch (error) {
    console.error(`${toAppError(error).messageIn("en")}\nUsage: deno task test, or deno task ok`);
    return 2;
  }
  let passed = 0, failed = 0;
  const summary: string[] = [];
  for (const group of isQuick ? QUICK : ALL) {
    const counts = await runGroup(group);
    passed += counts.passed;
    failed += counts.failed;
    summary.push(...counts.lines);
  }
  console.log(`\n${summary.join("\n")}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function runGroup({ name, packages, run }: Group): Promise<TestCounts & { lines: string[] }> {
  console.log(`\n== ${name}`);
  const missing = await ensurePackages(packages, (line) => console.log(line));
  const startedAt = performance.now();
  const counts = await run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const { passed, skipped } = counts;
  const failed = counts.failed + (isCi ? skipped.length : 0);
  const lines = [`${name.padEnd(8)} ${String(passed).padStart(5)} passed, ${failed} failed, ${seconds} s`];
  if (missing !== undefined) {
    lines.push(`${name}: cannot install ${missing.packages.join(" ")}: ${missing.reason}`);
  }
  if (skipped.length > 0) {
    const verdict = isCi ? "failed, because CI=true allows no skips" : "skipped";
    lines.push(`${name}: ${skipped.length} ${verdict}, e.g. "${skipped[0]}"`);
  }
  return { passed, failed, skipped, lines };
}

async function runChecks(): Promise<TestCounts> {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: [] };
  for (const args of [["fmt", "--check"], ["lint"], ["check", "."]]) {
    if (await deno(args)) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

async function runTests(paths: readonly string[]): Promise<TestCounts> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    // Types were checked for all files at once.
    const succeeded = await deno(["test", "--allow-all", "--no-check", `--junit-path=${report}`, ...paths]);
    return countTests(await Deno.readTextFile(report), succeeded);
  } finally {
    await Deno.remove(report);
  }
}

/** Runs this very Deno, wherever it came from. @returns Whether it succeeded. */
async function deno(args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("..", import.meta.url),
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
