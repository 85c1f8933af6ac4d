import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CATALOGUE } from "../errors.ts";
import { CODE_DETAILS } from "./code_details.ts";
import { fillHelp, HELP, HELP_TOPICS, helpEntry } from "./mod.ts";

const LANGUAGES = ["ja", "en"] as const;

/** The manual's chapter 3.1, word for word, in its order. */
const QUESTIONS_OF_THE_MANUAL = [
  "電子証明書の有効期限とは何ですか。",
  "電子証明書の有効期限が切れるとどうなりますか。",
  "電子証明書の有効期限はどのようにしたら確認できますか。",
  "電子証明書の有効期間はどのくらいですか。",
  "電子証明書の更新はいつからできますか。",
  "証明書の有効期限が切れてしまいましたが、更新できますか。",
  "有効期限が終了した証明書は自動的に削除されるのでしょうか。",
  "電子証明書の発行が正常に完了しましたが、ブラウザで確認したところ証明書がインストールされていません。",
  "電子証明書の内容を確認したい。",
  "証明書の更新ができません。",
  "電子証明書更新の証明書が何も表示されない。",
  "証明書発行アプリケーションが起動しない。",
  "電子証明書のエクスポートとは何ですか。",
  "電子証明書のバックアップを取ることはできますか。",
  "秘密鍵を含んだ証明書のエクスポートをしたいのですが、エクスポートウィザードで「はい、秘密キーをエクスポートします」が選択できません。",
  "現在使用している電子証明書を他のPCで使うことはできますか。",
  "OSの再インストール後、電子証明書が無くなりました。",
  "PCを修理に出したところ電子証明書が利用できなくなりました。",
  "証明書のプロパティに「情報不足のため、この証明書を検証できません」と表示されています。",
];

/** The manual's chapter 3.2, in its order. */
const CODES_OF_THE_MANUAL = [
  ...["BZBE001011", "BZBE011008", "G001e", "G002e", "G003e", "G004e", "G005e", "G006e", "G007i", "G008e"],
  ...["G009e", "G014e", "G021e"],
];

/** The doctor's checks. */
const CHECKS = [
  ...["authority-name", "authority-tcp", "proxy", "authority-tls", "authority-http", "tls-inspection"],
  ...["clock", "keystore", "certificate", "certificate-key", "certificate-chain", "certificate-revocation"],
  ...["certificate-expiry", "user", "remote-desktop", "conflicting-software", "version", "log", "disk"],
  "browsers",
];

/** What only a program that speaks to the authority is told. */
const FOR_PROGRAMS = [
  "authority/not-found",
  "authority/method-not-allowed",
  "authority/unsupported-media-type",
];

Deno.test("HELP answers every question of the manual's chapter 3.1, in its words and its order", () => {
  const questions = HELP.filter(({ kind }) => kind === "question").map(({ title }) => title.ja);
  assertEquals(questions.filter((title) => QUESTIONS_OF_THE_MANUAL.includes(title)), QUESTIONS_OF_THE_MANUAL);
});

Deno.test("HELP has every code of the manual's chapter 3.2, in its order", () => {
  const codes = HELP.filter(({ kind }) => kind === "code").map(({ code }) => code!);
  assertEquals(codes.filter((code) => CODES_OF_THE_MANUAL.includes(code)), CODES_OF_THE_MANUAL);
});

Deno.test("HELP has every code of the catalogue that a person can meet, and no other", () => {
  const expected = Object.entries(CATALOGUE)
    .filter(([key]) => !FOR_PROGRAMS.includes(key)).map(([, { code }]) => code as string);
  const codes = HELP.map(({ code }) => code).filter((code) => code !== undefined);
  assertEquals(codes.filter((code) => !code.startsWith("BZBE")).sort(), expected.sort());
});

Deno.test("an entry of the catalogue says its message and begins with its advice", () => {
  const busy = helpEntry("G008e")!;
  assertEquals(busy.title, CATALOGUE["authority/busy"].message);
  assertEquals(busy.body[0], CATALOGUE["authority/busy"].advice);
});

Deno.test("an entry leaves out what only a real error knows", () => {
  assertEquals(helpEntry("H103e")!.title.ja, "電子証明書は発行済みです。");
  assertEquals(helpEntry("H107e")!.title.en, "Cannot accept the certificate request");
  assertEquals(helpEntry("H604e")!.title, {
    ja: "作業フォルダに書き込めません。",
    en: "Cannot write to the folder",
  });
  assertEquals(
    helpEntry("H501e")!.body[0]!.ja,
    "画面に表示されたパッケージをインストールしてから、もう一度お試しください。",
  );
});

Deno.test("every entry exists in both languages and begins with something to do or to know", () => {
  for (const { id, title, body } of HELP) {
    assert(body.length > 0, id);
    for (const language of LANGUAGES) {
      for (const text of [title, ...body]) assert(text[language].trim().length > 3, `${id} ${language}`);
    }
    for (const text of [title, ...body]) {
      assert(!/[\u3040-\u30ff\u4e00-\u9fff]/.test(text.en), `${id}: Japanese in ${text.en}`);
      assertMatch(text.ja, /[\u3040-\u30ff\u4e00-\u9fff]/, id);
    }
  }
});

Deno.test("every entry has an ID of its own, fit for an attribute and for a form field", () => {
  const ids = HELP.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) assertMatch(id, /^[A-Za-z0-9-]{2,40}$/);
  for (const { entries } of HELP_TOPICS) assert(entries.length > 0);
});

Deno.test("entries name no check that the doctor does not have, and none twice", () => {
  for (const { id, checks } of HELP) {
    assertEquals(checks.filter((check) => !CHECKS.includes(check)), [], id);
    assertEquals(new Set(checks).size, checks.length, id);
  }
});

Deno.test("every check of the doctor is named by some entry", () => {
  const named = new Set(HELP.flatMap(({ checks }) => checks));
  assertEquals(CHECKS.filter((check) => !named.has(check)), []);
});

Deno.test("CODE_DETAILS knows no code that the catalogue does not have", () => {
  assertEquals(Object.keys(CODE_DETAILS).filter((key) => !(key in CATALOGUE)), []);
});

Deno.test("fillHelp() puts the institution's words in, and no text has any other placeholder", () => {
  const values = { service: "Net", authorityUrl: "https://ca.test", renewalDays: "40" };
  for (const { id, title, body } of HELP) {
    for (const text of [title, ...body]) {
      for (const language of LANGUAGES) {
        const filled = fillHelp(text[language], values);
        assert(!/[{}]/.test(filled), `${id}: ${filled}`);
      }
    }
  }
  const whole = helpEntry("cannot-renew")!.body.map((text) => fillHelp(text.ja, values)).join("\n");
  assertStringIncludes(whole, "認証局のURL: https://ca.test");
  assertStringIncludes(whole, "有効期限の40日前から");
});

Deno.test("no entry speaks of what this product does not need", () => {
  for (const { id, title, body } of HELP) {
    for (const text of [title, ...body]) {
      for (const language of LANGUAGES) assert(!/\.NET|Framework|Internet Explorer/.test(text[language]), id);
    }
  }
});
