/** The manual's chapter 3.1.1: certificates and their end. */
import type { HelpEntry } from "./types.ts";

/** Windows first, because most people have it. */
export const HOW_TO_SEE_CERTIFICATES = [
  {
    ja:
      "この画面の「証明書取得」に戻ると、「証明書一覧」に氏名、シリアル番号、発行日、有効期限が表示されます。",
    en: "Go back to “Certificates” on this page: the list shows name, serial number, date of issue and end.",
  },
  {
    ja:
      "Windowsでは、「インターネット オプション」を検索して開き、「コンテンツ」タブの「証明書」を押すと、「個人」タブに本人の証明書が表示されます。証明書を選択して「表示」を押すと、「全般」タブで有効期間を確認できます。",
    en:
      "On Windows, search for “Internet Options”, open the “Content” tab and press “Certificates”: your own are on the “Personal” tab. Select one and press “View” to see its validity on the “General” tab.",
  },
  {
    ja:
      "Linuxでは、ChromiumまたはGoogle Chromeの設定で「証明書」を検索し、「証明書の管理」を開くと、本人の証明書が表示されます。",
    en:
      "On Linux, search the settings of Chromium or Google Chrome for “certificates” and open “Manage certificates”: your own are listed there.",
  },
] as const;

/** What somebody with an expired or lost certificate does. */
export const REVOKE_AND_ISSUE = {
  ja:
    "管理者ユーザまたはお問合せ窓口に電子証明書の失効を依頼し、失効後に「証明書発行」から新しい電子証明書を取得してください。",
  en:
    "Ask an administrator user or the support desk to revoke the certificate, then acquire a new one with “Issue certificate”.",
} as const;

export const CERTIFICATE_QUESTIONS: readonly HelpEntry[] = [
  {
    id: "what-is-expiry",
    kind: "question",
    title: {
      ja: "電子証明書の有効期限とは何ですか。",
      en: "What is the end of a certificate’s validity?",
    },
    body: [
      {
        ja: "有効期限が過ぎる前に、「証明書更新」から新しい電子証明書に更新してください。",
        en: "Renew the certificate with “Renew certificate” before that day.",
      },
      {
        ja:
          "有効期限とは、電子証明書を利用できなくなる日時のことです。有効期限が過ぎた電子証明書はご利用になれません。",
        en: "It is the time from which the certificate can no longer be used.",
      },
    ],
    checks: ["certificate-expiry"],
  },
  {
    id: "after-expiry",
    kind: "question",
    title: {
      ja: "電子証明書の有効期限が切れるとどうなりますか。",
      en: "What happens when the certificate has expired?",
    },
    body: [
      REVOKE_AND_ISSUE,
      {
        ja: "有効期限が切れると、電子証明書を利用したログインができなくなります。更新もできません。",
        en: "An expired certificate can neither be used to log in nor be renewed.",
      },
    ],
    checks: ["certificate-expiry"],
  },
  {
    id: "see-expiry",
    kind: "question",
    title: {
      ja: "電子証明書の有効期限はどのようにしたら確認できますか。",
      en: "How can I see when the certificate expires?",
    },
    body: HOW_TO_SEE_CERTIFICATES,
    checks: ["certificate", "certificate-expiry"],
  },
  {
    id: "validity",
    kind: "question",
    title: {
      ja: "電子証明書の有効期間はどのくらいですか。",
      en: "How long is a certificate valid?",
    },
    body: [{
      ja: "電子証明書を発行してから1年(366日)間です。",
      en: "One year (366 days) from its issue.",
    }],
    checks: ["certificate-expiry"],
  },
  {
    id: "renewal-opens",
    kind: "question",
    title: {
      ja: "電子証明書の更新はいつからできますか。",
      en: "When can the certificate be renewed?",
    },
    body: [
      {
        ja:
          "電子証明書の有効期限が切れる{renewalDays}日前から更新できます。証明書一覧で更新する証明書を選択し、「証明書更新」を押してください。",
        en: "From {renewalDays} days before it expires: select it in the list and press “Renew certificate”.",
      },
      {
        ja: "証明書一覧の「更新」欄に、更新できるようになる日が表示されます。",
        en: "The column “Renewal” of the list shows the day from which it can be renewed.",
      },
    ],
    checks: ["certificate-expiry"],
  },
  {
    id: "renew-expired",
    kind: "question",
    title: {
      ja: "証明書の有効期限が切れてしまいましたが、更新できますか。",
      en: "The certificate has expired. Can it still be renewed?",
    },
    body: [
      REVOKE_AND_ISSUE,
      {
        ja:
          "有効期限の切れた電子証明書は更新できません。管理権限を有するユーザ(管理者ユーザ)を登録している場合は、管理者ユーザが失効の手続きを行えます。マスターユーザのみを登録している場合は、お問合せ窓口へご連絡ください。",
        en:
          "An expired certificate cannot be renewed. An administrator user of your company can revoke it; where only the master user is registered, call the support desk.",
      },
    ],
    checks: ["certificate-expiry", "clock"],
  },
  {
    id: "expired-deleted",
    kind: "question",
    title: {
      ja: "有効期限が終了した証明書は自動的に削除されるのでしょうか。",
      en: "Is an expired certificate deleted by itself?",
    },
    body: [
      {
        ja: "自動的には削除されません。残っていても問題はないため、操作は必要ありません。",
        en: "No. It does no harm where it is, so there is nothing to do.",
      },
      {
        ja:
          "有効期限の切れた証明書は、このアプリの「証明書一覧」には表示されませんが、ブラウザやパソコンの証明書の一覧には表示されます。",
        en:
          "The list of this application leaves expired certificates out; the lists of the browser and of the PC show them.",
      },
      {
        ja: "削除方法は、{service}のお知らせ欄をご確認ください。",
        en: "How to delete it is described in the notices of {service}.",
      },
    ],
    checks: [],
  },
];
