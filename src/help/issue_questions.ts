/** The manual's chapter 3.1.2: while a certificate is issued or renewed. */
import { HOW_TO_SEE_CERTIFICATES, REVOKE_AND_ISSUE } from "./certificate_questions.ts";
import type { HelpEntry } from "./types.ts";

export const ISSUE_QUESTIONS: readonly HelpEntry[] = [
  {
    id: "issued-not-found",
    kind: "question",
    title: {
      ja:
        "電子証明書の発行が正常に完了しましたが、ブラウザで確認したところ証明書がインストールされていません。",
      en: "The certificate was issued, but the browser does not show it.",
    },
    body: [
      {
        ja: "開いているブラウザをすべて閉じてから、もう一度開いてご確認ください。",
        en: "Close all browser windows, open the browser again and look once more.",
      },
      {
        ja:
          "電子証明書を発行したときと同じユーザでパソコンにサインインしているかご確認ください。電子証明書は、パソコンのユーザごとに別々に管理されています。",
        en:
          "Check that you are signed in to the PC as the user who acquired the certificate: every user of a PC has certificates of their own.",
      },
      {
        ja:
          "Firefoxをお使いの場合は、Firefoxの設定が必要なことがあります。「このパソコンを確認する」を押すと、必要な設定が表示されます。",
        en: "Firefox may need a setting: press “Check this PC” to see which.",
      },
      {
        ja:
          "いずれにも当てはまらないときは、電子証明書が正しく追加できていない可能性があります。管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。",
        en:
          "If none of this helps, the certificate may not have been stored properly: ask an administrator user or the support desk to revoke it, then press “Issue certificate”.",
      },
    ],
    checks: ["user", "certificate", "certificate-key", "keystore", "browsers"],
  },
  {
    id: "see-certificate",
    kind: "question",
    title: { ja: "電子証明書の内容を確認したい。", en: "I want to see what is in the certificate." },
    body: HOW_TO_SEE_CERTIFICATES,
    checks: ["certificate"],
  },
  {
    id: "cannot-renew",
    kind: "question",
    title: { ja: "証明書の更新ができません。", en: "The certificate cannot be renewed." },
    body: [
      {
        ja:
          "「このパソコンを確認する」を押し、認証局と通信できるかご確認ください。どこで通信が止まっているかが表示されます。",
        en: "Press “Check this PC” to see whether the authority can be reached, and where it stops.",
      },
      {
        ja:
          "社内ネットワークの設定(フィルタリング、通信の検査など)により、認証局との通信が正常に行われていない可能性があります。社内ネットワークの担当者に、次のURLへのSSL通信が許可され、検査(復号)の対象になっていないことをご確認ください。",
        en:
          "A company’s network may filter or inspect the traffic. Ask your network administrator whether TLS connections to the following address are allowed and are not decrypted on the way:",
      },
      { ja: "認証局のURL: {authorityUrl}", en: "Address of the authority: {authorityUrl}" },
      {
        ja:
          "更新できるのは、有効期限の{renewalDays}日前から有効期限までです。証明書一覧の「更新」欄をご確認ください。",
        en:
          "Renewal is open from {renewalDays} days before the certificate’s end until that end; see the column “Renewal”.",
      },
      {
        ja:
          "お急ぎのときは、お問合せ窓口へご相談ください。ログイン方法を一時的にID・パスワード方式に変更できる場合があります。",
        en:
          "If it is urgent, call the support desk: logging in by ID and password may be possible for a while.",
      },
    ],
    checks: [
      "authority-name",
      "authority-tcp",
      "proxy",
      "authority-tls",
      "tls-inspection",
      "authority-http",
      "clock",
      "certificate-key",
      "certificate-expiry",
    ],
  },
  {
    id: "nothing-listed",
    kind: "question",
    title: {
      ja: "電子証明書更新の証明書が何も表示されない。",
      en: "No certificate is shown for renewal.",
    },
    body: [
      {
        ja: "「このパソコンを確認する」を押し、問題ありと表示された項目の対処方法を行ってください。",
        en: "Press “Check this PC”, then do what is said beside what was found.",
      },
      {
        ja:
          "証明書の発行が正しく完了しているか、取得したときと同じパソコンとユーザでサインインしているかをご確認ください。",
        en:
          "Check that the certificate was acquired completely, and that this is the same PC and the same user.",
      },
      {
        ja:
          "有効期限の切れた証明書は表示されません。パソコンの日付と時刻が正しいか(証明書の有効期間外の日付になっていないか)をご確認ください。",
        en: "Expired certificates are not shown. Check that the date and the time of this PC are right.",
      },
      {
        ja: "「SMARTACCESS」がインストールされていないかご確認ください。",
        en: "Check whether “SMARTACCESS” is installed.",
      },
      {
        ja:
          "「HP Sure Click」を利用していないかご確認ください。利用している場合は、証明書を失効後、もう一度取得する必要があります。",
        en:
          "Check whether “HP Sure Click” is in use. If it is, the certificate must be revoked and acquired again.",
      },
    ],
    checks: [
      "certificate",
      "certificate-key",
      "certificate-expiry",
      "clock",
      "user",
      "conflicting-software",
      "keystore",
    ],
  },
  {
    id: "does-not-start",
    kind: "question",
    title: {
      ja: "証明書発行アプリケーションが起動しない。",
      en: "The application does not start.",
    },
    body: [
      {
        ja:
          "しばらく待ってから、もう一度アプリを起動してください。アプリの画面は、ブラウザの新しいタブに表示されます。別のウィンドウの後ろに隠れていないかご確認ください。",
        en:
          "Wait a moment and start the application again. Its page opens as a new tab of the browser: look whether it is behind another window.",
      },
      {
        ja: "解決しないときは、パソコンを再起動してから、もう一度アプリを起動してください。",
        en: "If that does not help, restart the PC and start the application again.",
      },
      {
        ja:
          "画面が真っ白なときは、ブラウザでJavaScriptが有効になっているかご確認ください。ほかのソフトウェアを追加でインストールする必要はありません。",
        en:
          "If the page is blank, check that JavaScript is on in the browser. No other software has to be installed.",
      },
    ],
    checks: ["version", "disk", "log", "browsers", "remote-desktop"],
  },
  {
    id: "proxy-asks",
    kind: "question",
    title: {
      ja: "プロキシのユーザ名とパスワードの入力を求められました。",
      en: "I am asked for the user name and the password of a proxy.",
    },
    body: [
      {
        ja: "お勤め先のプロキシサーバのユーザ名とパスワードを入力し、「認証」を押してください。",
        en: "Enter the user name and the password of your company’s proxy server, then press “Authenticate”.",
      },
      {
        ja:
          "{service}のログインIDとログインパスワードではありません。わからないときは、社内ネットワークの担当者へご確認ください。",
        en:
          "They are not the login ID and the login password of {service}. If you do not know them, ask your network administrator.",
      },
    ],
    checks: ["proxy"],
  },
  {
    id: "firefox",
    kind: "question",
    title: {
      ja: "Firefoxでログインすると、証明書が選択できません。",
      en: "Firefox does not offer the certificate when I log in.",
    },
    body: [
      {
        ja:
          "「このパソコンを確認する」を押し、「ブラウザ」の対処方法に表示される設定を行ってから、Firefoxを開き直してください。",
        en: "Press “Check this PC”, make the setting that is named there, then restart Firefox.",
      },
      {
        ja: "お急ぎのときは、Microsoft EdgeまたはGoogle Chromeでログインしてください。設定は必要ありません。",
        en: "If it is urgent, log in with Microsoft Edge or Google Chrome: they need no setting.",
      },
    ],
    checks: ["browsers", "certificate"],
  },
  {
    id: "stopped-half-way",
    kind: "question",
    title: {
      ja: "証明書の取得の途中で、パソコンの電源が切れたり画面が閉じたりしました。",
      en: "The PC or the page was closed while a certificate was being acquired.",
    },
    body: [
      {
        ja:
          "アプリをもう一度起動してください。中断した取得は自動で完了します。認証が必要なときは、その旨が証明書一覧の上に表示されます。",
        en:
          "Start the application again: it completes the acquisition by itself, or says above the list that you have to authenticate once more.",
      },
      {
        ja: `それでも完了しないときは、${REVOKE_AND_ISSUE.ja}`,
        en: `If it still does not complete: ${REVOKE_AND_ISSUE.en}`,
      },
    ],
    checks: ["certificate", "certificate-key", "keystore"],
  },
];
