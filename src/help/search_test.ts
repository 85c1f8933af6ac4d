import { assert, assertEquals } from "@std/assert";
import type { Language } from "../errors.ts";
import { HELP, searchHelp } from "./mod.ts";
import { createSearch } from "./search.ts";
import type { HelpEntry } from "./types.ts";

function ids(query: string, language: Language = "ja"): string[] {
  return searchHelp(query, language).map(({ id }) => id);
}

Deno.test("searchHelp() finds a code however it is written, and nothing else", () => {
  for (
    const query of [
      ...[
        "G008e",
        "g008e",
        "G008",
        "[G008e]",
        "【Ｇ００８ｅ】",
        "ｇ００８ｅ",
        "G-008e",
        "G‐008e",
        "「G008e」",
      ],
      ...[" G008e ", "(G008e)"],
    ]
  ) {
    assertEquals(ids(query), ["G008e"], query);
  }
  assertEquals(ids("BZBE-001011"), ["BZBE001011"]);
  assertEquals(ids("CCHK902"), ["BZBE001011", "BZBE011008"]);
});

/** What people type, and the entry that they mean. */
const PHRASES: readonly (readonly [query: string, id: string, language?: Language])[] = [
  ["有効期限 確認", "see-expiry"],
  ["期限が切れた", "after-expiry"],
  ["期限切れ 更新", "renew-expired"],
  ["更新できない", "cannot-renew"],
  ["証明書 更新 できない", "cannot-renew"],
  ["いつから更新", "renewal-opens"],
  ["何も表示されない", "nothing-listed"],
  ["起動しない", "does-not-start"],
  ["ブラウザ インストールされていない", "issued-not-found"],
  ["バックアップ", "backup"],
  ["ばっくあっぷ", "backup"],
  ["ﾊﾞｯｸｱｯﾌﾟ", "backup"],
  ["別のパソコンで使いたい", "other-pc"],
  ["OS 再インストール", "os-reinstalled"],
  ["修理", "pc-repaired"],
  ["情報不足", "not-verified"],
  ["秘密キー", "export-key"],
  ["プロキシ パスワード", "proxy-asks"],
  ["ファイアフォックス", "firefox"],
  ["FIREFOX", "firefox"],
  ["パスワードを忘れた", "H102e"],
  ["混雑", "G008e"],
  ["smartaccess", "nothing-listed"],
  ["sure click", "nothing-listed"],
  ["日時が正しくない", "H309e"],
  ["another pc", "other-pc", "en"],
  ["expired renew", "renew-expired", "en"],
  ["BACKUP", "backup", "en"],
  ["does not start", "does-not-start", "en"],
];

for (const [query, id, language = "ja"] of PHRASES) {
  Deno.test(`searchHelp(${JSON.stringify(query)}) finds ${id} among the first five`, () => {
    const found = ids(query, language);
    assert(found.slice(0, 5).includes(id), found.join(" "));
  });
}

Deno.test("searchHelp() wants every word: in the title, the body or the code", () => {
  assert(ids("プロキシ").includes("G009e"));
  assertEquals(ids("プロキシ 修理"), []);
  assert(ids("G009e プロキシ").includes("G009e"));
  assertEquals(ids("xyzzy"), []);
});

Deno.test("searchHelp() without a word is everything in its order", () => {
  for (const query of ["", "  ", "　", "、。", "「」", "---", "…"]) {
    assertEquals(ids(query), HELP.map(({ id }) => id), JSON.stringify(query));
  }
});

Deno.test("searchHelp() searches one language only", () => {
  assertEquals(ids("Acquire", "ja"), []);
  assert(ids("acquire", "en").length > 0);
  assertEquals(ids("失効", "en"), []);
});

Deno.test("createSearch() ranks code before title before body, and keeps the order among equals", () => {
  const entry = (id: string, changes: Partial<HelpEntry>): HelpEntry => ({
    id,
    kind: "question",
    title: { ja: "あ", en: "a" },
    body: [{ ja: "あ", en: "a" }],
    checks: [],
    ...changes,
  });
  const word = { ja: "X123e が出る", en: "X123e" };
  const search = createSearch([
    entry("body", { body: [word] }),
    entry("title", { title: word }),
    entry("code", { kind: "code", code: "X123e" }),
    entry("title again", { title: word }),
    entry("other", {}),
  ]);
  assertEquals(search("x123e", "ja").map(({ id }) => id), ["code", "title", "title again", "body"]);
});

Deno.test("searchHelp() takes any text, and quickly", () => {
  const began = performance.now();
  for (
    const query of ["(".repeat(4096), "証明書".repeat(1000), "あ ".repeat(2000), "\ud800", "a".repeat(4096)]
  ) {
    searchHelp(query, "ja");
  }
  assert(performance.now() - began < 1000);
});
