/**
 * The error catalogue: every code that a person can meet, with its message and its one next step.
 *
 * Command line, JSON, pages and problem documents (RFC 9457) all derive from these rows. `G…` codes and
 * their Japanese messages are the user manual's (chapter 3.2) word for word; `H…` codes are Hakko's own, so
 * that the manual's unused numbers never get a second meaning. A code is permanent; a key is `room/cause`.
 *
 * @module
 */

/** The languages that every message, label and advice exists in. */
export type Language = "ja" | "en";

/** One text in every language. */
export type Text = { readonly [L in Language]: string };

/** One row: what the person sees, what a script sees (`exit`), and what HTTP says (`status`). */
export interface CatalogueRow {
  readonly code: string;
  /** 1 unexpected, 2 usage, 3 refused by the authority, 4 authority or network unreachable, 5 keystore. */
  readonly exit: 0 | 1 | 2 | 3 | 4 | 5;
  readonly status: number;
  /** Whether the same request, sent again later, may succeed. */
  readonly retry: boolean;
  readonly message: Text;
  readonly advice: Text;
}

const SEND_LOG = {
  ja: "ログファイルを添えて、お問合せ窓口へご連絡ください。",
  en: "Send the log file to the support desk",
} as const;

export const CATALOGUE = {
  "keystore/import-failed": {
    code: "G001e",
    exit: 5,
    status: 500,
    retry: true,
    message: {
      ja: "証明書のインストールに失敗しました。詳しくは本サービスのお問合せ窓口へご照会ください。",
      en: "Cannot install the certificate",
    },
    advice: {
      ja:
        "もう一度証明書を取得するか、パソコンを再起動してください。解決しないときは、操作日時を添えてお問合せ窓口へご連絡ください。",
      en:
        "Acquire the certificate again or restart the PC; if that does not help, tell the support desk the time",
    },
  },
  "update/download-failed": {
    code: "G002e",
    exit: 4,
    status: 502,
    retry: true,
    message: {
      ja:
        "新しいアプリケーションのダウンロードに失敗しました。詳しくは本サービスのお問合せ窓口へご照会ください。",
      en: "Cannot download the new application",
    },
    advice: {
      ja: "ネットワーク接続を確認し、別の場所を指定してもう一度ダウンロードしてください。",
      en: "Check the network, then choose another folder and download again",
    },
  },
  "update/version-unknown": {
    code: "G003e",
    exit: 4,
    status: 502,
    retry: true,
    message: {
      ja: "バージョン情報の取得に失敗しました。詳しくは本サービスのお問合せ窓口へご照会ください。",
      en: "Cannot learn the current version",
    },
    advice: {
      ja: "このパソコンのネットワーク設定とファイアウォール設定をご確認ください。",
      en: "Check the network and firewall settings of this PC",
    },
  },
  "registration/unsupported-step": {
    code: "G004e",
    exit: 3,
    status: 501,
    retry: false,
    message: {
      ja: "本アプリケーションではお取り扱いできません。お手数ですがブラウザをご利用ください。",
      en: "Cannot handle this in the application; please use the browser",
    },
    advice: SEND_LOG,
  },
  "authority/unavailable": {
    code: "G005e",
    exit: 4,
    status: 503,
    retry: true,
    message: {
      ja: "ただいまお取り扱いできません。詳しくは本サービスのお問合せ窓口へご照会ください。",
      en: "Cannot handle requests at the moment",
    },
    advice: SEND_LOG,
  },
  "input/invalid": {
    code: "G006e",
    exit: 2,
    status: 400,
    retry: false,
    message: { ja: "入力内容に誤りがあります。", en: "Cannot accept the input" },
    advice: {
      ja: "入力文字の長さと種類をご確認の上、もう一度入力してください。",
      en: "Check the length and the characters of the input, then repeat",
    },
  },
  "update/downloaded": {
    code: "G007i",
    exit: 0,
    status: 200,
    retry: false,
    message: {
      ja:
        "新しいアプリケーションのダウンロードが完了しました。アプリケーションをインストールして再度実行してください。",
      en: "The new application has been downloaded; install it and start again",
    },
    advice: {
      ja: "アプリケーションを終了し、ダウンロードされたインストーラを起動してください。",
      en: "End the application and run the downloaded installer",
    },
  },
  "authority/busy": {
    code: "G008e",
    exit: 4,
    status: 503,
    retry: true,
    message: {
      ja: "ただいま受付が混雑しております。しばらく時間をおいてからご利用ください。",
      en: "Cannot reach the authority at the moment; please try again later",
    },
    advice: {
      ja: "このパソコンのネットワーク接続を確認し、しばらくしてからもう一度お試しください。",
      en: "Check this PC's network connection, then try again later",
    },
  },
  "proxy/credentials-refused": {
    code: "G009e",
    exit: 4,
    status: 407,
    retry: true,
    message: { ja: "プロキシサーバの認証に失敗しました。", en: "Cannot authenticate to the proxy server" },
    advice: {
      ja: "プロキシサーバのIDとパスワードを確認の上、もう一度認証してください。",
      en: "Check the proxy's user name and password, then authenticate again",
    },
  },
  "registration/token-not-registered": {
    code: "G014e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "ブラウザからログインして登録してください。",
      en: "Cannot go on before the one-time-password token is registered",
    },
    advice: {
      ja: "ブラウザでログインし、ワンタイムパスワードトークン発行画面で利用初期登録をしてください。",
      en: "Log in with the browser and register the one-time-password token",
    },
  },
  "install/failed": {
    code: "G021e",
    exit: 1,
    status: 500,
    retry: true,
    message: {
      ja: "アプリケーションのインストールに失敗しました。詳しくは本サービスのお問合せ窓口へご照会ください。",
      en: "Cannot install the application",
    },
    advice: {
      ja: "手動でインストーラをダウンロードし、もう一度インストールしてください。",
      en: "Download the installer by hand and run it",
    },
  },

  "registration/wrong-credentials": {
    code: "H101e",
    exit: 3,
    status: 401,
    retry: false,
    message: {
      ja: "ログインIDまたはログインパスワードが正しくありません。",
      en: "Cannot authenticate: the login ID or the password is not correct",
    },
    advice: {
      ja: "入力し直してください。5回続けて誤ると30分間ご利用いただけません。",
      en: "Enter them again; after 5 failures in a row the login ID is locked for 30 minutes",
    },
  },
  "registration/locked": {
    code: "H102e",
    exit: 3,
    status: 403,
    retry: true,
    message: {
      ja: "認証の誤りが続いたため、このログインIDは一時的にご利用いただけません。",
      en: "Cannot authenticate: the login ID is locked after repeated failures",
    },
    advice: {
      ja: "{until}以降にもう一度お試しください。",
      en: "Try again after {until}",
    },
  },
  "registration/already-issued": {
    code: "H103e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "電子証明書は発行済みです。(有効期限 {notAfter})",
      en: "Cannot issue: this login ID already has a certificate, valid until {notAfter}",
    },
    advice: {
      ja:
        "このパソコンで使えないときは、管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後にもう一度発行してください。",
      en:
        "If it cannot be used on this PC, ask an administrator user or the desk to revoke it, then issue again",
    },
  },
  "registration/enrolment-expired": {
    code: "H104e",
    exit: 3,
    status: 410,
    retry: false,
    message: {
      ja: "受付の有効時間が過ぎました。",
      en: "Cannot go on: the time for this enrolment has run out",
    },
    advice: { ja: "最初からもう一度操作してください。", en: "Start again from the beginning" },
  },
  "registration/enrolment-unknown": {
    code: "H105e",
    exit: 3,
    status: 404,
    retry: false,
    message: { ja: "この受付は見つかりません。", en: "Cannot find this enrolment" },
    advice: { ja: "最初からもう一度操作してください。", en: "Start again from the beginning" },
  },
  "registration/out-of-order": {
    code: "H106e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "操作の順序が正しくありません。",
      en: "Cannot accept this step now",
    },
    advice: { ja: "最初からもう一度操作してください。", en: "Start again from the beginning" },
  },
  "registration/csr-refused": {
    code: "H107e",
    exit: 3,
    status: 400,
    retry: false,
    message: {
      ja: "証明書発行要求を受け付けられません。({reason})",
      en: "Cannot accept the certificate request: {reason}",
    },
    advice: SEND_LOG,
  },
  "registration/not-allowed": {
    code: "H108e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "このログインIDでは電子証明書を発行できません。",
      en: "Cannot issue a certificate for this login ID",
    },
    advice: {
      ja: "管理者ユーザまたはお問合せ窓口へご確認ください。",
      en: "Ask an administrator user or the support desk",
    },
  },
  "registration/confirmation-refused": {
    code: "H109e",
    exit: 3,
    status: 400,
    retry: false,
    message: {
      ja: "証明書の利用確認を受け付けられません。({reason})",
      en: "Cannot accept the confirmation: {reason}",
    },
    advice: SEND_LOG,
  },
  "authority/malformed-request": {
    code: "H110e",
    exit: 3,
    status: 400,
    retry: false,
    message: { ja: "要求の形式が正しくありません。({reason})", en: "Cannot read the request: {reason}" },
    advice: SEND_LOG,
  },
  "authority/request-too-large": {
    code: "H111e",
    exit: 3,
    status: 413,
    retry: false,
    message: { ja: "要求が大きすぎます。", en: "Cannot accept a request of this size" },
    advice: SEND_LOG,
  },
  "authority/not-found": {
    code: "H112e",
    exit: 3,
    status: 404,
    retry: false,
    message: { ja: "お探しのものは見つかりません。", en: "Cannot find what was asked for" },
    advice: { ja: "アドレスをご確認ください。", en: "Check the address" },
  },
  "authority/method-not-allowed": {
    code: "H113e",
    exit: 3,
    status: 405,
    retry: false,
    message: { ja: "この操作は受け付けていません。", en: "Cannot use this method here" },
    advice: { ja: "アドレスと操作をご確認ください。", en: "Check the address and the method" },
  },
  "authority/unsupported-media-type": {
    code: "H114e",
    exit: 3,
    status: 415,
    retry: false,
    message: { ja: "この形式のデータは受け付けていません。", en: "Cannot accept this media type" },
    advice: { ja: "application/json で送ってください。", en: "Send application/json" },
  },
  "registration/wrong-answer": {
    code: "H115e",
    exit: 3,
    status: 401,
    retry: false,
    message: {
      ja: "入力された番号または回答が正しくありません。",
      en: "Cannot authenticate: the number or the answer is not correct",
    },
    advice: {
      ja: "表示されている内容を確認して、入力し直してください。5回続けて誤ると30分間ご利用いただけません。",
      en:
        "Check what the token or the page shows and enter it again; after 5 failures in a row the login ID is locked for 30 minutes",
    },
  },
  "registration/code-used": {
    code: "H116e",
    exit: 3,
    status: 401,
    retry: false,
    message: {
      ja: "このワンタイムパスワードはすでに使用されています。",
      en: "Cannot authenticate: this one-time password has been used already",
    },
    advice: {
      ja: "次のワンタイムパスワードが表示されるまで待って、入力してください。",
      en: "Wait until the token shows the next one, then enter that",
    },
  },
  "registration/renewal-too-early": {
    code: "H117e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "まだ更新できません。更新は{from}からできます。(有効期限 {notAfter})",
      en: "Cannot renew yet: renewal opens on {from}; the certificate is valid until {notAfter}",
    },
    advice: {
      ja: "{from}以降に、もう一度「証明書更新」を押してください。",
      en: "Renew on or after {from}",
    },
  },
  "registration/renewal-expired": {
    code: "H118e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "証明書の有効期限({notAfter})が過ぎているため、更新できません。",
      en: "Cannot renew: the certificate expired on {notAfter}",
    },
    advice: {
      ja: "管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。",
      en: "Ask an administrator user or the support desk to revoke it, then issue a new one",
    },
  },
  "registration/renewal-revoked": {
    code: "H119e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "この証明書は失効しているため、更新できません。",
      en: "Cannot renew: the certificate has been revoked",
    },
    advice: {
      ja: "「証明書発行」から新しい証明書を取得してください。",
      en: "Issue a new certificate",
    },
  },
  "registration/renewal-superseded": {
    code: "H120e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "この証明書は、すでに新しい証明書に更新されています。",
      en: "Cannot renew: the certificate has been renewed already",
    },
    advice: {
      ja:
        "新しい証明書でログインしてください。このパソコンにないときは、管理者ユーザまたはお問合せ窓口に失効を依頼してください。",
      en:
        "Log in with the new certificate; if it is not on this PC, ask an administrator user or the desk to revoke it",
    },
  },
  "registration/renewal-unknown": {
    code: "H121e",
    exit: 3,
    status: 404,
    retry: false,
    message: {
      ja: "この証明書は認証局の記録にないため、更新できません。",
      en: "Cannot renew: the certificate is not in the authority's records",
    },
    advice: {
      ja: "お問合せ窓口へご連絡ください。",
      en: "Call the support desk",
    },
  },
  "registration/token-registered": {
    code: "H123e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "ワンタイムパスワードトークンはすでに登録されています。",
      en: "Cannot register: there is a one-time-password token already",
    },
    advice: {
      ja: "登録済みのトークンをご利用ください。機種変更などで使えないときは、お問合せ窓口へご連絡ください。",
      en: "Use the registered token; if you no longer have it, call the support desk",
    },
  },
  "registration/token-not-issued": {
    code: "H124e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "この認証に使用するトークンが登録されていません。",
      en: "Cannot go on: no token for this step is registered",
    },
    advice: {
      ja: "お問合せ窓口へトークンの発行を依頼してください。",
      en: "Ask the support desk for a token",
    },
  },
  "registration/renewal-refused": {
    code: "H122e",
    exit: 3,
    status: 400,
    retry: false,
    message: {
      ja: "証明書更新要求を受け付けられません。({reason})",
      en: "Cannot accept the renewal request: {reason}",
    },
    advice: SEND_LOG,
  },

  "login/certificate-missing": {
    code: "H201e",
    exit: 3,
    status: 401,
    retry: false,
    message: {
      ja: "電子証明書が提示されませんでした。",
      en: "Cannot log in: no client certificate was presented",
    },
    advice: {
      ja:
        "ブラウザをすべて閉じてから開き直し、電子証明書を選択してください。お持ちでないときは「電子証明書発行」から取得してください。",
      en:
        "Close all browser windows, open the page again and choose your certificate; if you have none, issue one",
    },
  },
  "login/certificate-foreign": {
    code: "H202e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "提示された電子証明書は、当サービスが発行したものではありません。",
      en: "Cannot log in: the certificate was issued by somebody else",
    },
    advice: {
      ja: "ブラウザをすべて閉じてから開き直し、当サービスの電子証明書を選択してください。",
      en: "Close all browser windows, open the page again and choose the certificate of this service",
    },
  },
  "login/certificate-expired": {
    code: "H203e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "電子証明書の有効期限({notAfter})が過ぎています。",
      en: "Cannot log in: the certificate expired on {notAfter}",
    },
    advice: {
      ja: "管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に電子証明書を発行してください。",
      en: "Ask an administrator user or the support desk to revoke it, then issue a new one",
    },
  },
  "login/certificate-revoked": {
    code: "H204e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "電子証明書は失効しています。",
      en: "Cannot log in: the certificate has been revoked",
    },
    advice: {
      ja: "「電子証明書発行」から新しい電子証明書を取得してください。",
      en: "Issue a new certificate",
    },
  },
  "login/certificate-superseded": {
    code: "H209e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "この電子証明書は、新しい電子証明書に更新されています。",
      en: "Cannot log in: the certificate has been replaced by a newer one",
    },
    advice: {
      ja: "ブラウザを全て閉じてからもう一度ログインし、有効期限の新しい電子証明書を選択してください。",
      en: "Close all browser windows, log in again, and choose the certificate that expires later",
    },
  },
  "login/certificate-unknown": {
    code: "H205e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "電子証明書を確認できませんでした。",
      en: "Cannot log in: the certificate is not in the authority's records",
    },
    advice: {
      ja: "お問合せ窓口へご連絡ください。",
      en: "Call the support desk",
    },
  },

  "login/session-ended": {
    code: "H206e",
    exit: 3,
    status: 401,
    retry: true,
    message: {
      ja: "ログインの有効時間が過ぎました。",
      en: "Cannot go on: the login has ended",
    },
    advice: { ja: "もう一度ログインしてください。", en: "Log in again" },
  },
  "login/request-refused": {
    code: "H207e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "この操作は受け付けられません。",
      en: "Cannot accept this request: it does not come from the bank's own page",
    },
    advice: {
      ja: "ログインページからやり直してください。",
      en: "Start again from the login page",
    },
  },

  "login/not-allowed": {
    code: "H208e",
    exit: 3,
    status: 403,
    retry: false,
    message: {
      ja: "このログインIDはご利用いただけません。",
      en: "Cannot log in: this login ID is not in use",
    },
    advice: {
      ja: "管理者ユーザまたはお問合せ窓口へご確認ください。",
      en: "Ask an administrator user or the support desk",
    },
  },

  "issuance/answer-distrusted": {
    code: "H301e",
    exit: 3,
    status: 502,
    retry: false,
    message: {
      ja: "受け取った証明書に問題があるため、取り込みを中止しました。({reason})",
      en: "Cannot trust the certificate that was received: {reason}",
    },
    advice: SEND_LOG,
  },
  "network/untrusted-authority": {
    code: "H302e",
    exit: 4,
    status: 502,
    retry: false,
    message: {
      ja: "接続先が正規の認証局であることを確認できませんでした。",
      en: "Cannot verify that the other side is the institution's authority",
    },
    advice: {
      ja: "社内ネットワークの担当者に、認証局との通信が検査(復号)の対象になっていないかご確認ください。",
      en: "Ask your network administrator whether traffic to the authority is being inspected",
    },
  },
  "issuance/already-running": {
    code: "H303e",
    exit: 1,
    status: 409,
    retry: true,
    message: {
      ja: "証明書の取得がすでに進行中です。",
      en: "Cannot start: a certificate is being acquired already",
    },
    advice: {
      ja: "終わるまでお待ちいただくか、もう一つの画面を閉じてください。",
      en: "Wait until it ends, or close the other window",
    },
  },
  "issuance/cancelled": {
    code: "H304i",
    exit: 1,
    status: 409,
    retry: false,
    message: { ja: "証明書の取得を取り消しました。", en: "The acquisition was cancelled" },
    advice: { ja: "必要なときに、もう一度操作してください。", en: "Start again when you need it" },
  },
  "issuance/too-late-to-cancel": {
    code: "H305e",
    exit: 1,
    status: 409,
    retry: false,
    message: {
      ja: "要求を送信済みのため、取り消せません。",
      en: "Cannot cancel: the request has been sent already",
    },
    advice: { ja: "完了するまでお待ちください。", en: "Wait until it is complete" },
  },
  "network/unreadable-answer": {
    code: "H307e",
    exit: 4,
    status: 502,
    retry: true,
    message: {
      ja: "認証局からの応答を読み取れませんでした。",
      en: "Cannot read the authority's answer",
    },
    advice: {
      ja:
        "しばらくしてからもう一度お試しください。続くときは、ログファイルを添えてお問合せ窓口へご連絡ください。",
      en: "Try again later; if it persists, send the log file to the support desk",
    },
  },
  "issuance/already-held": {
    code: "H308e",
    exit: 3,
    status: 409,
    retry: false,
    message: {
      ja: "このログインIDの有効な証明書が、このパソコンにあります。(有効期限 {notAfter})",
      en: "Cannot issue: a certificate of this login ID is on this PC, valid until {notAfter}",
    },
    advice: {
      ja: "そのままログインできます。失効済みのときは --again を付けてもう一度実行してください。",
      en: "Log in with it; if it has been revoked, run the command again with --again",
    },
  },
  "issuance/clock-wrong": {
    code: "H309e",
    exit: 1,
    status: 409,
    retry: false,
    message: {
      ja: "このパソコンの日時({here})が正しくありません。(認証局の日時 {there})",
      en: "Cannot go on: this PC's clock says {here}, the authority's {there}",
    },
    advice: {
      ja: "パソコンの日付と時刻を合わせてから、もう一度操作してください。",
      en: "Set this PC's date and time, then try again",
    },
  },
  "issuance/several-due": {
    code: "H310e",
    exit: 2,
    status: 409,
    retry: false,
    message: {
      ja: "更新できる証明書が複数あります。",
      en: "Cannot choose: several certificates are due for renewal",
    },
    advice: {
      ja: "--list で確認し、--serial でシリアル番号を指定してください。",
      en: "See --list, then name one with --serial",
    },
  },
  "issuance/nothing-to-renew": {
    code: "H311e",
    exit: 5,
    status: 404,
    retry: false,
    message: {
      ja: "更新できる証明書がこのパソコンにありません。",
      en: "Cannot renew: there is no such certificate on this PC",
    },
    advice: {
      ja: "証明書を取得したユーザーでサインインしているかご確認ください。",
      en: "Check that you are signed in as the user who acquired the certificate",
    },
  },
  "issuance/foreign-certificate": {
    code: "H312e",
    exit: 5,
    status: 409,
    retry: false,
    message: {
      ja: "この証明書は、当サービスが発行したものではありません。",
      en: "Cannot renew: the certificate was issued by another institution",
    },
    advice: {
      ja: "当サービスの証明書を選択してください。",
      en: "Choose a certificate of this service",
    },
  },
  "network/certificate-dates": {
    code: "H313e",
    exit: 4,
    status: 502,
    retry: false,
    message: {
      ja: "このパソコンの日時({here})が、認証局のサーバー証明書の有効期間外です。",
      en: "Cannot trust the authority: its server certificate is not valid at {here}, the time on this PC",
    },
    advice: {
      ja: "パソコンの日付と時刻を合わせてください。正しいときは、お問合せ窓口へご連絡ください。",
      en: "Set this PC's date and time; if they are right, call the support desk",
    },
  },
  "network/proxy-unreachable": {
    code: "H314e",
    exit: 4,
    status: 502,
    retry: true,
    message: {
      ja: "プロキシサーバ {proxy} に接続できません。",
      en: "Cannot reach the proxy server {proxy}",
    },
    advice: {
      ja: "ネットワーク接続とプロキシの設定をご確認ください。",
      en: "Check the network connection and the proxy settings",
    },
  },
  "network/proxy-credentials-needed": {
    code: "H315e",
    exit: 4,
    status: 407,
    retry: true,
    message: {
      ja: "プロキシサーバ {proxy} の認証が必要です。",
      en: "Cannot go on: the proxy server {proxy} wants a user name and a password",
    },
    advice: {
      ja: "もう一度操作し、プロキシの「ユーザ名」と「パスワード」を入力してください。",
      en: "Try again and enter the proxy's user name and password",
    },
  },
  "network/proxy-scheme": {
    code: "H316e",
    exit: 4,
    status: 407,
    retry: false,
    message: {
      ja: "プロキシサーバ {proxy} の認証方式({schemes})には対応していません。",
      en: "Cannot authenticate to the proxy server {proxy}: it offers {schemes} only",
    },
    advice: {
      ja:
        "社内ネットワークの担当者に、{host} への接続を認証の対象外とするか、Basic認証を許可するようご依頼ください。",
      en: "Ask your network administrator to exempt {host} from authentication, or to allow Basic",
    },
  },
  "network/inspected": {
    code: "H317e",
    exit: 4,
    status: 502,
    retry: false,
    message: {
      ja: "認証局との通信が検査(復号)されています。(証明書の発行者: {issuer})",
      en: "Cannot trust the connection: traffic to the authority is being inspected by “{issuer}”",
    },
    advice: {
      ja: "社内ネットワークの担当者に、{host} との通信を検査(復号)の対象外とするようご依頼ください。",
      en: "Ask your network administrator to exempt {host} from inspection",
    },
  },
  "network/proxy-unusable": {
    code: "H318e",
    exit: 2,
    status: 500,
    retry: false,
    message: {
      ja: "プロキシの設定({source})を使用できません: {setting}",
      en: "Cannot use the proxy setting {source}: {setting}",
    },
    advice: {
      ja: "http:// または https:// で始まるプロキシのアドレスを指定してください。",
      en: "Set the address of an HTTP proxy, beginning with http:// or https://",
    },
  },
  "network/proxy-refused": {
    code: "H319e",
    exit: 4,
    status: 502,
    retry: false,
    message: {
      ja: "プロキシサーバ {proxy} が {host} への接続を許可していません。(HTTP {status})",
      en: "Cannot reach the authority: the proxy server {proxy} does not allow {host} (HTTP {status})",
    },
    advice: {
      ja: "社内ネットワークの担当者に、{host} への接続を許可するようご依頼ください。",
      en: "Ask your network administrator to allow connections to {host}",
    },
  },
  "network/proxy-untrusted": {
    code: "H320e",
    exit: 4,
    status: 502,
    retry: false,
    message: {
      ja: "プロキシサーバ {proxy} が正規のものであることを確認できませんでした。",
      en: "Cannot verify the proxy server {proxy}: its certificate is not trusted",
    },
    advice: {
      ja: "社内ネットワークの担当者に、http:// で利用できるプロキシのアドレスをご確認ください。",
      en: "Ask your network administrator for an address of the proxy that begins with http://",
    },
  },

  "keystore/tool-missing": {
    code: "H501e",
    exit: 5,
    status: 500,
    retry: false,
    message: {
      ja: "証明書を取り込むためのソフトウェア({tool})が見つかりません。",
      en: "Cannot use the keystore: {tool} is not installed",
    },
    advice: {
      ja: "{package} をインストールしてから、もう一度お試しください。",
      en: "Install {package}, then try again",
    },
  },
  "keystore/locked": {
    code: "H502e",
    exit: 5,
    status: 500,
    retry: false,
    message: {
      ja: "証明書ストアがパスワードで保護されているため、開けません。",
      en: "Cannot open the keystore: it is protected by a password",
    },
    advice: {
      ja: "証明書ストアのマスターパスワードを解除してから、もう一度お試しください。",
      en: "Remove the keystore's primary password, then try again",
    },
  },
  "keystore/not-found": {
    code: "H503e",
    exit: 5,
    status: 404,
    retry: false,
    message: {
      ja: "証明書ストアに該当する証明書がありません。",
      en: "Cannot find the certificate in the keystore",
    },
    advice: { ja: "一覧を更新してご確認ください。", en: "Reload the list" },
  },
  "keystore/unsupported": {
    code: "H504e",
    exit: 5,
    status: 501,
    retry: false,
    message: {
      ja: "この環境の証明書ストアには対応していません。({reason})",
      en: "Cannot use a keystore here: {reason}",
    },
    advice: {
      ja: "対応しているパソコンでご利用ください。",
      en: "Use a supported PC",
    },
  },
  "keystore/unusable": {
    code: "H505e",
    exit: 5,
    status: 500,
    retry: true,
    message: {
      ja: "証明書ストアを読み書きできません。({reason})",
      en: "Cannot read or write the keystore: {reason}",
    },
    advice: {
      ja: "ブラウザをすべて閉じ、パソコンを再起動してから、もう一度お試しください。",
      en: "Close all browsers, restart the PC, then try again",
    },
  },
  "keystore/key-missing": {
    code: "H506e",
    exit: 5,
    status: 404,
    retry: false,
    message: {
      ja: "この証明書の秘密鍵が、このパソコンにありません。",
      en: "Cannot use the certificate: its private key is not on this PC",
    },
    advice: {
      ja: "管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。",
      en: "Ask an administrator user or the support desk to revoke it, then issue a new one",
    },
  },
  "keystore/key-unusable": {
    code: "H507e",
    exit: 5,
    status: 500,
    retry: false,
    message: {
      ja: "この証明書の秘密鍵を使用できません。",
      en: "Cannot use the certificate's private key",
    },
    advice: {
      ja:
        "パソコンを再起動してもう一度お試しください。解決しないときは、失効を依頼してから「証明書発行」で取得してください。",
      en: "Restart the PC and try again; if that does not help, have it revoked and issue a new one",
    },
  },

  "usage/invalid": {
    code: "H601e",
    exit: 2,
    status: 400,
    retry: false,
    message: { ja: "指定が正しくありません: {problem}", en: "Cannot understand the command: {problem}" },
    advice: { ja: "--help で使い方をご確認ください。", en: "See --help" },
  },
  "usage/terminal-required": {
    code: "H602e",
    exit: 2,
    status: 400,
    retry: false,
    message: {
      ja: "端末がないため、{what}を入力できません。",
      en: "Cannot ask for {what}: there is no terminal",
    },
    advice: { ja: "{flag} で渡してください。", en: "Pass it with {flag}" },
  },
  "profile/invalid": {
    code: "H603e",
    exit: 2,
    status: 500,
    retry: false,
    message: {
      ja: "プロファイル {path} を読み取れません。({problem})",
      en: "Cannot read the profile {path}: {problem}",
    },
    advice: {
      ja: "正しいプロファイルを --profile で指定してください。",
      en: "Name a valid profile with --profile",
    },
  },
  "state/not-writable": {
    code: "H604e",
    exit: 1,
    status: 500,
    retry: true,
    message: {
      ja: "作業フォルダ {path} に書き込めません。",
      en: "Cannot write to the folder {path}",
    },
    advice: {
      ja: "空き容量と書き込み権限をご確認ください。",
      en: "Check its free space and permissions",
    },
  },
  "app/not-answering": {
    code: "H607e",
    exit: 1,
    status: 503,
    retry: true,
    message: {
      ja: "アプリはすでに起動していますが、応答がありません。",
      en: "Cannot open the page: the application is running already but does not answer",
    },
    advice: {
      ja: "しばらく待ってからもう一度起動してください。解決しないときは、パソコンを再起動してください。",
      en: "Wait a moment and start it again; if that does not help, restart the PC",
    },
  },
  "usage/answer-command-failed": {
    code: "H608e",
    exit: 2,
    status: 400,
    retry: false,
    message: {
      ja: "--otp-command の実行に失敗しました。({problem})",
      en: "Cannot get the answer from --otp-command: {problem}",
    },
    advice: {
      ja: "コマンドを単独で実行して、結果をご確認ください。",
      en: "Run the command by itself and look at what it prints",
    },
  },
  "reminder/unavailable": {
    code: "H609e",
    exit: 1,
    status: 501,
    retry: false,
    message: {
      ja: "有効期限のお知らせを設定できません。({reason})",
      en: "Cannot set up reminders: {reason}",
    },
    advice: {
      ja: "カレンダーファイル(.ics)で予定に登録してください。",
      en: "Use the calendar file (.ics) instead",
    },
  },

  "pki/malformed": {
    code: "H701e",
    exit: 3,
    status: 400,
    retry: false,
    message: { ja: "データの形式が正しくありません。({what})", en: "Cannot decode {what}" },
    advice: SEND_LOG,
  },
  "pki/weak-key": {
    code: "H702e",
    exit: 3,
    status: 400,
    retry: false,
    message: { ja: "鍵の強度が不足しています。({reason})", en: "Cannot accept the key: {reason}" },
    advice: SEND_LOG,
  },

  "internal/unexpected": {
    code: "H901e",
    exit: 1,
    status: 500,
    retry: true,
    message: { ja: "予期しない問題が発生しました。", en: "Cannot go on: something unexpected happened" },
    advice: SEND_LOG,
  },
} as const satisfies Record<string, CatalogueRow>;

/** A row's key: `room/cause`. */
export type ErrorKey = keyof typeof CATALOGUE;

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type RowPlaceholders<K extends ErrorKey> =
  | Placeholders<(typeof CATALOGUE)[K]["message"][Language]>
  | Placeholders<(typeof CATALOGUE)[K]["advice"][Language]>;

/** What a row's texts need; a forgotten value does not compile. */
export type ErrorValues<K extends ErrorKey> = { readonly [P in RowPlaceholders<K>]: string };

/** What an error carries besides its values. */
export interface AppErrorOptions {
  /** What went wrong underneath: for the log only, never for a person. */
  cause?: unknown;
  /** The same ID in the app's log, at the authority and on the screen. */
  correlationId?: string;
  /** When trying again makes sense. */
  retryAfterSeconds?: number;
  /** The authority's own words, e.g. how long maintenance takes; plain text, shown as such. */
  detail?: string;
  /** The input field that was refused. */
  field?: string;
}

/** An error of the catalogue. Rooms throw it; only the edges (CLI, pages, HTTP) turn it into words. */
export class AppError<K extends ErrorKey = ErrorKey> extends Error {
  override readonly name = "AppError";
  readonly key: K;
  readonly values: Readonly<Record<string, string>>;
  readonly row: CatalogueRow;
  readonly correlationId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly detail: string | undefined;
  readonly field: string | undefined;

  constructor(key: K, values: ErrorValues<K>, options: AppErrorOptions = {}) {
    const row: CatalogueRow = CATALOGUE[key];
    super(`${row.code} ${fill(row.message.en, values)}`, { cause: options.cause });
    this.key = key;
    this.values = values;
    this.row = row;
    this.correlationId = options.correlationId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.detail = options.detail;
    this.field = options.field;
  }

  get code(): string {
    return this.row.code;
  }

  /** The same error with the ID of the operation that it ended, unless it knows one already. */
  withCorrelationId(correlationId: string): AppError<K> {
    if (this.correlationId !== undefined) return this;
    const { cause, retryAfterSeconds, detail, field } = this;
    return new AppError<K>(this.key, this.values as ErrorValues<K>, {
      cause,
      correlationId,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(detail === undefined ? {} : { detail }),
      ...(field === undefined ? {} : { field }),
    });
  }

  /** The message in one language, without its code. */
  messageIn(language: Language): string {
    return fill(this.row.message[language], this.values);
  }

  /** The one next step, in one language. */
  adviceIn(language: Language): string {
    return fill(this.row.advice[language], this.values);
  }
}

/** Any thrown value as a catalogue error; what has no row becomes `internal/unexpected` with it as cause. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError("internal/unexpected", {}, { cause: thrown });
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
