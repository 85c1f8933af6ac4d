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
  columnNotAfter: "有効期限",
  columnRemaining: "残り日数",
  remainingDays: (days: number) => `${days}日`,
  remainingToday: "本日まで",
  issue: "証明書発行",
  emptyTitle: "証明書はまだありません",
  emptyAdvice:
    "「証明書発行」を押し、ログインIDとログインパスワードを入力すると、このパソコンに証明書を取得できます。",
  listFailed: "証明書一覧を表示できません",
  reload: "再読み込み",
  runningNotice: "証明書を取得しています。",
  showProgress: "進行状況を表示",
  pendingNotice: (loginId: string) =>
    `前回の証明書取得(ログインID: ${loginId})が途中で終わっています。もう一度「証明書発行」から認証すると、続きから再開します。`,
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

  // Further questions
  authenticate: "認証",
  stop: "中止",

  // 証明書の取得
  acquiringTitle: "証明書の取得",
  acquiringLead: "証明書の取得を開始しました。完了するまで、パソコンの電源を切らないでください。",
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
  holder: "氏名",
  organization: "所属",
  serial: "シリアル番号",
  validity: "有効期間",
  validityRange: (from: string, to: string) => `${from} から ${to} まで`,
  storedAt: "保存先",
  closeBrowsers: "開いているブラウザも全て一旦閉じてください",
  closeBrowsersWhy:
    "閉じずに操作を続けるとエラーになることがあります。その後、ログイン画面からログインし直してください。",
  close: "閉じる",

  // 証明書取得エラー
  errorTitle: "証明書取得エラー",
  correlationId: "お問合せ番号",
  retryAfter: (seconds: number) =>
    seconds < 120
      ? `およそ${seconds}秒後にもう一度お試しください。`
      : `およそ${Math.ceil(seconds / 60)}分後にもう一度お試しください。`,

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
