import { VERSION } from "../config.ts";
import type { Text } from "../errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

const FLAGS: readonly (readonly [flag: string, what: Text])[] = [
  ["--issue", { ja: "画面を開かずに証明書を発行します", en: "Issue a certificate without opening the page" }],
  ["  --login-id ID", { ja: "ログインID", en: "The login ID" }],
  ["  --password-stdin", {
    ja: "ログインパスワードを標準入力の1行目から読み取ります",
    en: "Read the login password from the first line of stdin",
  }],
  ["--list", { ja: "このユーザの証明書を一覧表示します", en: "List this user's certificates" }],
  ["--version", { ja: "バージョンを表示します", en: "Print the version" }],
  ["--help", { ja: "この説明を表示します", en: "Print this help" }],
  ["--no-browser", {
    ja: "ブラウザを開かず、アドレスを表示します",
    en: "Print the page's address instead of opening the browser",
  }],
  ["--keep-running", {
    ja: "画面がすべて閉じられても終了しません",
    en: "Do not end after the last page is closed",
  }],
  ["--profile FILE", { ja: "プロファイルを指定します", en: "Use this profile" }],
  ["--state-dir DIR", { ja: "ログなどを置くフォルダを指定します", en: "Keep the log and other state here" }],
  ["--lang ja|en", { ja: "表示言語", en: "Language of the texts" }],
  ["--json", { ja: "結果を1行のJSONで出力します", en: "Print the result as one line of JSON" }],
];

const TEXTS = {
  usage: {
    ja: "使い方: hakko [オプション]\n\nオプションなしで起動すると、ブラウザに画面を開きます。",
    en: "Usage: hakko [options]\n\nWithout options, the page opens in the browser.",
  },
  options: { ja: "オプション:", en: "Options:" },
  exitCodes: { ja: "終了コード:", en: "Exit codes:" },
} as const satisfies Record<string, Text>;

/** `--help`: every flag, and every exit code with its meaning. */
export function printHelp(output: Output): ExitCode {
  const { language } = output;
  const width = Math.max(...FLAGS.map(([flag]) => flag.length));
  const text = [
    `hakko ${VERSION}`,
    TEXTS.usage[language],
    "",
    TEXTS.options[language],
    ...FLAGS.map(([flag, what]) => `  ${flag.padEnd(width)}  ${what[language]}`),
    "",
    TEXTS.exitCodes[language],
    ...Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code}  ${meaning[language]}`),
  ].join("\n");
  output.result({ help: text }, text);
  return 0;
}
