import type { App } from "../app.ts";
import type { CheckResult, CheckState } from "../doctor/types.ts";
import type { Text } from "../errors.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

const STATES: Readonly<Record<CheckState, Text>> = {
  ok: { ja: "正常", en: "ok" },
  warning: { ja: "注意", en: "warning" },
  failed: { ja: "異常", en: "failed" },
  skipped: { ja: "省略", en: "skipped" },
};

/** `--doctor`: every check with its finding and one next step. 0 if none failed, 1 otherwise. */
export async function doctor(app: App, output: Output): Promise<ExitCode> {
  const results = await (await app.doctor()).run();
  const { language } = output;
  const failed = results.filter(({ state }) => state === "failed").length;
  const summary = {
    ja: failed === 0 ? "異常は見つかりませんでした。" : `異常が${failed}件見つかりました。`,
    en: failed === 0 ? "Nothing has failed." : `${failed} of ${results.length} checks have failed.`,
  };
  const checks = results.map(({ title, finding, advice, ...rest }) => ({
    ...rest,
    title: title[language],
    finding: finding[language],
    advice: advice?.[language],
  }));
  output.result(
    { healthy: failed === 0, checks },
    [...results.map((result) => describe(result, language)), summary[language]].join("\n"),
  );
  return failed === 0 ? 0 : 1;
}

function describe({ title, state, finding, advice }: CheckResult, language: "ja" | "en"): string {
  const lines = [`[${STATES[state][language]}] ${title[language]}: ${finding[language]}`];
  if (advice !== undefined) lines.push(`    → ${advice[language]}`);
  return lines.join("\n");
}
