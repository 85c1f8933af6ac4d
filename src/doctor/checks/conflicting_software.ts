import { type Check, failed, ok, skipped } from "../check.ts";

/** What the user manual names (chapters 3.1.2 and 3.2), as it calls itself in the list of installed programs. */
const CONFLICTING: readonly (readonly [name: string, sign: RegExp])[] = [
  ["SMARTACCESS", /\bSMART ?ACCESS\b/i],
  ["HP Sure Click", /\bHP Sure Click\b|\bHP Wolf Security\b.*\bSure Click\b/i],
  ["HP SimplePass", /\bHP SimplePass\b/i],
];

/** 64-bit programs, and 32-bit ones. */
const LISTS = [
  "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
  "HKLM\\Software\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
];

/** Is there software that hides certificates from the browser, or gets between it and the bank? */
export const conflictingSoftware: Check = {
  id: "conflicting-software",
  title: { ja: "競合するソフトウェア", en: "Conflicting software" },
  async run({ parts: { os, env, run } }) {
    if (os !== "windows") {
      return skipped({
        ja: "マニュアルに記載のソフト(SMARTACCESS、HP Sure Click、HP SimplePass)は、Windows用です。",
        en: "What the manual names (SMARTACCESS, HP Sure Click, HP SimplePass) exists on Windows only",
      });
    }
    const reg = `${env("SystemRoot") ?? "C:\\Windows"}\\System32\\reg.exe`;
    const answers = await Promise.all(
      LISTS.map((list) => run(reg, ["query", list, "/s", "/v", "DisplayName"], { timeoutMs: 8_000 })),
    );
    if (answers.every(({ code }) => code !== 0)) {
      return skipped({
        ja: "インストールされているソフトの一覧を取得できませんでした。",
        en: "The list of installed programs cannot be read",
      });
    }
    const names = conflictsIn(answers.map(({ stdout }) => new TextDecoder().decode(stdout)).join("\n"));
    if (names.length === 0) {
      return ok({
        ja: "マニュアルに記載の競合するソフトはありません。",
        en: "None of the programs that the manual names is installed",
      });
    }
    const list = names.join("、");
    return failed(
      {
        ja: `${list} がインストールされています。`,
        en: `${names.join(", ")} is installed`,
      },
      {
        ja: `${list} をアンインストールまたは無効にしてから、もう一度お試しください。`,
        en: "Uninstall it or turn it off, then try again",
      },
    );
  },
};

/** Those that are among what `reg query … /v DisplayName` has printed. */
export function conflictsIn(listed: string): string[] {
  const names = [...listed.matchAll(/^\s+DisplayName\s+REG_SZ\s+(.+?)\s*$/gm)].map(([, name]) => name!);
  return CONFLICTING.flatMap(([name, sign]) => names.some((one) => sign.test(one)) ? [name] : []);
}
