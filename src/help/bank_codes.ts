/** Chapter 3.2: the codes that the bank's own pages show when a renewal ends there. */
import type { HelpEntry } from "./types.ts";

const ENDED_ABNORMALLY = {
  ja: "証明書更新ボタンをクリックした後、異常終了画面 (CCHK902)が表示される。",
  en: "After “Renew certificate” was pressed, the bank’s page ended abnormally (CCHK902).",
} as const;

const STILL = {
  ja:
    "確認してもログインできないときは、「お問合せ窓口に送るファイルを作る」でファイルを保存し、お問合せ窓口へご連絡ください。",
  en:
    "If you still cannot log in, save the file under “Make a file for the support desk” and call the support desk.",
} as const;

export const BANK_CODES: readonly HelpEntry[] = [
  {
    id: "BZBE001011",
    kind: "code",
    code: "BZBE001011",
    title: ENDED_ABNORMALLY,
    body: [
      {
        ja: "パソコンを再起動してから、もう一度操作してください。",
        en: "Restart the PC, then try again.",
      },
      {
        ja: "ブラウザでJavaScriptが有効(ON)になっているかご確認ください。",
        en: "Check that JavaScript is on in the browser.",
      },
      {
        ja: "「HP SimplePass PE 2011」がインストールされていないかご確認ください。",
        en: "Check whether “HP SimplePass PE 2011” is installed.",
      },
      {
        ja:
          "ブラウザに問題となるアドオン(拡張機能)や、不正なソフトウェア(ウイルス、スパイウェア、アドウェアなど)が組み込まれていないかご確認ください。",
        en: "Check the browser’s add-ons, and the PC for viruses, spyware and adware.",
      },
      STILL,
    ],
    checks: ["conflicting-software", "browsers", "certificate", "certificate-key"],
  },
  {
    id: "BZBE011008",
    kind: "code",
    code: "BZBE011008",
    title: ENDED_ABNORMALLY,
    body: [
      {
        ja: "ブラウザをすべて閉じてから開き直し、正しい電子証明書を選択してください。",
        en: "Close all browser windows, open the page again and choose the right certificate.",
      },
      {
        ja: "証明書のインストールに失敗していないかご確認ください。",
        en: "Check whether the certificate was stored properly.",
      },
      {
        ja: "失効した証明書を選択していないかご確認ください。",
        en: "Check whether the certificate that you chose has been revoked.",
      },
      STILL,
    ],
    checks: ["certificate", "certificate-key", "certificate-chain", "certificate-revocation", "browsers"],
  },
];
