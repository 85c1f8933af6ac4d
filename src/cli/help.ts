import { VERSION } from "../config.ts";
import type { Language, Text } from "../errors.ts";
import { ANSWER_SECONDS } from "./answer_command.ts";
import { EXIT_CODES, type ExitCode, NEEDS_RENEWAL_CODES } from "./exit_codes.ts";
import type { Output } from "./output.ts";

const FLAGS: readonly (readonly [flag: string, what: Text])[] = [
  ["--issue", { ja: "画面を開かずに証明書を発行します", en: "Issue a certificate without opening the page" }],
  ["  --login-id ID", { ja: "ログインID", en: "The login ID" }],
  ["  --again", {
    ja: "有効な証明書がこのパソコンにあっても発行します",
    en: "Issue although a valid certificate is on this PC",
  }],
  ["--renew", {
    ja: "更新できる証明書を、画面を開かずに更新します",
    en: "Renew the certificate that is due, without opening the page",
  }],
  ["  --serial HEX", {
    ja: "証明書をシリアル番号で指定します(--needs-renewal にも使えます)",
    en: "The certificate with this serial number; also with --needs-renewal",
  }],
  ["  --if-due", {
    ja: "更新の時期でなければ、何もせず正常終了します",
    en: "Do nothing and succeed when nothing is due",
  }],
  ["  --password-stdin", {
    ja: "ログインパスワードを標準入力の1行目から読み取ります(--issue、--renew)",
    en: "Read the login password from the first line of stdin (--issue, --renew)",
  }],
  ["  --otp-command CMD", {
    ja: "パスワード以外の認証に、コマンドの出力で答えます(--issue、--renew)",
    en: "Answer all steps but the password with what a command prints (--issue, --renew)",
  }],
  ["--needs-renewal", {
    ja: "更新が必要かどうかを、終了コードだけで答えます",
    en: "Tell by the exit code alone whether a certificate is due",
  }],
  ["--list", { ja: "このユーザの証明書を一覧表示します", en: "List this user's certificates" }],
  ["--remind on|off", {
    ja: "有効期限が近づいたときのお知らせを設定、解除します",
    en: "Turn on or off the notices before a certificate expires",
  }],
  ["--remind test", { ja: "お知らせを一度表示します", en: "Show such a notice now" }],
  ["--remind check", {
    ja: "有効期限を確認し、必要ならお知らせを表示します",
    en: "Check the dates, and show a notice if one is due",
  }],
  ["--status", {
    ja: "証明書、お知らせの設定と確認日時、ログの場所を表示します",
    en: "Show certificates, notices with their last and next check, and the log's place",
  }],
  ["--doctor", {
    ja: "問題の原因を調べ、対処方法を表示します(異常があれば終了コード1)",
    en: "Look for the cause of a problem and say what to do; exit code 1 if a check fails",
  }],
  ["--support-bundle FILE", {
    ja: "お問合せ窓口に送るファイル(ZIP)を作成します",
    en: "Make the file (ZIP) for the support desk",
  }],
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
  ["--proxy URL|direct", {
    ja: "プロキシサーバを指定します、または使用しません",
    en: "Use this proxy, or none",
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
  otpCommand: {
    ja: `--otp-command のコマンドは、シェルで実行されます。HAKKO_STEP に認証の種類(transaction、otp、
otp-time-sync、question)、HAKKO_LOGIN_ID にログインIDが入り、標準入力に2次元コードの内容または質問が渡されます。
入力欄ごとに1行ずつ、${ANSWER_SECONDS}秒以内に出力してください。`,
    en: `The command of --otp-command runs in a shell. HAKKO_STEP holds the kind of step (transaction, otp,
otp-time-sync, question), HAKKO_LOGIN_ID the login ID; the 2D code's text or the question comes on stdin.
It prints one line per field, within ${ANSWER_SECONDS} seconds.`,
  },
  environment: { ja: "環境変数:", en: "Environment:" },
  password: { ja: "ログインパスワード(--issue、--renew)", en: "The login password (--issue, --renew)" },
  proxyUser: { ja: "プロキシのユーザ名", en: "The user name at the proxy" },
  proxyPassword: { ja: "プロキシのパスワード", en: "The password at the proxy" },
  nssDatabase: { ja: "NSSデータベースのフォルダ", en: "Folder of the NSS database" },
  needsRenewal: { ja: "--needs-renewal の終了コード:", en: "Exit codes of --needs-renewal:" },
  exitCodes: { ja: "終了コード:", en: "Exit codes:" },
} as const satisfies Record<string, Text>;

/** `--help`: every flag, and every exit code with its meaning. */
export function printHelp(output: Output): ExitCode {
  const { language } = output;
  const width = Math.max(...FLAGS.map(([flag]) => flag.length));
  const variables = [
    ["HAKKO_PASSWORD", TEXTS.password],
    ["HAKKO_PROXY_USER", TEXTS.proxyUser],
    ["HAKKO_PROXY_PASSWORD", TEXTS.proxyPassword],
    ["HAKKO_NSS_DB", TEXTS.nssDatabase],
  ] as const;
  const text = [
    `hakko ${VERSION}`,
    TEXTS.usage[language],
    "",
    TEXTS.options[language],
    ...FLAGS.map(([flag, what]) => `  ${flag.padEnd(width)}  ${what[language]}`),
    "",
    TEXTS.otpCommand[language],
    "",
    TEXTS.environment[language],
    ...variables.map(([name, what]) => `  ${name.padEnd(width)}  ${what[language]}`),
    "",
    TEXTS.exitCodes[language],
    ...exitCodeLines(EXIT_CODES, language),
    "",
    TEXTS.needsRenewal[language],
    ...exitCodeLines(NEEDS_RENEWAL_CODES, language),
  ].join("\n");
  output.result({ help: text }, text);
  return 0;
}

function exitCodeLines(codes: Readonly<Record<number, Text>>, language: Language): string[] {
  const width = Math.max(...Object.keys(codes).map((code) => code.length));
  return Object.entries(codes).map(([code, meaning]) => `  ${code.padStart(width)}  ${meaning[language]}`);
}
