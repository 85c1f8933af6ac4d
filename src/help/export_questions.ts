/** The manual's chapter 3.1.3: export, backup and other PCs. */
import { REVOKE_AND_ISSUE } from "./certificate_questions.ts";
import type { HelpEntry } from "./types.ts";

export const EXPORT_QUESTIONS: readonly HelpEntry[] = [
  {
    id: "what-is-export",
    kind: "question",
    title: {
      ja: "電子証明書のエクスポートとは何ですか。",
      en: "What does it mean to export a certificate?",
    },
    body: [
      {
        ja:
          "本サービスでは、エクスポートは必要ありません。電子証明書は、取得したパソコンでそのままご利用ください。",
        en: "You do not need it: use the certificate on the PC on which it was acquired.",
      },
      {
        ja:
          "エクスポートとは、電子証明書をファイルに出力することです。秘密鍵と一緒に出力する方法と、証明書のみを出力する方法があります。",
        en:
          "It means to write the certificate to a file: either together with its private key, or the certificate alone.",
      },
      {
        ja:
          "本サービスの電子証明書は、証明書のみを出力できます。出力したファイルでログインすることはできず、バックアップにもなりません。",
        en:
          "Only the certificate alone can be exported here. Such a file can neither be used to log in nor serve as a backup.",
      },
    ],
    checks: [],
  },
  {
    id: "backup",
    kind: "question",
    title: {
      ja: "電子証明書のバックアップを取ることはできますか。",
      en: "Can I make a backup of the certificate?",
    },
    body: [
      {
        ja:
          "バックアップを取ることはできません。電子証明書が使用できなくなったときは、管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。",
        en:
          "No. When a certificate can no longer be used, ask an administrator user or the support desk to revoke it, then acquire a new one.",
      },
      {
        ja: "安全のため、電子証明書の秘密鍵は、取得したパソコンの外に出せないようになっています。",
        en: "For your safety, the private key cannot leave the PC on which it was made.",
      },
    ],
    checks: [],
  },
  {
    id: "export-key",
    kind: "question",
    title: {
      ja:
        "秘密鍵を含んだ証明書のエクスポートをしたいのですが、エクスポートウィザードで「はい、秘密キーをエクスポートします」が選択できません。",
      en: "The export wizard does not let me choose “Yes, export the private key”.",
    },
    body: [
      {
        ja:
          "本サービスでは、秘密鍵を含んだ電子証明書のエクスポートはできません。別のパソコンで使うときは、失効後にそのパソコンで取得してください。",
        en:
          "The private key cannot be exported. For another PC, have the certificate revoked and acquire a new one there.",
      },
    ],
    checks: [],
  },
  {
    id: "other-pc",
    kind: "question",
    title: {
      ja: "現在使用している電子証明書を他のPCで使うことはできますか。",
      en: "Can I use my certificate on another PC?",
    },
    body: [
      {
        ja:
          "他のPCで使うことはできません。他のPCで作業を行うときは、現在の電子証明書の失効を依頼し、失効後にそのPCの「証明書発行」から取得してください。",
        en:
          "No. To work on another PC, have the present certificate revoked and acquire a new one with “Issue certificate” on that PC.",
      },
      {
        ja: "両方のPCで使うときは、別のユーザを登録し、そのユーザで証明書を発行してください。",
        en: "To work on both, register another user and issue a certificate for that user.",
      },
    ],
    checks: ["certificate"],
  },
];

export const OTHER_QUESTIONS: readonly HelpEntry[] = [
  {
    id: "os-reinstalled",
    kind: "question",
    title: {
      ja: "OSの再インストール後、電子証明書が無くなりました。",
      en: "The certificate is gone since the operating system was installed again.",
    },
    body: [REVOKE_AND_ISSUE],
    checks: ["certificate"],
  },
  {
    id: "pc-repaired",
    kind: "question",
    title: {
      ja: "PCを修理に出したところ電子証明書が利用できなくなりました。",
      en: "The certificate cannot be used since the PC was repaired.",
    },
    body: [
      {
        ja: "「このパソコンを確認する」を押し、電子証明書と秘密鍵が残っているかご確認ください。",
        en: "Press “Check this PC” to see whether the certificate and its key are still here.",
      },
      {
        ja: "OSの再インストールなどにより、電子証明書が削除されたり、破損したりしている可能性があります。",
        en: "It may have been deleted, for example with the operating system, or damaged.",
      },
      {
        ja: `その場合は、${REVOKE_AND_ISSUE.ja}`,
        en: `In this case: ${REVOKE_AND_ISSUE.en}`,
      },
    ],
    checks: ["certificate", "certificate-key", "keystore"],
  },
  {
    id: "not-verified",
    kind: "question",
    title: {
      ja: "証明書のプロパティに「情報不足のため、この証明書を検証できません」と表示されています。",
      en: "The properties of the certificate say that there is not enough information to verify it.",
    },
    body: [
      {
        ja: "このままご利用ください。動作やセキュリティに問題はありません。",
        en: "Go on using it: nothing is wrong.",
      },
      {
        ja: "本サービスの仕様上このように表示されますが、電子証明書の検証はセンター側で行われています。",
        en: "Windows shows this because the certificate is verified by the service, not by the PC.",
      },
    ],
    checks: ["certificate-chain", "certificate-revocation"],
  },
];
