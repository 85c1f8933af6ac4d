/**
 * The people of the demo. Their passwords and tokens are no secret: they stand here, the demo prints the ones and
 * its software token page has the others.
 *
 * @module
 */
import { hash } from "node:crypto";
import type { DemoToken } from "../../src/authority/bank/mod.ts";
import { encodeBase32 } from "../../src/otp/mod.ts";

export interface DemoAccount {
  loginId: string;
  password: string;
  name: string;
  company: string;
  role: "user" | "administrator";
  /** What the authority asks for, in this order; none: what its policy says. */
  steps: string[];
  isDisabled?: true;
  /** Days that the certificate is valid, if fewer than others'. */
  validityDays?: number;
  question?: { prompt: string; reply: string };
  tokens: Pick<DemoToken, "kind" | "secret">[];
  /** What this account is there to show. */
  shows: string;
}

/** Renewal opens 40 days before the end. */
const DUE_DAYS = 30;
const QUESTION = { prompt: "初めて飼ったペットの名前は何ですか。", reply: "ポチ" };

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  account("tanaka01", { name: "田中 一郎", company: "株式会社みなと商事", shows: "ordinary user" }),
  account("suzuki02", { name: "鈴木 花子", company: "株式会社みなと商事", shows: "ordinary user" }),
  account("sato03", { name: "佐藤 健", company: "有限会社さくら工業", shows: "ordinary user" }),
  account("takahashi04", {
    name: "髙橋 美咲",
    company: "有限会社さくら工業",
    shows: "a name beyond JIS level 2",
  }),
  account("ito05", { name: "伊藤 翔", company: "合同会社あおば", shows: "ordinary user" }),
  account("kanri-minato", {
    name: "山本 直子",
    company: "株式会社みなと商事",
    role: "administrator",
    shows: "administrator of a company",
  }),
  account("kanri-sakura", {
    name: "中村 誠",
    company: "有限会社さくら工業",
    role: "administrator",
    shows: "administrator of another company",
  }),
  account("kobayashi06", {
    name: "小林 陽子",
    company: "合同会社あおば",
    steps: ["password", "palm-vein"],
    shows: "a step that the app does not know: G004e",
  }),
  account("kato07", { name: "加藤 隆", company: "合同会社あおば", isDisabled: true, shows: "disabled" }),
  account("shimizu08", {
    name: "清水 彩",
    company: "みどり建設株式会社",
    validityDays: DUE_DAYS,
    shows: "a certificate that is due for renewal at once",
  }),
  account("yamada09", {
    name: "山田 さくら",
    company: "みどり建設株式会社",
    ...asked(["transaction"]),
    shows: "transaction authentication; due at once",
  }),
  account("sasaki10", {
    name: "佐々木 亮",
    company: "みどり建設株式会社",
    ...asked(["otp"]),
    shows: "one-time password; due at once",
  }),
  account("matsumoto11", {
    name: "松本 恵",
    company: "みどり建設株式会社",
    ...asked(["otp-time-sync"]),
    shows: "one-time password, time-synchronous; due at once",
  }),
  account("inoue12", {
    name: "井上 大輔",
    company: "株式会社はまなす",
    ...asked(["question"]),
    question: QUESTION,
    shows: `additional authentication, reply ${QUESTION.reply}; due at once`,
  }),
  account("kimura13", {
    name: "木村 真由",
    company: "株式会社はまなす",
    ...asked(["transaction", "otp", "otp-time-sync", "question"]),
    question: QUESTION,
    shows: `all four, reply ${QUESTION.reply}; due at once`,
  }),
  account("hayashi14", {
    name: "林 直樹",
    company: "株式会社はまなす",
    steps: ["password", "otp"],
    tokens: [],
    shows: "no token registered yet: G014e",
  }),
];

/** What the software token page has. */
export const DEMO_TOKENS: readonly DemoToken[] = DEMO_ACCOUNTS.flatMap(({ loginId, name, tokens }) =>
  tokens.map((token) => ({ loginId, name, ...token }))
);

type Details = Pick<DemoAccount, "name" | "company" | "shows"> & Partial<DemoAccount>;

function account(loginId: string, details: Details): DemoAccount {
  const tokens = (details.steps ?? []).filter(isTokenKind)
    .map((kind) => ({ kind, secret: secretOf(loginId, kind) }));
  return { loginId, password: `demo-${loginId}`, role: "user", steps: [], tokens, ...details };
}

/** Asked for these after the password, with a certificate that is due at once. */
function asked(kinds: string[]): Pick<DemoAccount, "steps" | "validityDays"> {
  return { steps: ["password", ...kinds], validityDays: DUE_DAYS };
}

function isTokenKind(step: string): step is DemoToken["kind"] {
  return step === "transaction" || step === "otp" || step === "otp-time-sync";
}

/** The same at every start, so that what was set up in an authenticator app goes on working. */
function secretOf(loginId: string, kind: DemoToken["kind"]): string {
  return encodeBase32(Uint8Array.from(hash("sha256", `demo ${kind} ${loginId}`, "buffer")));
}
