/** The words of the software token page; those that its script needs travel with the page. */
import type { Text } from "../../errors.ts";

export const TOKEN_TEXTS = {
  title: { ja: "ソフトウェアトークン", en: "Software token" },
  lead: {
    ja:
      "スマートフォンや専用機器の代わりに使う、デモ専用のトークンです。実際のトークンは本人だけが持ちます。",
    en:
      "Stands in for a phone or a hardware token, in the demo only. Real tokens are in their owner's hands alone.",
  },
  needsScript: {
    ja: "このページを使うには、ブラウザのJavaScriptを有効にしてください。",
    en: "This page needs JavaScript: switch it on in the browser.",
  },
  account: { ja: "利用者", en: "Account" },
  addToken: { ja: "トークンを追加する", en: "Add a token" },
  tokenAddress: { ja: "認証アプリ用のアドレス", en: "Address for authenticator apps" },
  tokenAddressHint: {
    ja: "otpauth:// で始まる文字列です。このタブを閉じるまで保存されます。",
    en: "The text that begins with otpauth://. It is kept until this tab is closed.",
  },
  add: { ja: "追加", en: "Add" },
  kinds: { ja: "トークンの種類", en: "Kind of token" },
  otp: { ja: "ワンタイムパスワード", en: "One-time password" },
  timeSync: { ja: "時刻同期", en: "Time-synchronous" },
  transaction: { ja: "トランザクション認証", en: "Transaction" },
  otpNote: {
    ja: "「ワンタイムパスワード」欄に入力してください。1つの番号は1回だけ使えます。",
    en: "Enter it as the one-time password. Each number works once.",
  },
  timeSyncNote: {
    ja: "「現在」と「1分後」の欄に、表示中の2つの番号を入力してください。",
    en: "Enter both numbers: the one of now, and the one of the next minute.",
  },
  current: { ja: "現在", en: "Now" },
  next: { ja: "1分後", en: "In 1 minute" },
  copy: { ja: "コピー", en: "Copy" },
  readCode: { ja: "二次元コードを読み取る", en: "Read the 2D code" },
  codeText: { ja: "二次元コードの文字列", en: "Text of the 2D code" },
  codeTextHint: {
    ja: "HAKKO-TX1 で始まる文字列です。画像をこのページに貼り付けることもできます。",
    en: "The text that begins with HAKKO-TX1. You may also paste an image into this page.",
  },
  read: { ja: "読み取る", en: "Read" },
  imageFile: { ja: "二次元コードの画像ファイル", en: "Image file of the 2D code" },
  camera: { ja: "カメラで読み取る", en: "Read with the camera" },
  stopCamera: { ja: "カメラを止める", en: "Stop the camera" },
  cameraPicture: { ja: "カメラの映像", en: "Camera picture" },
  transactionDetails: { ja: "取引の内容", en: "The transaction" },
  checkFirst: {
    ja:
      "ご自身が行った操作と同じ内容か、確認してください。心当たりがないときは、番号を入力しないでください。",
    en: "Check that this is what you are doing. If it is not, do not enter the number anywhere.",
  },
  operation: { ja: "操作", en: "What is done" },
  institution: { ja: "金融機関", en: "Institution" },
  loginId: { ja: "ログインID", en: "Login ID" },
  name: { ja: "氏名", en: "Name" },
  serial: { ja: "更新する証明書のシリアル番号", en: "Serial number of the certificate to renew" },
  transactionNumber: { ja: "トランザクション認証番号", en: "Transaction number" },

  secondsLeft: { ja: "あと{seconds}秒", en: "{seconds} s left" },
  noToken: {
    ja: "この利用者は、このトークンを持っていません。ほかの利用者またはトークンの種類を選択してください。",
    en: "This account has no such token. Choose another account or kind of token.",
  },
  copiedShort: { ja: "コピー済み", en: "Copied" },
  copied: { ja: "コピーしました。", en: "Copied." },
  issue: { ja: "電子証明書の発行", en: "Issuing a certificate" },
  renew: { ja: "電子証明書の更新", en: "Renewing a certificate" },
  notTransaction: {
    ja:
      "取引の内容を読み取れないため、番号を表示しません。アプリの画面の二次元コードを、もう一度読み取ってください。",
    en: "No number: this is not a transaction that can be read. Read the 2D code on the app's page again.",
  },
  otherAccount: {
    ja:
      "この取引は「{theirs}」のものです。選択中の利用者は「{ours}」のため、番号を表示しません。ご自身の取引であれば、利用者を選択し直してください。",
    en:
      "No number: this transaction is of “{theirs}”, and the token is of “{ours}”. If it is yours, choose the account.",
  },
  noCodeInImage: {
    ja: "画像に二次元コードが見つかりません。二次元コード全体が鮮明に写っている画像を選択してください。",
    en: "There is no 2D code in this image. Choose one that shows all of it, and clearly.",
  },
  noImage: {
    ja: "画像として開けません。PNGまたはJPEGの画像を選択してください。",
    en: "This is not an image. Choose a PNG or JPEG file.",
  },
  cameraFailed: {
    ja: "カメラを使用できません。画像ファイルまたは文字列で読み取ってください。",
    en: "The camera cannot be used. Read from an image file or from the text instead.",
  },
  notTokenAddress: {
    ja: "トークンとして追加できません。otpauth://totp/ で始まるアドレスを入力してください。",
    en: "Cannot add this: enter an address that begins with otpauth://totp/.",
  },
  added: { ja: "追加しました。", en: "Added." },
} as const satisfies Record<string, Text>;

/** One language's words. */
export type TokenWords = Readonly<Record<keyof typeof TOKEN_TEXTS, string>>;
