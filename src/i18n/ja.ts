/**
 * Every text of the pages, in Japanese. Labels are the user manual's, word for word.
 *
 * This record is the type of all languages: a text that is missing elsewhere does not compile.
 *
 * @module
 */
export const ja = {
  language: "日本語",
  languages: "表示言語",
  skipToContent: "本文へ移動",
  version: (version: string) => `バージョン ${version}`,
  support: (contact: string) => `お問合せ窓口: ${contact}`,

  // 証明書取得
  certificatesTitle: "証明書取得",
  certificatesCaption: "証明書一覧",
  columnHolder: "氏名",
  columnLoginId: "ログインID",
  columnSerial: "シリアル番号",
  columnNotBefore: "発行日",
  columnNotAfter: "有効期限",
  columnRemaining: "残り日数",
  columnRenewal: "更新",
  remainingDays: (days: number) => `${days}日`,
  remainingToday: "本日まで",
  issue: "証明書発行",
  renew: "証明書更新",
  choices: "更新する証明書",
  renewalOpen: "更新できます",
  renewalFrom: (date: string) => `${date}から`,
  chooseToRenew: "更新する証明書を一覧から選択し、「証明書更新」を押してください。",
  chosenOpen: "選択した証明書を更新するには、「証明書更新」を押してください。",
  chosenTooEarly: (date: string) => `選択した証明書は、${date}から更新できます。`,
  nothingToRenew: "更新できる証明書がありません。",
  unlistedTitle: "一覧に表示されない証明書",
  unlistedExpired: (loginId: string, notAfter: string) =>
    `ログインID「${loginId}」の証明書は、有効期限(${notAfter})が過ぎています。更新できないため、管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。`,
  unlistedNotYetValid: (loginId: string, notBefore: string) =>
    `ログインID「${loginId}」の証明書は、${notBefore}から有効になります。パソコンの日付と時刻が正しいかご確認ください。`,
  unlistedKeyMissing: (loginId: string) =>
    `ログインID「${loginId}」の証明書は、秘密鍵がここにありません。証明書を取得したパソコンに、取得したときのユーザーでサインインしているかご確認ください。秘密鍵が失われたときは、管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後に「証明書発行」から取得してください。`,
  emptyTitle: "証明書はまだありません",
  emptyAdvice:
    "「証明書発行」を押し、ログインIDとログインパスワードを入力すると、このパソコンに証明書を取得できます。",
  emptyElsewhere:
    "取得したはずの証明書が表示されないときは、証明書を取得したパソコンに、取得したときのユーザーでサインインしているかご確認ください。有効期限が切れた証明書は表示されません。",
  listFailed: "証明書一覧を表示できません",
  reload: "再読み込み",
  runningNotice: "証明書を取得しています。",
  showProgress: "進行状況を表示",
  pendingNotice: (loginId: string) =>
    `前回の証明書取得(ログインID: ${loginId})が途中で終わっています。もう一度「証明書発行」から認証すると、続きから再開します。`,
  pendingRenewalNotice: (loginId: string) =>
    `前回の証明書更新(ログインID: ${loginId})が途中で終わっています。もう一度「証明書更新」から認証すると、続きから再開します。それまでは、今の証明書をご利用いただけます。`,
  resumedNotice: (loginId: string) => `中断していた証明書の取得が完了しました。(ログインID: ${loginId})`,
  cancelledNotice: "証明書の取得を取り消しました。",

  // 証明書発行
  issueTitle: "証明書発行",
  issueLead: (service: string) => `${service}で使用するログインIDとログインパスワードを入力してください。`,
  loginId: "ログインID",
  loginIdHint: "半角の英数字と記号",
  loginPassword: "ログインパスワード",
  authenticateAndIssue: "認証して発行",
  back: "戻る",
  required: (label: string) => `${label}を入力してください。`,
  tooLong: (label: string, max: number) => `${label}は${max}文字以内で入力してください。`,
  loginIdCharacters: (label: string) =>
    `${label}は半角の英数字と記号で入力してください。使用できる記号は ' ( ) + , - . / : = ? です。`,

  // A certificate is here already
  confirmTitle: "発行済みの証明書の確認",
  confirmHeld: "有効な証明書が、このパソコンにあります。",
  confirmRenew: "有効期限を延ばすには、発行ではなく「証明書更新」を行ってください。",
  confirmRenewFrom: (date: string) => `この証明書はそのままご利用いただけます。更新は${date}からできます。`,
  confirmAnyway:
    "この証明書が失効しているとき、または別のログインIDの証明書を取得するときだけ、「発行を続ける」を押してください。",
  issueAnyway: "発行を続ける",

  // 証明書更新 and the questions
  renewTitle: "証明書更新",
  renewLead: (service: string) => `${service}のログイン時に利用するログインパスワードを入力してください。`,
  renews: "更新する証明書",
  renewsValue: (holder: string, loginId: string, notAfter: string) =>
    `${holder}(ログインID: ${loginId}、有効期限: ${notAfter})`,
  authenticate: "認証",
  stop: "中止",
  exactDigits: (label: string, digits: number) => `${label}は${digits}桁の数字で入力してください。`,
  digitsHint: (digits: number) => `${digits}桁の数字`,
  code: "二次元コード",
  codeDescription:
    "トランザクション認証用トークンで読み取る二次元コード。同じ内容の文字列を下に表示できます。",
  codeAsText: "読み取れないときは(文字列を表示)",
  codeAsTextLead: "この文字列をコピーし、ソフトウェアトークンに貼り付けてください。",
  copy: "コピー",
  copied: "コピーしました。",
  copyFailed: "コピーできません。文字列を選択してコピーしてください。",
  prompt: "質問",

  // 証明書の取得
  acquiringTitle: "証明書の取得",
  acquiringLead: "証明書の取得を開始しました。完了するまで、パソコンの電源を切らないでください。",
  renewingLead:
    "証明書の更新を開始しました。完了するまで、パソコンの電源を切らないでください。新しい証明書の利用を確認するまで、今の証明書はそのまま使えます。",
  phases: {
    key: "鍵の作成",
    request: "発行要求の送信",
    issue: "証明書の発行",
    import: "証明書の取り込み",
    confirm: "利用できることの確認",
  },
  phaseStates: { waiting: "待機中", running: "実行中", done: "完了", failed: "失敗" },
  cancel: "取り消し",
  cancelPossible: "発行要求を送信するまでは、取り消すことができます。",
  cancelTooLate: "発行要求を送信済みのため、取り消せません。",

  // 証明書取得結果
  resultTitle: "証明書取得結果",
  resultSuccess: "証明書を取得しました。",
  renewedSuccess: "証明書を更新しました。",
  renewedOld: (serial: string) =>
    `更新前の証明書(シリアル番号: ${serial})は新しい証明書に置き換えられ、使えなくなりました。`,
  holder: "氏名",
  organization: "所属",
  serial: "シリアル番号",
  validity: "有効期間",
  validityRange: (from: string, to: string) => `${from} から ${to} まで`,
  storedAt: "保存先",
  closeBrowsers: "開いているブラウザも全て一旦閉じてください",
  closeBrowsersWhy:
    "閉じずに操作を続けるとエラーになることがあります。その後、ログイン画面からログインし直してください。",
  runningBrowsers: (names: readonly string[]) => `起動しているブラウザ: ${names.join("、")}`,
  close: "閉じる",

  // 有効期限のお知らせ
  remindersTitle: "更新時期のお知らせ",
  remindersLead:
    "毎日1回証明書の有効期限を確認し、40日前・14日前・3日前・前日にデスクトップの通知でお知らせします。",
  remindersOn: "お知らせする",
  remindersOff: "お知らせをやめる",
  remindersStatus: "状態",
  remindersAreOn: "お知らせします",
  lastCheck: "前回の確認",
  nextCheck: "次回の確認",
  neverChecked: "まだありません",
  remindersOverdue: "確認が予定どおりに行われていません",
  remindersOverdueAdvice: "「お知らせをやめる」を押してから、もう一度「お知らせする」を押してください。",
  calendar: "カレンダーに登録(.ics)",
  calendarLead: "更新できるようになる日と有効期限の日を、お使いの予定表に登録できます。",
  calendarChoose: "一覧で証明書を選択してから押してください。",

  // 証明書取得エラー
  errorTitle: "証明書取得エラー",
  correlationId: "お問合せ番号",
  retryAfter: (seconds: number) =>
    seconds < 120
      ? `およそ${seconds}秒後にもう一度お試しください。`
      : `およそ${Math.ceil(seconds / 60)}分後にもう一度お試しください。`,
  retryFrom: (time: string) => `${time}以降に、もう一度お試しください。`,
  retryTitle: "再試行",
  retryLeft: "再試行できるまで",
  retryReady: "もう一度お試しいただけます。",
  retryAuto: "時間になったら自動で再試行する",
  retryAutoHint: "この画面を開いたままお待ちください。",
  retryAutoForm:
    "下の欄に入力しておくと、時間になったらその内容で送信します。この画面を開いたままお待ちください。",
  retryAgain: "もう一度試す",
  issueAwaited: "受付できるようになりました。ログインパスワードを入力し、「認証して発行」を押してください。",

  // プロキシ認証
  proxyTitle: "プロキシ認証",
  proxyLead: (proxy: string) =>
    `プロキシサーバ ${proxy} には、ユーザ名とパスワードを指定する必要があります。入力の上、「認証」ボタンを押してください。`,
  proxyNote: (service: string) =>
    `${service}の「ユーザ名」と「パスワード」ではありませんのでご注意ください。`,
  proxyAdvice: "ご不明なときは、社内ネットワークの担当者へご確認ください。",
  proxyGoesOn: "認証が済むと、中断した操作の続きから自動で進みます。",
  proxyUsername: "ユーザ名",
  proxyPassword: "パスワード",
  proxyUsernameCharacters: (label: string) => `${label}に「:」や改行などの制御文字は使用できません。`,
  proxyPasswordCharacters: (label: string) => `${label}に改行などの制御文字は使用できません。`,
  proxyKeep: "このパソコンに保存し、次回から入力を省略する",
  proxyKeepHint: "パソコンの資格情報の保管場所に保存します。共用のパソコンでは選択しないでください。",

  // 困ったときは
  help: "困ったときは",
  helpFor: (code: string) => `「${code}」の対処方法を見る`,
  helpForError: "このエラーの対処方法",
  helpAnswer: "対処方法",
  helpSearch: "言葉またはエラーコードで探す",
  helpSearchHint: "例: 更新できない、プロキシ、G008e",
  helpResults: "見つかった項目",
  helpFound: (count: number) => `${count}件見つかりました。`,
  helpNotFound: "見つかりませんでした。別の言葉でお試しください。",
  helpShowAll: (count: number) => `すべて表示(${count}件)`,
  checkupTitle: "このパソコンの確認",
  checkupLead:
    "認証局との通信、証明書、パソコンの設定を確認し、問題の原因と対処方法を表示します。1分ほどかかることがあります。",
  checkAll: "すべて確認する",
  checkThis: "このパソコンを確認する",
  checksOf: (titles: readonly string[]) => `確認する項目: ${titles.join("、")}`,
  checking: "確認しています。終わるまでお待ちください。",
  checkedSoFar: (done: number, total: number) =>
    `確認しています。(${total}項目のうち${done}項目が終わりました)`,
  checked: (failed: number, warning: number) =>
    failed + warning === 0
      ? "問題は見つかりませんでした。"
      : `確認が終わりました。(問題あり: ${failed}件、要確認: ${warning}件)`,
  checkedAt: (time: string) => `確認日時: ${time}`,
  checkRest: (count: number) => `そのほかの項目を表示(${count}件)`,
  checkAdvice: "対処方法:",
  checkStates: {
    ok: "問題なし",
    warning: "要確認",
    failed: "問題あり",
    skipped: "未実施",
    running: "確認中",
    unchecked: "未確認",
  },

  // お問合せ窓口に送るファイル
  supportHeading: "解決しないときは",
  supportLead:
    "ログ、このパソコンの確認結果、バージョンを1つのファイルにまとめ、お問合せ窓口に送ることができます。保存する前に、内容を確認できます。パスワードや秘密鍵は含まれません。",
  supportMake: "お問合せ窓口に送るファイルを作る",
  supportTitle: "お問合せ窓口に送るファイル",
  supportMaking: "ファイルを作成しています。終わるまでお待ちください。",
  supportReady:
    "内容を確認し、「保存」を押してください。このパソコンに保存されるだけで、自動では送信されません。",
  supportContents: "ファイルの内容",
  supportSaveNote: (fileName: string) =>
    `「${fileName}」を保存します。保存したファイルは、お問合せ窓口の案内に従ってお送りください。`,
  save: "保存",

  // Spoken and shown by the page script
  working: "処理しています…",
  again: "通信が途切れました。もう一度お試しください。",
  slowDown: "操作が続いたため、少し待ってからもう一度お試しください。",
};

/** The shape of every language's texts. */
export type Messages = Widen<typeof ja>;

type Widen<T> = {
  readonly [K in keyof T]: T[K] extends string ? string
    : T[K] extends (...args: infer A) => string ? (...args: A) => string
    : Widen<T[K]>;
};
