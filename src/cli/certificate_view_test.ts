import { assert, assertEquals, assertMatch } from "@std/assert";
import { certificateJson, certificateTable, certificateText, listedJson } from "./certificate_view.ts";

const certificate = {
  fingerprint: "f",
  serial: "01ab",
  holder: "髙橋 美咲",
  loginId: "takahashi04",
  organization: "有限会社さくら工業",
  notBefore: new Date("2026-03-31T00:00:00Z"),
  notAfter: new Date("2027-04-01T00:00:00Z"),
  renewableFrom: new Date("2027-02-20T00:00:00Z"),
  storedAt: "/home/a/.pki/nssdb",
};

const now = new Date("2027-01-31T14:59:59Z");

/** Columns of a terminal: two for kana, kanji and full-width forms. */
function width(text: string): number {
  return [...text].reduce((sum, c) => sum + (/[\u3000-\u9fff\uff00-\uff60]/.test(c) ? 2 : 1), 0);
}

Deno.test("certificateTable() lines its columns up for wide and narrow characters", async () => {
  const other = { ...certificate, holder: "Smith, J. (Tokyo)", serial: "02" };
  const lines = (await certificateTable([certificate, other], { language: "ja", now })).split("\n");
  assertEquals(new Set(lines.map(width)).size, 1);
  assert(lines.some((line) => line.includes("髙橋 美咲") && line.includes("2027年4月1日 09:00")));
});

Deno.test("certificateTable() keeps a name with line feeds in its row", async () => {
  const lines =
    (await certificateTable([{ ...certificate, holder: "a\nb\u001b[31m" }], { language: "en", now })).split(
      "\n",
    );
  assertEquals(lines.length, 5);
});

Deno.test("certificateTable() says how many days are left, and whether renewal is open or from when", async () => {
  const table = async (now: string, language: "ja" | "en") =>
    await certificateTable([certificate], { language, now: new Date(now) });
  const early = await table("2027-02-19T14:59:59Z", "ja"); // 23:59:59 in Japan
  assertMatch(early, /│ 41日 +│ 2027年2月20日から/);
  assertMatch(await table("2027-02-20T00:00:00Z", "ja"), /│ 40日 +│ できます/);
  assertMatch(await table("2027-02-19T23:59:59Z", "en"), /│ 40 +│ from 20 February 2027/);
  assertMatch(await table("2027-03-31T15:00:00Z", "ja"), /│ 本日まで +│ できます/);
});

Deno.test("listedJson() says the same for scripts", () => {
  const { daysLeft, isRenewalOpen, serial } = listedJson(certificate, new Date("2027-02-20T00:00:00Z"));
  assertEquals([daysLeft, isRenewalOpen, serial], [40, true, "01ab"]);
  assertEquals(listedJson(certificate, now)["isRenewalOpen"], false);
});

Deno.test("certificateJson() gives times in UTC", () => {
  assertEquals(certificateJson(certificate)["notAfter"], "2027-04-01T00:00:00.000Z");
});

Deno.test("certificateText() says who, which, until when and where", () => {
  assertMatch(
    certificateText(certificate, "en"),
    /髙橋 美咲[\s\S]*takahashi04[\s\S]*01ab[\s\S]*1 April 2027[\s\S]*nssdb/,
  );
});
