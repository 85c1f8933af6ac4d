/** The words of the bank's pages, in every language. The catalogue has those of the errors. */
import type { AppError, Language, Text } from "../../errors.ts";
import { formatInstant } from "./dates.ts";

export const TEXTS = {
  demo: { ja: "デモ", en: "Demo" },
  demoNote: {
    ja: "これはデモ用のページです。実在の金融機関のサービスではありません。",
    en: "These pages are a demonstration and no real bank's service.",
  },
  skip: { ja: "本文へ", en: "Skip to content" },
  languages: { ja: "表示言語", en: "Language" },
  support: { ja: "お問合せ窓口", en: "Support desk" },
  backToLogin: { ja: "ログインページへ", en: "To the login page" },

  login: { ja: "ログイン", en: "Log in" },
  loginWithCertificate: { ja: "電子証明書方式", en: "With a certificate" },
  loginWithCertificateLead: {
    ja:
      "このパソコンに取得した電子証明書でログインします。ブラウザが確認画面を表示したら、ご自身の電子証明書を選択してください。",
    en: "Log in with the certificate on this PC. When the browser asks which one, choose yours.",
  },
  firstTime: { ja: "はじめてご利用の方", en: "First time here" },
  firstTimeLead: {
    ja: "電子証明書をお持ちでないときは、先に電子証明書を取得してください。",
    en: "If you have no certificate yet, get one first.",
  },
  issueCertificate: { ja: "電子証明書発行", en: "Issue a certificate" },
  loggedOut: { ja: "ログアウトしました。", en: "You are logged out." },
  closeBrowser: {
    ja:
      "ブラウザは選択した電子証明書を覚えています。終了するときや別の電子証明書を使うときは、開いているブラウザもすべて閉じてください。",
    en:
      "The browser remembers the certificate you chose. To finish, or to use another one, close all browser windows.",
  },

  acquire: { ja: "証明書取得認証", en: "Get a certificate" },
  acquireLead: {
    ja: "電子証明書は「{app}」で取得します。",
    en: "You get the certificate with “{app}”.",
  },
  acquireStart: { ja: "アプリを起動する", en: "Start the app" },
  acquireStartNote: {
    ja: "ブラウザが確認画面を表示したら、アプリを開くことを許可してください。",
    en: "When the browser asks, allow it to open the app.",
  },
  startApp: { ja: "証明書発行アプリの起動", en: "Start the certificate app" },
  downloadApp: { ja: "証明書発行アプリのダウンロード", en: "Download the certificate app" },
  downloadNote: {
    ja: "このパソコンにアプリがないときは、ダウンロードしてインストールしてください。",
    en: "If the app is not on this PC, download and install it.",
  },
  acquireAuthenticate: { ja: "アプリで認証する", en: "Authenticate in the app" },
  acquireAuthenticateNote: {
    ja: "アプリの「証明書発行」を押し、「ログインID」と「ログインパスワード」を入力してください。",
    en: "Press “Issue a certificate” in the app and enter your login ID and password.",
  },
  acquireLogin: { ja: "ログインする", en: "Log in" },
  acquireLoginNote: {
    ja:
      "取得が終わったら、開いているブラウザをすべて閉じ、もう一度このサービスを開いてログインしてください。",
    en: "When you have the certificate, close all browser windows, open this service again and log in.",
  },
  nothingHappens: { ja: "ボタンを押しても何も起こらないとき", en: "If nothing happens" },
  nothingHappensMenu: {
    ja: "スタートメニューから「{app}」を起動してください。",
    en: "Start “{app}” from the start menu.",
  },
  nothingHappensDemo: {
    ja: "デモでは、ターミナルに表示されたアプリのアドレスをブラウザで開いてください。",
    en: "In the demo: open the app's address, which the terminal shows, in the browser.",
  },

  top: { ja: "トップページ", en: "Home" },
  welcome: { ja: "{name} 様", en: "{name}" },
  person: { ja: "ご利用者", en: "Who is logged in" },
  name: { ja: "氏名", en: "Name" },
  company: { ja: "会社名", en: "Company" },
  loginId: { ja: "ログインID", en: "Login ID" },
  role: { ja: "利用区分", en: "Role" },
  roleUser: { ja: "一般ユーザ", en: "User" },
  roleAdministrator: { ja: "管理者ユーザ", en: "Administrator" },
  lastLogin: { ja: "前回ログイン日時", en: "Last login" },
  firstLogin: { ja: "初回のログインです", en: "This is the first login" },
  certificate: { ja: "電子証明書", en: "Certificate" },
  notAfter: { ja: "電子証明書有効期限", en: "Certificate valid until" },
  remaining: { ja: "残り日数", en: "Days left" },
  days: { ja: "{days}日", en: "{days}" },
  today: { ja: "本日まで", en: "Ends today" },
  serial: { ja: "シリアル番号", en: "Serial number" },
  logout: { ja: "ログアウト", en: "Log out" },

  oneTimePassword: { ja: "ワンタイムパスワード", en: "One-time password" },
  issueToken: { ja: "ワンタイムパスワードトークン発行", en: "Register a one-time-password token" },
  issueTokenLead: {
    ja: "認証アプリを、ワンタイムパスワードを表示するトークンとして登録します。",
    en: "Register an authenticator app as the token that shows your one-time passwords.",
  },
  issueTokenShort: {
    ja: "ワンタイムパスワードを求められる方は、先にトークンを登録してください。",
    en: "If you are asked for one-time passwords, register a token first.",
  },
  loginIdHint: { ja: "半角の英数字と記号", en: "Letters, digits and symbols" },
  loginPassword: { ja: "ログインパスワード", en: "Login password" },
  next: { ja: "次へ", en: "Next" },
  scanCode: { ja: "認証アプリで読み取る", en: "Scan with an authenticator app" },
  scanCodeNote: {
    ja: "スマートフォンの認証アプリ(TOTP対応)で、次の二次元コードを読み取ってください。",
    en: "Scan this code with an authenticator app (TOTP) on your phone.",
  },
  scanCodeAlternative: {
    ja: "二次元コード。読み取れないときは、下のキーを入力してください。",
    en: "2D code. If you cannot scan it, type in the key below.",
  },
  secretKey: { ja: "読み取れないときに入力するキー", en: "Key to type in if you cannot scan" },
  secretNote: {
    ja: "この二次元コードとキーは、ほかの人に見せないでください。",
    en: "Show this code and this key to nobody else.",
  },
  tokenAddress: { ja: "認証アプリ用のアドレス", en: "Address for authenticator apps" },
  enterFirstCode: { ja: "表示された番号を入力する", en: "Enter the number it shows" },
  enterFirstCodeNote: {
    ja: "認証アプリに表示された{digits}桁の番号を入力してください。番号が確認できると、登録が完了します。",
    en: "Enter the {digits} digits that the app shows. The token counts once they are right.",
  },
  validUntil: { ja: "この画面の有効期限", en: "This page is valid until" },
  register: { ja: "登録", en: "Register" },
  cancel: { ja: "中止", en: "Cancel" },
  tokenRegistered: {
    ja: "トークンを登録しました。",
    en: "The token is registered.",
  },
  tokenRegisteredNote: {
    ja: "次回から、認証アプリに表示されるワンタイムパスワードをご利用ください。",
    en: "From now on, use the one-time passwords that the app shows.",
  },
  required: { ja: "「{label}」を入力してください。", en: "Enter {label}" },
  tooLong: { ja: "「{label}」は{max}文字以内で入力してください。", en: "{label}: {max} characters at most" },
  wrongCharacters: {
    ja: "「{label}」に使用できない文字が含まれています。",
    en: "{label}: there are characters that cannot be used",
  },
  digitsOnly: { ja: "{digits}桁の数字で入力してください。", en: "Enter {digits} digits" },
  demoToken: { ja: "ソフトウェアトークン", en: "Software token" },
  openDemoToken: { ja: "デモ用トークンを開く", en: "Open the demo token" },
  demoTokenNote: {
    ja: "デモでは、スマートフォンや専用機器の代わりにこのページのトークンを使えます。",
    en: "In the demo, this page stands in for a phone or a hardware token.",
  },

  loginRefused: { ja: "ログインできません", en: "Cannot log in" },
  notHandled: { ja: "お取り扱いできません", en: "Cannot go on" },
  whatToDo: { ja: "対処方法", en: "What to do" },
  correlationId: { ja: "お問合せ番号", en: "Reference number" },
  time: { ja: "操作日時", en: "Time" },
} as const satisfies Record<string, Text>;

/** Puts values into a text's `{placeholders}`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** RFC 3339 in UTC: how the catalogue's values hold times. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** An error's message and advice, its times as a person reads them. */
export function wordsOf(error: AppError, language: Language): { message: string; advice: string } {
  const values = Object.fromEntries(
    Object.entries(error.values).map((
      [name, value],
    ) => [name, INSTANT.test(value) ? formatInstant(new Date(value), language) : value]),
  );
  return {
    message: fill(error.row.message[language], values),
    advice: fill(error.row.advice[language], values),
  };
}
