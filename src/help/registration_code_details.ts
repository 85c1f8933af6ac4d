/** `H1…` and `H2…`: what the authority and the bank's login page refuse. */
import type { ErrorKey } from "../errors.ts";
import type { CodeDetails } from "./code_details.ts";

const CLOCK = {
  ja:
    "パソコンの日付と時刻が正しくないと、日数が誤って表示されることがあります。日付と時刻をご確認ください。",
  en: "With a wrong date on this PC the days are counted wrongly: check date and time.",
} as const;

export const REGISTRATION_CODE_DETAILS: { readonly [K in ErrorKey]?: CodeDetails } = {
  "registration/wrong-credentials": {
    more: [{
      ja:
        "{service}で使用するログインIDとログインパスワードです。大文字と小文字の違い、CapsLockキー、全角で入力していないかをご確認ください。",
      en:
        "They are the login ID and the login password of {service}. Check upper and lower case, Caps Lock and full-width characters.",
    }],
  },
  "registration/locked": {
    more: [{
      ja: "ログインパスワードをお忘れのときは、管理者ユーザまたはお問合せ窓口へご確認ください。",
      en: "If you have forgotten the login password, ask an administrator user or the support desk.",
    }],
  },
  "registration/already-issued": {
    more: [{
      ja:
        "1つのログインIDで利用できる電子証明書は1つです。別のパソコンで取得していないか、取得したときと同じユーザでサインインしているかをご確認ください。",
      en:
        "A login ID has one certificate at a time. Was it acquired on another PC, or by another user of this PC?",
    }],
    checks: ["certificate", "certificate-key", "user"],
  },
  "registration/enrolment-expired": {
    more: [{
      ja: "認証を始めてから時間がたつと、安全のため受付を終わります。",
      en: "For your safety the authority waits for a limited time only.",
    }],
    checks: ["clock"],
  },
  "registration/csr-refused": { checks: ["version", "log"] },
  "registration/confirmation-refused": { checks: ["certificate-key", "log"] },
  "authority/malformed-request": { checks: ["version", "log"] },
  "authority/request-too-large": { checks: ["version", "log"] },
  "registration/wrong-answer": {
    more: [{
      ja:
        "トークンに表示されている番号は、一定の時間で変わります。時刻同期の画面では、「現在」と「1分後」の2つの番号を続けて入力してください。",
      en:
        "The token’s number changes after a while. Where two numbers are asked for, enter the one that is shown now, then the one of a minute later.",
    }],
  },
  "registration/renewal-too-early": { more: [CLOCK], checks: ["certificate-expiry", "clock"] },
  "registration/renewal-expired": { more: [CLOCK], checks: ["certificate-expiry", "clock"] },
  "registration/renewal-revoked": { checks: ["certificate-revocation"] },
  "registration/renewal-superseded": { checks: ["certificate", "certificate-key", "user"] },
  "registration/renewal-unknown": { checks: ["certificate", "certificate-chain"] },
  "registration/renewal-refused": { checks: ["certificate-key", "version", "log"] },

  "login/certificate-missing": { checks: ["certificate", "certificate-key", "browsers", "user"] },
  "login/certificate-foreign": { checks: ["certificate", "certificate-chain"] },
  "login/certificate-expired": { checks: ["certificate-expiry", "clock"] },
  "login/certificate-revoked": { checks: ["certificate-revocation"] },
  "login/certificate-superseded": { checks: ["certificate", "browsers"] },
  "login/certificate-unknown": { checks: ["certificate", "certificate-chain"] },
};
