/**
 * `deno task bench [NAME…]`: what was promised, as ratios against a reference measured in the same run. A figure
 * alone says nothing on a shared machine; nothing here is a test. Exit code 1 when a promise is not met.
 */
import { benchAuthority } from "./bench/authority.ts";
import { benchIssue } from "./bench/issue.ts";
import { benchStartup } from "./bench/startup.ts";
import type { BenchRow } from "./bench/stats.ts";

const BENCHES: Record<string, (directory: string) => Promise<BenchRow[]>> = {
  startup: benchStartup,
  issue: benchIssue,
  "authority-rsa": (directory) => benchAuthority("rsa-2048", directory),
  "authority-p256": (directory) => benchAuthority("p256", directory),
};

const names = Deno.args.length === 0 ? Object.keys(BENCHES) : Deno.args;
const rows: BenchRow[] = [];
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    console.error(`There is no bench ${name}; there are: ${Object.keys(BENCHES).join(", ")}`);
    Deno.exit(2);
  }
  console.error(`${name} …`);
  const directory = await Deno.makeTempDir({ prefix: `hakko-bench-${name}-` });
  try {
    rows.push(...await bench(directory));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
for (const { name, measured, reference, unit, target, met } of rows) {
  const ratio = (measured / reference).toFixed(measured / reference < 0.1 ? 4 : 2);
  console.log(
    `${met ? "met    " : "NOT MET"}  ${ratio} (${target})  ${measured.toFixed(1)} ${unit} against ${
      reference.toFixed(1)
    } ${unit}  ${name}`,
  );
}
Deno.exit(rows.every((row) => row.met) ? 0 : 1);
