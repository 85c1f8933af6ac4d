import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { AppError, type Language } from "../errors.ts";
import type { Answer } from "./answer.ts";
import type { Fields } from "./body.ts";
import { createPages } from "./pages.ts";
import { ACTION_PATHS, PAGE_PATHS, type PageName, PROGRESS_PATH } from "./paths.ts";
import {
  ADDITIONAL_QUESTION,
  FakeIssuance,
  OTP_QUESTION,
  OTP_TIME_SYNC_QUESTION,
  sampleCertificate,
  type Script,
  TRANSACTION_QUESTION,
} from "./testing/fake_issuance.ts";
import { FakeReminders } from "./testing/fake_reminders.ts";
import { shippedProfile, testParts } from "./testing/parts.ts";
import { Walk } from "./walk.ts";

const ID = "c0ffee00c0ffee00c0ffee00c0ffee00";

interface SetUpOptions {
  language?: Language;
  script?: Script;
  reminders?: FakeReminders;
  runningBrowsers?: () => Promise<readonly string[]>;
}

async function setUp(options: SetUpOptions = {}) {
  const parts = testParts(options.language === undefined ? {} : { startIn: options.language });
  const fake: FakeIssuance = parts.fake;
  fake.script = options.script ?? {};
  const walk = new Walk(() => Promise.resolve(fake));
  const pages = createPages({
    ...parts,
    profile: shippedProfile(),
    language: await parts.language(),
    walk,
    issuance: () => walk.issuance(() => {}),
    reminders: options.reminders && (() => Promise.resolve(options.reminders!)),
    runningBrowsers: options.runningBrowsers,
  });
  /** All that these pages answer is text. */
  const respond = async (request: Parameters<typeof pages>[0]) => {
    const answer = await pages(request);
    assert(typeof answer.body === "string");
    return { ...answer, body: answer.body };
  };
  const get = (page: PageName) => respond({ method: "GET", path: PAGE_PATHS[page], fields: {} });
  const post = (path: string, fields: Fields) => respond({ method: "POST", path, fields });
  const issue = (loginId = "hanako", password = "correct horse") =>
    post(ACTION_PATHS.issue, { loginId, password });
  const renew = (fingerprint = DUE.fingerprint) => post(ACTION_PATHS.renew, { fingerprint });
  /** Answers the question that is shown, as its page does. */
  const answer = async (fields: Fields) => {
    const step = /name="step" value="([^"]+)"/.exec((await get("question")).body)?.[1] ?? "";
    return await post(ACTION_PATHS.answer, { step, ...fields });
  };
  const progress = async () =>
    JSON.parse((await respond({ method: "GET", path: PROGRESS_PATH, fields: {} })).body);
  /** Follows the one redirect of an accepted form. */
  async function follow(answer: Pick<Answer, "status" | "headers"> & { body: string }): Promise<string> {
    assertEquals(answer.status, 303, answer.body);
    const path = answer.headers!.location!;
    return (await respond({ method: "GET", path, fields: {} })).body;
  }
  return { ...parts, fake, walk, get, post, issue, renew, answer, progress, follow, respond };
}

/** Renewal opened on 2026-11-13. */
const DUE = sampleCertificate({
  fingerprint: "cd".repeat(32),
  loginId: "hanako",
  serial: "0badcafe",
  notAfter: new Date("2026-12-23T07:00:00Z"),
  renewableFrom: new Date("2026-11-13T07:00:00Z"),
});
/** Renewal opens on 2027-10-15. */
const FRESH = sampleCertificate();

/** The attempt ends by itself; this waits for it. */
async function settle(fake: FakeIssuance): Promise<void> {
  await fake.current()!.acquire().catch(() => {});
}

Deno.test("certificates: an empty list says what to do", async () => {
  const { get } = await setUp();
  const { body, status } = await get("certificates");
  assertEquals(status, 200);
  for (const text of ["証明書取得", "証明書一覧", "証明書はまだありません", ">証明書発行</button>"]) {
    assertStringIncludes(body, text);
  }
});

Deno.test("certificates: each row shows holder, login ID, serial, issue, expiry, days left and renewal", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [
    sampleCertificate({
      notBefore: new Date("2025-12-04T07:00:00Z"),
      notAfter: new Date("2026-12-05T07:00:00Z"),
    }),
    sampleCertificate({ fingerprint: "cd".repeat(32), notAfter: new Date("2026-11-23T14:00:00Z") }),
  ];
  const { body } = await get("certificates");
  for (
    const text of [
      "信用 花子",
      "hanako-2224",
      "5f3c9a01",
      ">2025年12月4日<",
      "2026年12月5日 16:00",
      ">2027年10月15日から<",
      ">12日<",
      ">本日まで<",
      "残り日数",
    ]
  ) {
    assertStringIncludes(body, text);
  }
});

Deno.test("certificates: a keystore that cannot be read is an error with its cure, and a way to look again", async () => {
  const { get, fake } = await setUp({ language: "en" });
  fake.listError = new AppError("keystore/tool-missing", { tool: "certutil", package: "libnss3-tools" });
  const { body, status } = await get("certificates");
  assertEquals(status, 500);
  for (
    const text of ["[H501e]", "Install libnss3-tools", ">Reload</button>", ">Issue certificate</button>"]
  ) {
    assertStringIncludes(body, text);
  }
});

Deno.test("certificates: says what an earlier run left behind, and what was finished since", async () => {
  const { get, fake } = await setUp();
  fake.journal = [{
    journalId: "1",
    loginId: "taro",
    state: "SUBMITTED",
    startedAt: new Date(),
    needsAuthentication: true,
    operation: "issue",
  }];
  fake.resumable = [sampleCertificate({ loginId: "jiro" })];
  // The second look is for what ended after the first.
  const body = (await get("certificates")).body + (await get("certificates")).body;
  assertStringIncludes(body, "前回の証明書取得(ログインID: taro)");
  assertStringIncludes(body, "中断していた証明書の取得が完了しました。(ログインID: jiro)");
  assertNotMatch((await get("certificates")).body, /jiro\)/); // once
});

Deno.test("issue: the form has the manual's labels, and the key is made while it is filled in", async () => {
  const { get, fake } = await setUp();
  const { body } = await get("issue");
  for (const text of [">ログインID</label>", ">ログインパスワード</label>", ">認証して発行</button>"]) {
    assertStringIncludes(body, text);
  }
  assertNotMatch(body, /<form/);
  assertEquals(fake.calls.prepareKey, 1);
});

Deno.test("issue: right credentials lead through progress to the result", async () => {
  const { issue, follow, fake, progress, get } = await setUp({ script: { holdAt: "import" } });
  const page = await follow(await issue());
  assertStringIncludes(page, "証明書の取得を開始しました");
  assertMatch(page, /data-phase="key" data-state="done".*✓.*鍵の作成.*完了/);
  const running = await progress();
  assertEquals(running.phases[3], { phase: "import", state: "running", text: "実行中", mark: "" });
  assertEquals(running.cancellable, false);
  assertEquals(running.say, "証明書の取り込み: 実行中");
  assertEquals(running.next, "");
  assertStringIncludes((await get("certificates")).body, "証明書を取得しています。");
  fake.release();
  await settle(fake);
  assertEquals((await progress()).next, "result");
  const { body } = await get("result");
  for (
    const text of [
      "証明書取得結果",
      "信用 花子",
      "5f3c9a01d27be8846610f2ca93d47e01b8",
      "2026年11月22日 15:54 から 2027年11月24日 15:54 まで",
      "sql:/home/hanako/.pki/nssdb",
      "開いているブラウザも全て一旦閉じてください",
      ">閉じる</button>",
    ]
  ) assertStringIncludes(body, text);
});

Deno.test("issue: empty, too long and full-width input is refused with G006e on each field, nobody is asked", async () => {
  const { issue, fake } = await setUp();
  const empty = await issue("", "");
  assertEquals(empty.status, 400);
  for (
    const text of [
      "入力内容に誤りがあります。[G006e]",
      "ログインIDを入力してください。",
      "ログインパスワードを入力してください。",
    ]
  ) {
    assertStringIncludes(empty.body, text);
  }
  assertEquals(empty.body.match(/aria-invalid="true"/g)?.length, 2);
  assertStringIncludes((await issue("x".repeat(65), "y")).body, "64文字以内");
  assertStringIncludes((await issue("x", "y".repeat(129))).body, "128文字以内");
  const wide = await issue("hanako", "x");
  assertStringIncludes(wide.body, `value="hanako"`);
  assertStringIncludes((await issue("ｈａｎａｋｏ", "y")).body, "半角の英数字と記号で入力してください。");
  assertEquals(fake.calls.begin, 1); // only for the one that could be asked
});

Deno.test("issue: a wrong password keeps the login ID, never the password, and the attempt goes on", async () => {
  const { issue, follow, fake } = await setUp({ script: { holdAt: "key" } });
  const { status, body } = await issue("hanako", "hunter2");
  assertEquals(status, 401);
  assertStringIncludes(body, "ログインIDまたはログインパスワードが正しくありません。[H101e]");
  assertStringIncludes(body, `value="hanako"`);
  assertNotMatch(body, /hunter2/);
  assertStringIncludes(body, "0123456789abcdef0123456789abcdef"); // the attempt's correlation ID
  await follow(await issue());
  assertEquals(fake.calls.begin, 1);
});

Deno.test("issue: another login ID gives the open attempt up and begins its own", async () => {
  const { issue, fake } = await setUp();
  await issue("taro", "x");
  await issue("hanako", "correct horse");
  assertEquals([fake.calls.begin, fake.calls.cancel], [2, 1]);
  assertEquals(fake.current()!.loginId, "hanako");
});

Deno.test("issue: a space pasted around the login ID is no error", async () => {
  const { issue } = await setUp();
  assertEquals((await issue(" hanako ")).status, 303);
});

const ON_THE_FORM: [string, AppError, string][] = [
  [
    "locked",
    new AppError("registration/locked", { until: "2026-11-23T07:24:00Z" }, { correlationId: ID }),
    "2026年11月23日 16:24以降に",
  ],
  [
    "authority down",
    new AppError("authority/busy", {}, { correlationId: ID, retryAfterSeconds: 90 }),
    "[G008e]",
  ],
  [
    "maintenance",
    new AppError("authority/unavailable", {}, { correlationId: ID, detail: "18時まで" }),
    "18時まで",
  ],
];
for (const [name, error, text] of ON_THE_FORM) {
  Deno.test(`issue: ${name} keeps the form, so that the button can be pressed again`, async () => {
    const { issue } = await setUp({ script: { beginError: error } });
    const { status, body } = await issue();
    assertEquals(status, error.row.status);
    for (const expected of [text, ID, "お問合せ番号", `value="hanako"`, "認証して発行"]) {
      assertStringIncludes(body, expected);
    }
  });
}

const ON_A_PAGE: [string, AppError, string][] = [
  [
    "already issued",
    new AppError("registration/already-issued", { notAfter: "2027-11-24T14:59:59Z" }, { correlationId: ID }),
    "電子証明書は発行済みです。(有効期限 2027年11月24日 23:59)[H103e]",
  ],
  [
    "an unknown step",
    new AppError("registration/unsupported-step", {}, { correlationId: ID }),
    "お手数ですがブラウザをご利用ください。[G004e]",
  ],
  ["a false authority", new AppError("network/untrusted-authority", {}, { correlationId: ID }), "[H302e]"],
];
for (const [name, error, text] of ON_A_PAGE) {
  Deno.test(`issue: ${name} is 証明書取得エラー with cause, next step and number`, async () => {
    const { issue, get } = await setUp({ script: { beginError: error } });
    const { status, body } = await issue();
    assertEquals(status, error.row.status);
    for (const expected of ["証明書取得エラー", text, error.adviceIn("ja"), ID, ">閉じる</button>"]) {
      assertStringIncludes(body.replaceAll("&#39;", "'"), expected);
    }
    assertStringIncludes((await get("error")).body, text); // after a reload
    assertStringIncludes((await get("issue")).body, `value="hanako"`); // what was typed stays
  });
}

Deno.test("issue: a failure while the certificate is fetched ends on the error page", async () => {
  const error = new AppError("keystore/import-failed", {}, { correlationId: ID });
  const { issue, fake, progress, get, follow } = await setUp({
    script: { failure: { phase: "import", error } },
  });
  await issue();
  await settle(fake);
  assertEquals((await progress()).next, "error");
  assertStringIncludes(await follow(await get("acquiring")), "[G001e]");
});

Deno.test("issue: an error nobody foresaw is shown without its inside, and logged with it", async () => {
  const { issue, log } = await setUp({ script: { beginError: new TypeError("secret inside") as AppError } });
  const { status, body } = await issue();
  assertEquals(status, 500);
  assertStringIncludes(body, "[H901e]");
  assertNotMatch(body, /secret inside/);
  const record = log.records.find(({ level }) => level === "error")!;
  assertStringIncludes(body, String(record.fields.correlationId));
  assertStringIncludes(String(record.fields.cause), "secret inside");
});

Deno.test("question: whatever is asked further is shown from its definition", async () => {
  const { issue, follow, answer, fake } = await setUp({
    script: { further: [ADDITIONAL_QUESTION], holdAt: "key" },
  });
  const page = await follow(await issue());
  for (const text of ["追加認証", ">回答</label>", ">認証</button>", ">お好きな色は何ですか。</p>"]) {
    assertStringIncludes(page, text);
  }
  assertMatch(page, /<input[^>]* name="reply"[^>]* aria-describedby="prompt"/);
  assertStringIncludes((await answer({ reply: "" })).body, "回答を入力してください。");
  const wrong = await answer({ reply: "red" });
  assertEquals(wrong.status, 401);
  assertStringIncludes(wrong.body, `value="red"`);
  assertStringIncludes(wrong.body, "入力された番号または回答が正しくありません。[H115e]");
  assertEquals((await answer({ other: "blue" })).status, 400);
  assertEquals(fake.calls.answer, 2); // the password, and the one wrong reply
  assertStringIncludes(await follow(await answer({ reply: "blue" })), "鍵の作成");
  assertEquals(fake.calls.acquire, 1);
});

Deno.test("certificates: rows are chosen with radio buttons that say which one and what can be done", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [FRESH, DUE];
  const { body } = await get("certificates");
  const radios = [...body.matchAll(/<input type="radio"[^>]*>/g)].map(([radio]) => radio);
  assertEquals(radios.length, 2);
  assertStringIncludes(radios[0]!, `value="${FRESH.fingerprint}" data-ready="no"`);
  assertStringIncludes(radios[0]!, "選択した証明書は、2027年10月15日 15:54から更新できます。");
  assertStringIncludes(radios[1]!, `value="${DUE.fingerprint}" data-ready="yes"`);
  for (const [i, radio] of radios.entries()) {
    assertStringIncludes(radio, `name="fingerprint"`);
    assertStringIncludes(
      radio,
      `aria-labelledby="holder-${i} serial-${i}" aria-describedby="end-${i} renewal-${i}"`,
    );
    for (const cell of ["holder", "serial", "end", "renewal"]) {
      assertStringIncludes(body, `id="${cell}-${i}"`);
    }
    assertNotMatch(radio, /checked/);
  }
});

Deno.test("certificates: 「証明書更新」 waits for a row, and says so", async () => {
  const { get, fake } = await setUp();
  const button = /<button[^>]*data-post="\/renew"[^>]*>/;
  const withoutRows = await get("certificates");
  assertMatch(button.exec(withoutRows.body)![0], /aria-disabled="true" aria-describedby="nothing-to-renew"/);
  assertStringIncludes(withoutRows.body, "更新できる証明書がありません。");
  fake.certificates = [DUE];
  const withRows = await get("certificates");
  assertMatch(button.exec(withRows.body)![0], /aria-disabled="true" aria-describedby="choice-note"/);
  assertMatch(withRows.body, /id="choice-note">更新する証明書を一覧から選択し/);
});

Deno.test("certificates: says where to look for one that is not in the list, once for each login ID", async () => {
  const { get, fake } = await setUp();
  const before = { notBefore: new Date("2025-10-01T00:00:00Z"), notAfter: new Date("2026-10-02T00:00:00Z") };
  fake.certificates = [DUE];
  fake.others = [
    { ...DUE, ...before, why: "expired" }, // has a successor in the list
    { ...FRESH, ...before, loginId: "taro", why: "expired" },
    { ...FRESH, ...before, loginId: "taro", why: "expired", fingerprint: "12".repeat(32) },
    { ...FRESH, loginId: "jiro", why: "key-missing" },
    { ...FRESH, loginId: "saburo", why: "not-yet-valid" },
  ];
  const { body } = await get("certificates");
  const told = [...body.matchAll(/<li>(.*?)<\/li>/g)].map(([, text]) => text!);
  assertEquals(told.length, 3);
  assertMatch(told[0]!, /「taro」の証明書は、有効期限\(2026年10月2日 09:00\)が過ぎています.*失効を依頼し/);
  assertMatch(
    told[1]!,
    /「jiro」の証明書は、秘密鍵がここにありません.*取得したパソコンに、取得したときのユーザー/,
  );
  assertMatch(told[2]!, /「saburo」の証明書は、2026年11月22日 15:54から有効.*パソコンの日付と時刻/);
});

Deno.test("certificates: an empty list with nothing else in the keystore names the other PC and the other user", async () => {
  const { get, fake } = await setUp();
  assertStringIncludes((await get("certificates")).body, "取得したときのユーザーでサインイン");
  fake.others = [{ ...DUE, why: "expired" }];
  assertNotMatch((await get("certificates")).body, /取得したはずの証明書/);
});

Deno.test("certificates: a hint that cannot be had costs nobody the list", async () => {
  const { get, fake, log } = await setUp();
  fake.certificates = [DUE];
  fake.unlisted = () => Promise.reject(new Error("broken"));
  const { status, body } = await get("certificates");
  assertEquals(status, 200);
  assertStringIncludes(body, DUE.serial);
  assert(log.records.some(({ event }) => event === "web.unlisted-unknown"));
});

Deno.test("certificates: an interrupted renewal is told in its own words", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [DUE];
  fake.journal = [{
    journalId: "1",
    loginId: "hanako",
    state: "SUBMITTED",
    startedAt: new Date(),
    needsAuthentication: true,
    operation: "renew",
  }];
  const { body } = await get("certificates");
  assertStringIncludes(body, "前回の証明書更新(ログインID: hanako)が途中で終わっています。");
  assertStringIncludes(body, "もう一度「証明書更新」から認証すると");
});

Deno.test("confirm: 「証明書発行」 beside a live certificate is caught before anything is sent", async () => {
  const { get, fake, follow } = await setUp();
  fake.certificates = [DUE];
  const page = await follow(await get("issue"));
  for (const text of ["発行済みの証明書の確認", "信用 花子", "0badcafe", "2026年12月23日 16:00", ">戻る<"]) {
    assertStringIncludes(page, text);
  }
  assertMatch(page, new RegExp(`data-post="/renew" data-fingerprint="${DUE.fingerprint}">証明書更新<`));
  assertMatch(page, /data-post="\/issue-anyway"[^>]*>発行を続ける</);
  assertEquals([fake.calls.prepareKey, fake.calls.begin], [0, 0]);
});

Deno.test("confirm: a renewal that is not open yet is not offered, its day is named", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [FRESH];
  const { body } = await get("confirm");
  assertStringIncludes(body, "更新は2027年10月15日 15:54からできます。");
  assertNotMatch(body, /data-post="\/renew"/);
});

Deno.test("confirm: of several certificates none is renewed from here, the list is for choosing", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [FRESH, DUE];
  const { body } = await get("confirm");
  for (const serial of [FRESH.serial, DUE.serial]) assertStringIncludes(body, serial);
  assertNotMatch(body, /data-post="\/renew"/);
});

Deno.test("confirm: 「発行を続ける」 leads to the form, until the list is shown again", async () => {
  const { get, post, issue, fake, follow } = await setUp({ script: { holdAt: "issue" } });
  fake.certificates = [DUE];
  assertStringIncludes(await follow(await post(ACTION_PATHS.issueAnyway, {})), "認証して発行");
  assertStringIncludes((await get("issue")).body, "認証して発行"); // after a reload
  await get("certificates");
  assertEquals((await get("issue")).headers!.location, PAGE_PATHS.confirm);
  assertEquals((await issue()).headers!.location, PAGE_PATHS.confirm); // a form that lay open
  assertEquals(fake.calls.begin, 0);
  await post(ACTION_PATHS.issueAnyway, {});
  assertEquals((await issue()).headers!.location, PAGE_PATHS.acquiring);
});

Deno.test("confirm: without a certificate there is nothing to confirm", async () => {
  const { get, fake } = await setUp();
  assertEquals((await get("confirm")).headers!.location, PAGE_PATHS.issue);
  fake.listError = new AppError("keystore/tool-missing", { tool: "certutil", package: "libnss3-tools" });
  assertEquals((await get("issue")).status, 200); // the attempt itself says what is wrong
});

Deno.test("renew: from the row through every question in the authority's order to the result", async () => {
  const further = [TRANSACTION_QUESTION, OTP_QUESTION, OTP_TIME_SYNC_QUESTION, ADDITIONAL_QUESTION];
  const { renew, answer, follow, fake, get } = await setUp({ script: { further, holdAt: "confirm" } });
  fake.certificates = [DUE];
  const password = await follow(await renew());
  for (
    const text of [
      ">証明書更新</h1>",
      ">ログインパスワード</label>",
      ">認証</button>",
      "更新する証明書: 信用 花子(ログインID: hanako、有効期限: 2026年12月23日 16:00)",
    ]
  ) assertStringIncludes(password, text);
  assertEquals(fake.calls.prepareKey, 1);

  const transaction = await follow(await answer({ password: "correct horse" }));
  for (
    const text of [
      ">トランザクション認証</h1>",
      ">トランザクション認証番号</label>",
      `role="img" aria-label="トランザクション認証用トークンで読み取る二次元コード。`,
      `id="code-text">${TRANSACTION_QUESTION.code}</p>`,
      `data-copy="code-text"`,
      ">8桁の数字<",
    ]
  ) assertStringIncludes(transaction, text);
  const otp = await follow(await answer({ transactionNumber: "12345678" }));
  for (const text of [">ワンタイムパスワード認証</h1>", ">ワンタイムパスワード</label>"]) {
    assertStringIncludes(otp, text);
  }
  assertMatch(otp, /name="oneTimePassword"[^>]* autocomplete="one-time-code"[^>]* inputmode="numeric"/);
  assertNotMatch(otp, /<svg class="two-d-code"/);
  const timeSync = await follow(await answer({ oneTimePassword: "123456" }));
  for (
    const text of [
      ">ワンタイムパスワード認証(時刻同期)</h1>",
      ">ワンタイムパスワード(現在)</label>",
      ">ワンタイムパスワード(1分後)</label>",
    ]
  ) assertStringIncludes(timeSync, text);
  const additional = await follow(await answer({ currentPassword: "123456", nextPassword: "234567" }));
  assertStringIncludes(additional, ">追加認証</h1>");
  const acquiring = await follow(await answer({ reply: "blue" }));
  assertStringIncludes(acquiring, "新しい証明書の利用を確認するまで、今の証明書はそのまま使えます。");
  fake.release();
  await settle(fake);
  const { body } = await get("result");
  for (
    const text of [
      "証明書を更新しました。",
      "更新前の証明書(シリアル番号: 0badcafe)は新しい証明書に置き換えられ、使えなくなりました。",
      "77".repeat(17),
      "開いているブラウザも全て一旦閉じてください",
    ]
  ) assertStringIncludes(body, text);
  assertNotMatch(body, /起動しているブラウザ/);
  assertNotMatch((await get("certificates")).body, /0badcafe/);
});

Deno.test("renew: a wrong password comes back to the same page with its field marked, and is not repeated", async () => {
  const { renew, answer, fake } = await setUp({ script: { holdAt: "key" } });
  fake.certificates = [DUE];
  await renew();
  const { status, body } = await answer({ password: "hunter2" });
  assertEquals(status, 401);
  assertStringIncludes(body, "[H101e]");
  assertMatch(body, /name="password"[^>]* aria-invalid="true"/);
  assertNotMatch(body, /hunter2/);
  assertEquals((await answer({ password: "correct horse" })).headers!.location, PAGE_PATHS.acquiring);
  assertEquals(fake.calls.begin, 1);
});

Deno.test("question: a wrong number blames every field of its page, and is not shown again", async () => {
  const { renew, answer, fake } = await setUp({ script: { further: [OTP_TIME_SYNC_QUESTION] } });
  fake.certificates = [DUE];
  await renew();
  await answer({ password: "correct horse" });
  const wrong = await answer({ currentPassword: "998877", nextPassword: "776655" });
  assertEquals(wrong.status, 401);
  assertEquals(wrong.body.match(/aria-invalid="true"/g)?.length, 2);
  assertMatch(wrong.body, /id="nextPassword-error">入力された番号または回答が正しくありません。</);
  assertNotMatch(wrong.body, /998877|776655/);
  fake.script.answerError = new AppError("registration/code-used", {}, { field: "nextPassword" });
  const used = await answer({ currentPassword: "123456", nextPassword: "234567" });
  assertStringIncludes(used.body, "[H116e]");
  assertEquals(used.body.match(/aria-invalid="true"/g)?.length, 1);
  assertMatch(used.body, /id="nextPassword-error">このワンタイムパスワードはすでに使用されています。</);
});

Deno.test("question: numbers have exactly their digits, typed in any width and in groups", async () => {
  const { renew, answer, fake } = await setUp({ script: { further: [OTP_QUESTION], holdAt: "key" } });
  fake.certificates = [DUE];
  await renew();
  await answer({ password: "correct horse" });
  for (
    const oneTimePassword of [
      "12345",
      "1234567",
      "12345a",
      "１２３４５",
      "一二三四五六",
      "-",
      "9".repeat(4000),
    ]
  ) {
    const { status, body } = await answer({ oneTimePassword });
    assertEquals(status, 400, oneTimePassword);
    assertStringIncludes(body, "[G006e]");
    assertMatch(body, /ワンタイムパスワード(は6桁の数字で|は6文字以内で|を)入力してください。/);
  }
  assertEquals(fake.calls.answer, 1);
  assertEquals((await answer({ oneTimePassword: " １２３ 456 " })).headers!.location, PAGE_PATHS.acquiring);
});

Deno.test("question: an answer from a page that shows an earlier question is given to nobody", async () => {
  const { renew, answer, get, post, fake, follow } = await setUp({
    script: { further: [OTP_QUESTION, OTP_QUESTION], holdAt: "key" },
  });
  fake.certificates = [DUE];
  await renew();
  await answer({ password: "correct horse" });
  const first = /name="step" value="([^"]+)"/.exec((await get("question")).body)![1]!;
  await post(ACTION_PATHS.answer, { step: first, oneTimePassword: "123456" });
  const again = await post(ACTION_PATHS.answer, { step: first, oneTimePassword: "123456" }); // sent twice
  assertEquals(again.headers!.location, PAGE_PATHS.question);
  await renew(); // begun anew in another tab
  assertStringIncludes(
    await follow(await post(ACTION_PATHS.answer, { step: first, oneTimePassword: "123456" })),
    "ログインパスワード",
  );
  assertEquals(fake.calls.answer, 2);
  assertEquals((await post(ACTION_PATHS.answer, {})).headers!.location, PAGE_PATHS.question);
});

const NOT_RENEWED: [string, AppError, string][] = [
  [
    "too early",
    new AppError("registration/renewal-too-early", {
      from: "2027-10-15T06:54:00Z",
      notAfter: "2027-11-24T06:54:00Z",
    }),
    "まだ更新できません。更新は2027年10月15日 15:54からできます。(有効期限 2027年11月24日 15:54)[H117e]",
  ],
  [
    "expired",
    new AppError("registration/renewal-expired", { notAfter: "2026-11-22T14:59:59Z" }),
    "証明書の有効期限(2026年11月22日 23:59)が過ぎているため、更新できません。[H118e]",
  ],
  ["revoked", new AppError("registration/renewal-revoked", {}), "[H119e]"],
  ["superseded", new AppError("registration/renewal-superseded", {}), "[H120e]"],
  ["unknown", new AppError("registration/renewal-unknown", {}), "[H121e]"],
  ["another institution's", new AppError("issuance/foreign-certificate", {}), "[H312e]"],
  ["without its key", new AppError("keystore/key-missing", {}), "[H506e]"],
  ["with a key that does not work", new AppError("keystore/key-unusable", {}), "[H507e]"],
  [
    "on a PC with a wrong clock",
    new AppError("issuance/clock-wrong", { here: "2025-01-01T00:00:00Z", there: "2026-11-23T06:54:00Z" }),
    "このパソコンの日時(2025年1月1日 09:00)が正しくありません。(認証局の日時 2026年11月23日 15:54)[H309e]",
  ],
];
for (const [name, error, text] of NOT_RENEWED) {
  Deno.test(`renew: ${name} is 証明書取得エラー with its cause and one next step`, async () => {
    const { renew, fake, get } = await setUp({ script: { beginError: error } });
    fake.certificates = [DUE];
    const { status, body } = await renew();
    assertEquals(status, error.row.status);
    for (const expected of ["証明書取得エラー", text, ">閉じる</button>", "お問合せ番号"]) {
      assertStringIncludes(body, expected);
    }
    assertStringIncludes((await get("error")).body, text);
  });
}

Deno.test("renew: only certificates of the list are renewed, and fingerprints are nothing else", async () => {
  const { renew, fake } = await setUp();
  fake.certificates = [DUE];
  fake.others = [
    { ...DUE, fingerprint: "11".repeat(32), why: "key-missing" },
    { ...DUE, fingerprint: "22".repeat(32), why: "expired" },
  ];
  assertStringIncludes((await renew("00".repeat(32))).body, "[H311e]");
  assertStringIncludes((await renew("11".repeat(32))).body, "[H506e]");
  assertStringIncludes((await renew("22".repeat(32))).body, "[H118e]");
  const begun = fake.calls.begin;
  for (
    const odd of ["", "cd", DUE.fingerprint.toUpperCase(), `${DUE.fingerprint}0`, `${DUE.fingerprint}\n`]
  ) {
    const { status, body } = await renew(odd);
    assertEquals([status, body], [400, "refused"], odd);
  }
  assertEquals(fake.calls.begin, begun);
  assertEquals(fake.current(), undefined);
});

Deno.test("renew: while a certificate is fetched it leads to its progress", async () => {
  const { issue, renew, get, fake } = await setUp({ script: { holdAt: "issue" } });
  await issue();
  fake.certificates = [DUE];
  for (const answer of [await renew(), await get("confirm")]) {
    assertEquals(answer.headers!.location, PAGE_PATHS.acquiring);
  }
  assertEquals(fake.calls.begin, 1);
  assertNotMatch((await get("certificates")).body, /data-post="\/renew"/);
});

Deno.test("result: names the browsers that run, and does without when they cannot be known", async () => {
  const set = await setUp({ runningBrowsers: () => Promise.resolve(["Firefox", "<b>Chromium"]) });
  await set.issue();
  await settle(set.fake);
  assertStringIncludes((await set.get("result")).body, "起動しているブラウザ: Firefox、&lt;b&gt;Chromium");
  const failing = await setUp({ runningBrowsers: () => Promise.reject(new Error("no ps")) });
  await failing.issue();
  await settle(failing.fake);
  const { status, body } = await failing.get("result");
  assertEquals(status, 200);
  assertStringIncludes(body, "開いているブラウザも全て一旦閉じてください");
  assertNotMatch(body, /起動しているブラウザ/);
});

Deno.test("reminders: nothing is said of them where there are none", async () => {
  const { get, issue, fake, post } = await setUp();
  await issue();
  await settle(fake);
  for (const page of ["result", "certificates"] as const) {
    assertNotMatch((await get(page)).body, /お知らせ|カレンダー|\.ics/);
  }
  for (const path of [ACTION_PATHS.remindersOn, ACTION_PATHS.remindersOff, ACTION_PATHS.calendar]) {
    assertEquals((await post(path, {})).status, 404);
  }
});

Deno.test("reminders: are offered on the result and beside the list, and turned on and off", async () => {
  const reminders = new FakeReminders();
  const { get, issue, post, fake } = await setUp({ reminders });
  assertNotMatch((await get("certificates")).body, /お知らせ/); // nothing to be reminded of
  await issue();
  await settle(fake);
  for (const page of ["result", "certificates"] as const) {
    assertMatch((await get(page)).body, /data-set="\/reminders-on"[^>]*>お知らせする</, page);
  }
  assertEquals((await post(ACTION_PATHS.remindersOn, {})).status, 204);
  const { body } = await get("certificates");
  assertMatch(body, /data-set="\/reminders-off"[^>]*>お知らせをやめる</);
  for (const text of ["まだありません", "2026年11月24日 10:00"]) assertStringIncludes(body, text);
  reminders.state = { ...reminders.state, isOverdue: true, lastCheck: new Date("2026-11-20T01:00:00Z") };
  const overdue = (await get("certificates")).body;
  for (const text of ["確認が予定どおりに行われていません", "2026年11月20日 10:00"]) {
    assertStringIncludes(overdue, text);
  }
  assertEquals((await post(ACTION_PATHS.remindersOff, {})).status, 204);
  assertEquals(reminders.state.isOn, false);
  assertEquals((await post(ACTION_PATHS.remindersOn, { evil: "1" })).status, 400);
  assertEquals(reminders.calls.turnOn, 1);
});

Deno.test("reminders: what goes wrong is told once, and what cannot be had is no button", async () => {
  const reminders = new FakeReminders();
  reminders.error = new AppError("reminder/unavailable", { reason: "systemctl" });
  const { get, post, fake } = await setUp({ reminders });
  fake.certificates = [DUE];
  assertEquals((await post(ACTION_PATHS.remindersOn, {})).status, 204);
  const alert = /role="alert".*設定できません。\(systemctl\)\[H609e\]/;
  assertMatch((await get("certificates")).body, alert);
  assertNotMatch((await get("certificates")).body, alert);
  reminders.state = { ...reminders.state, unavailable: reminders.error };
  const { body } = await get("certificates");
  assertStringIncludes(body, "[H609e]");
  assertNotMatch(body, /data-set=|role="alert"/);
  assertMatch(body, /data-download="\/calendar"/);
});

Deno.test("calendar: a file for a certificate of the list, and for no other", async () => {
  const { post, get, fake } = await setUp({ reminders: new FakeReminders() });
  fake.certificates = [DUE];
  fake.others = [{ ...DUE, fingerprint: "11".repeat(32), why: "expired" }];
  assertStringIncludes(
    (await get("certificates")).body,
    `data-download="/calendar" data-file="certificate-2224.ics" data-fingerprint="${DUE.fingerprint}"`,
  );
  const { status, headers, body } = await post(ACTION_PATHS.calendar, { fingerprint: DUE.fingerprint });
  assertEquals(status, 200);
  assertEquals(headers!["content-type"], "text/calendar; charset=utf-8");
  assertEquals(headers!["content-disposition"], 'attachment; filename="certificate-2224.ics"');
  assertStringIncludes(body, "X-SERIAL:0badcafe");
  for (const fingerprint of ["00".repeat(32), "11".repeat(32)]) {
    assertEquals((await post(ACTION_PATHS.calendar, { fingerprint })).status, 404);
  }
  assertEquals((await post(ACTION_PATHS.calendar, { fingerprint: "../etc" })).body, "refused");
  fake.certificates.push(FRESH);
  assertMatch((await get("certificates")).body, /data-chosen="any" aria-disabled="true"/);
});

Deno.test("cancel: works until the request is sent, and says so", async () => {
  const { issue, post, follow, get, progress } = await setUp({ script: { holdAt: "key" } });
  await issue();
  assertEquals((await progress()).cancellable, true);
  assertStringIncludes((await get("acquiring")).body, "取り消すことができます");
  assertStringIncludes(await follow(await post(ACTION_PATHS.cancel, {})), "証明書の取得を取り消しました。");
  assertNotMatch((await get("certificates")).body, /取り消しました/);
});

Deno.test("cancel: afterwards it is refused with the reason, and the acquisition goes on", async () => {
  const { issue, post, fake, progress } = await setUp({ script: { holdAt: "issue" } });
  await issue();
  await Promise.resolve();
  const { status, body } = await post(ACTION_PATHS.cancel, {});
  assertEquals(status, 409);
  assertStringIncludes(body, "要求を送信済みのため、取り消せません。[H305e]");
  fake.release();
  await settle(fake);
  assertEquals((await progress()).next, "result");
});

Deno.test("pages that have nothing to show lead to the list", async () => {
  const { get } = await setUp();
  for (const page of ["question", "acquiring", "result", "error"] as const) {
    assertEquals((await get(page)).headers!.location, PAGE_PATHS.certificates, page);
  }
});

Deno.test("while a certificate is fetched, the form leads to its progress instead of a second one", async () => {
  const { issue, get, fake } = await setUp({ script: { holdAt: "issue" } });
  await issue();
  assertEquals((await get("issue")).headers!.location, PAGE_PATHS.acquiring);
  assertEquals((await issue("taro", "x")).headers!.location, PAGE_PATHS.acquiring);
  assertEquals(fake.calls.begin, 1);
});

Deno.test("language: the switch changes every page, and only knows its own languages", async () => {
  const { post, get } = await setUp();
  assertEquals((await post(ACTION_PATHS.language, { language: "en" })).status, 204);
  const { body } = await get("certificates");
  assertMatch(body, /lang="en"/);
  assertStringIncludes(body, "No certificate yet");
  for (const language of ["fr", "__proto__", "toString", ""]) {
    assertEquals((await post(ACTION_PATHS.language, { language })).status, 400, language);
  }
});

Deno.test("no page carries a script, a style, an inline handler or an address of its own", async () => {
  const { get, issue, renew, answer, fake } = await setUp();
  const pages = [
    await get("certificates"),
    await get("issue"),
    await issue("", ""),
    await issue("taro", "x"),
  ];
  fake.certificates = [DUE];
  pages.push(await get("certificates"), await get("confirm"));
  fake.script = { further: [TRANSACTION_QUESTION] };
  await renew();
  pages.push(await get("question"));
  await answer({ password: "correct horse" });
  pages.push(await get("question"));
  for (const { body } of pages) {
    assertNotMatch(body, /<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?:|<form|<iframe|<base/i);
  }
});

const ATTACKS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</template><svg onload=alert(1)>`,
  `</dd><iframe srcdoc="<script>alert(1)</script>">`,
  `<!--<a href="-->`,
  `&lt;script&gt;`,
  `javascript:alert(1)//"'<`,
  `\u2028<b>\u202e`,
  `]]><x>`,
];
Deno.test("nothing that the authority, the keystore or a person supplies becomes markup", async () => {
  let checked = 0;
  for (const attack of ATTACKS) {
    for (const language of ["ja", "en"] as const) {
      const { fake, get, issue, post, renew, answer, follow } = await setUp({
        language,
        reminders: new FakeReminders(),
      });
      const named = sampleCertificate({
        holder: attack,
        loginId: attack,
        organization: attack,
        serial: attack,
        storedAt: attack,
      });
      fake.certificates = [named];
      fake.others = [{ ...named, loginId: `${attack}2`, why: "expired" }];
      fake.journal = [{
        journalId: "1",
        loginId: attack,
        state: "SUBMITTED",
        startedAt: new Date(),
        needsAuthentication: true,
        operation: "issue",
      }];
      fake.resumable = [named];
      const shown = [await get("certificates"), await get("certificates"), await get("confirm")];
      await post(ACTION_PATHS.issueAnyway, {});
      shown.push(await issue(attack, "x"));
      for (
        const error of [
          new AppError("authority/busy", {}, { correlationId: attack, detail: attack }),
          new AppError("registration/already-issued", { notAfter: attack }, { detail: attack }),
          new AppError("issuance/answer-distrusted", { reason: attack }),
        ]
      ) {
        fake.script.beginError = error;
        shown.push(await issue());
      }
      fake.script = {
        further: [{
          kind: "x",
          title: { ja: attack, en: attack },
          lead: { ja: attack, en: attack },
          code: attack,
          prompt: attack,
          fields: [{
            name: "reply",
            label: { ja: attack, en: attack },
            secret: false,
            maxLength: 9999,
            autocomplete: attack,
          }],
        }],
      };
      shown.push({ status: 200, body: await follow(await renew(named.fingerprint)) });
      (fake.accounts as Record<string, string>)[attack] = "correct horse";
      shown.push({ status: 200, body: await follow(await answer({ password: "correct horse" })) });
      shown.push(await answer({ reply: attack }));
      for (const { body } of shown) {
        checked++;
        const isOwnEntity = !/[<>"']/.test(attack);
        assert(isOwnEntity || !body.includes(attack), `${attack} in ${body}`);
        assertNotMatch(body, /<(script|img|iframe|svg onload|b>|x>|a |!--)/);
      }
    }
  }
  assertEquals(checked, ATTACKS.length * 2 * 10);
});
