/** Chapter 3.2: the codes of the manual, `G001e` to `G021e`. */
import type { ErrorKey } from "../errors.ts";
import type { CodeDetails } from "./code_details.ts";

/** Whether the authority can be reached at all, in the order in which a connection is made. */
export const CONNECTION_CHECKS = [
  "authority-name",
  "authority-tcp",
  "proxy",
  "authority-tls",
  "tls-inspection",
  "authority-http",
] as const;

export const MANUAL_CODE_DETAILS: { readonly [K in ErrorKey]?: CodeDetails } = {
  "keystore/import-failed": {
    more: [
      {
        ja:
          "証明書ストアに書き込めないとき、または取り込んだ証明書の秘密鍵を使用できないときに表示されます。空き容量や、証明書を扱うほかのソフトウェアが影響することがあります。",
        en:
          "The keystore could not be written to, or the key could not be used afterwards. A full disk, or other software that handles certificates, may be the cause.",
      },
      {
        ja: "発行された証明書は無駄になりません。もう一度同じログインIDで認証すると、続きから再開します。",
        en:
          "The certificate that was issued is not lost: authenticate again with the same login ID, and it goes on where it stopped.",
      },
    ],
    checks: ["keystore", "disk", "user", "conflicting-software"],
  },
  "update/download-failed": { checks: [...CONNECTION_CHECKS, "disk", "version"] },
  "update/version-unknown": {
    more: [{
      ja: "ファイアウォールやセキュリティソフトで、このアプリからの通信が許可されているかご確認ください。",
      en: "Check that the firewall and the security software let this application use the network.",
    }],
    checks: [...CONNECTION_CHECKS, "version"],
  },
  "registration/unsupported-step": {
    more: [{
      ja: "認証局が、このバージョンのアプリにない操作を求めています。",
      en: "The authority asks for a step that this version of the application does not know.",
    }],
    checks: ["version", "log"],
  },
  "authority/unavailable": {
    more: [{
      ja: "認証局のメンテナンス中か、認証局で問題が起きています。入力の誤りではありません。",
      en: "The authority is under maintenance or has a problem of its own: your input was not wrong.",
    }],
    checks: ["authority-http", "log"],
  },
  "input/invalid": {
    more: [{
      ja: "入力欄の下に、修正が必要な内容が表示されます。",
      en: "What has to be corrected stands below each field.",
    }],
  },
  "update/downloaded": { checks: ["version"] },
  "authority/busy": {
    more: [
      {
        ja: "「このパソコンを確認する」を押すと、どこで通信が止まっているかが表示されます。",
        en: "“Check this PC” shows where the connection stops.",
      },
      {
        ja:
          "パソコンがネットワークに接続されていないとき、社内ネットワークが認証局との通信を許可していないとき、または認証局が混み合っているときに表示されます。",
        en:
          "The PC is not connected, the company’s network does not let the connection through, or the authority is busy.",
      },
    ],
    checks: CONNECTION_CHECKS,
  },
  "proxy/credentials-refused": {
    more: [{
      ja:
        "お勤め先のプロキシサーバのユーザ名とパスワードです。{service}のログインIDとログインパスワードではありません。最近パスワードを変更していないかもご確認ください。",
      en:
        "They are those of your company’s proxy server, not the login ID and the login password of {service}. Has the password been changed lately?",
    }],
    checks: ["proxy"],
  },
  "registration/token-not-registered": {},
  "install/failed": { checks: ["disk", "user", "version"] },
};
