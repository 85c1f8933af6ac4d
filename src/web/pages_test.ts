import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { AppError, type Language } from "../errors.ts";
import type { Answer } from "./answer.ts";
import type { Fields } from "./body.ts";
import { createPages } from "./pages.ts";
import { ACTION_PATHS, PAGE_PATHS, type PageName, PROGRESS_PATH } from "./paths.ts";
import { FakeIssuance, FURTHER_QUESTION, sampleCertificate, type Script } from "./testing/fake_issuance.ts";
import { shippedProfile, testParts } from "./testing/parts.ts";
import { Walk } from "./walk.ts";

const ID = "c0ffee00c0ffee00c0ffee00c0ffee00";

async function setUp(options: { language?: Language; script?: Script } = {}) {
  const parts = testParts(options.language === undefined ? {} : { startIn: options.language });
  const fake: FakeIssuance = parts.fake;
  fake.script = options.script ?? {};
  const walk = new Walk(() => Promise.resolve(fake));
  const respond = createPages({
    ...parts,
    profile: shippedProfile(),
    language: await parts.language(),
    walk,
    issuance: () => walk.issuance(() => {}),
  });
  const get = (page: PageName) => respond({ method: "GET", path: PAGE_PATHS[page], fields: {} });
  const post = (path: string, fields: Fields) => respond({ method: "POST", path, fields });
  const issue = (loginId = "hanako", password = "correct horse") =>
    post(ACTION_PATHS.issue, { loginId, password });
  const progress = async () =>
    JSON.parse((await respond({ method: "GET", path: PROGRESS_PATH, fields: {} })).body);
  /** Follows the one redirect of an accepted form. */
  async function follow(answer: Answer): Promise<string> {
    assertEquals(answer.status, 303, answer.body);
    const path = answer.headers!.location!;
    return (await respond({ method: "GET", path, fields: {} })).body;
  }
  return { ...parts, fake, walk, get, post, issue, progress, follow, respond };
}

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

Deno.test("certificates: each row shows holder, login ID, serial, expiry and days left", async () => {
  const { get, fake } = await setUp();
  fake.certificates = [
    sampleCertificate({ notAfter: new Date("2026-12-05T07:00:00Z") }),
    sampleCertificate({ fingerprint: "cd".repeat(32), notAfter: new Date("2026-11-23T14:00:00Z") }),
  ];
  const { body } = await get("certificates");
  for (
    const text of [
      "信用 花子",
      "hanako-2224",
      "5f3c9a01",
      "2026年12月5日 16:00",
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
  const { issue, follow, post, fake } = await setUp({ script: { further: FURTHER_QUESTION, holdAt: "key" } });
  const page = await follow(await issue());
  for (const text of ["追加認証", ">回答</label>", ">認証</button>"]) assertStringIncludes(page, text);
  assertStringIncludes((await post(ACTION_PATHS.answer, { reply: "" })).body, "回答を入力してください。");
  const wrong = await post(ACTION_PATHS.answer, { reply: "red" });
  assertEquals(wrong.status, 401);
  assertStringIncludes(wrong.body, `value="red"`);
  assertEquals((await post(ACTION_PATHS.answer, { other: "blue" })).status, 400);
  assertStringIncludes(await follow(await post(ACTION_PATHS.answer, { reply: "blue" })), "鍵の作成");
  assertEquals(fake.calls.acquire, 1);
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
  const { get, issue, fake } = await setUp();
  const pages = [
    await get("certificates"),
    await get("issue"),
    await issue("", ""),
    await issue("taro", "x"),
  ];
  fake.certificates = [sampleCertificate()];
  pages.push(await get("certificates"));
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
      const { fake, get, issue, follow } = await setUp({ language });
      const named = sampleCertificate({
        holder: attack,
        loginId: attack,
        organization: attack,
        serial: attack,
        storedAt: attack,
      });
      fake.certificates = [named];
      fake.journal = [{
        journalId: "1",
        loginId: attack,
        state: "SUBMITTED",
        startedAt: new Date(),
        needsAuthentication: true,
      }];
      fake.resumable = [named];
      const shown = [await get("certificates"), await get("certificates"), await issue(attack, "x")];
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
        further: {
          kind: "x",
          title: { ja: attack, en: attack },
          fields: [{
            name: "reply",
            label: { ja: attack, en: attack },
            secret: false,
            maxLength: 9999,
            autocomplete: attack,
          }],
        },
      };
      shown.push({ status: 200, body: await follow(await issue()) });
      for (const { body } of shown) {
        checked++;
        const isOwnEntity = !/[<>"']/.test(attack);
        assert(isOwnEntity || !body.includes(attack), `${attack} in ${body}`);
        assertNotMatch(body, /<(script|img|iframe|svg onload|b>|x>|a |!--)/);
      }
    }
  }
  assertEquals(checked, ATTACKS.length * 2 * 7);
});
