/** `H3…` to `H9…`: network, keystore, this PC and the application itself. */
import type { ErrorKey } from "../errors.ts";
import type { CodeDetails } from "./code_details.ts";
import { CONNECTION_CHECKS } from "./manual_code_details.ts";

const SET_CLOCK = {
  ja: "Windowsでは、「設定」の「時刻と言語」から「日付と時刻」を開き、「今すぐ同期」を押してください。",
  en: "On Windows, open “Time & language”, then “Date & time” in the settings and press “Sync now”.",
} as const;

const SAME_USER = {
  ja:
    "証明書を取得したパソコンに、取得したときと同じユーザでサインインしているかご確認ください。秘密鍵は、ほかのパソコンやほかのユーザには移りません。",
  en:
    "Check that this is the PC on which the certificate was acquired, and the same user: the key does not move to other PCs or users.",
} as const;

/** For whoever looks after the company's network. */
const ADDRESS = {
  ja: "認証局のURL: {authorityUrl}",
  en: "Address of the authority: {authorityUrl}",
} as const;

export const DEVICE_CODE_DETAILS: { readonly [K in ErrorKey]?: CodeDetails } = {
  "issuance/answer-distrusted": {
    more: [{
      ja: "安全のため、証明書は取り込まれていません。今お使いの証明書は、そのままご利用いただけます。",
      en: "For your safety nothing was stored. A certificate that you have goes on working.",
    }],
    checks: ["tls-inspection", "authority-tls", "clock", "log"],
  },
  "network/untrusted-authority": {
    more: [{
      ja:
        "社内ネットワークの機器やセキュリティソフトが通信を検査(復号)していると表示されます。担当者には、次のURLを検査の対象から外すようお伝えください: {authorityUrl}",
      en:
        "Equipment of the company’s network, or security software, decrypts the traffic. Ask for an exception for this address: {authorityUrl}",
    }],
    checks: ["authority-tls", "tls-inspection", "proxy", "clock"],
  },
  "network/unreadable-answer": {
    more: [{
      ja: "社内ネットワークの機器が、認証局の代わりに別のページを返している可能性があります。",
      en: "Equipment of the company’s network may answer in the authority’s place.",
    }],
    checks: [...CONNECTION_CHECKS, "log"],
  },
  "issuance/already-held": { checks: ["certificate", "certificate-expiry"] },
  "issuance/clock-wrong": { more: [SET_CLOCK], checks: ["clock"] },
  "network/certificate-dates": { more: [SET_CLOCK], checks: ["clock", "authority-tls"] },
  "network/proxy-unreachable": { checks: ["proxy", "authority-name", "authority-tcp"] },
  "network/proxy-credentials-needed": {
    more: [{
      ja:
        "お勤め先のプロキシサーバのユーザ名とパスワードです。わからないときは、社内ネットワークの担当者へご確認ください。",
      en:
        "They are those of your company’s proxy server. If you do not know them, ask your network administrator.",
    }],
    checks: ["proxy"],
  },
  "network/proxy-scheme": { more: [ADDRESS], checks: ["proxy"] },
  "network/inspected": { more: [ADDRESS], checks: ["tls-inspection", "authority-tls", "proxy"] },
  "network/proxy-unusable": { checks: ["proxy"] },
  "network/proxy-refused": { more: [ADDRESS], checks: ["proxy"] },
  "network/proxy-untrusted": { checks: ["proxy", "clock"] },
  "issuance/nothing-to-renew": { more: [SAME_USER], checks: ["certificate", "certificate-key", "user"] },
  "issuance/foreign-certificate": { checks: ["certificate", "certificate-chain"] },

  "keystore/tool-missing": { checks: ["keystore"] },
  "keystore/locked": { checks: ["keystore"] },
  "keystore/not-found": { more: [SAME_USER], checks: ["certificate", "user"] },
  "keystore/unsupported": { checks: ["keystore", "version"] },
  "keystore/unusable": {
    more: [{
      ja: "空き容量が足りないとき、または証明書を扱うほかのソフトウェアが影響しているときにも表示されます。",
      en: "A full disk, or other software that handles certificates, can be the cause as well.",
    }],
    checks: ["keystore", "disk", "user", "conflicting-software"],
  },
  "keystore/key-missing": {
    more: [SAME_USER],
    checks: ["certificate-key", "certificate", "user", "remote-desktop"],
  },
  "keystore/key-unusable": { checks: ["certificate-key", "keystore", "conflicting-software"] },

  "profile/invalid": { checks: ["version"] },
  "state/not-writable": { checks: ["disk", "log", "user"] },
  "app/not-answering": { checks: ["version"] },
  "reminder/unavailable": { checks: ["user"] },

  "pki/malformed": { checks: ["version", "log"] },
  "pki/weak-key": { checks: ["version", "log"] },
  "internal/unexpected": {
    more: [{
      ja:
        "「お問合せ窓口に送るファイルを作る」でファイルを保存し、表示されたお問合せ番号と一緒にお伝えください。",
      en:
        "Save the file under “Make a file for the support desk” and send it together with the reference number that was shown.",
    }],
    checks: ["keystore", "disk", "log", "version"],
  },
};
