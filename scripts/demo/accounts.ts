/** The people of the demo. Their passwords are no secret: they stand here, and the demo prints them. */

export interface DemoAccount {
  loginId: string;
  password: string;
  name: string;
  company: string;
  role: "user" | "administrator";
  /** What the authority asks for, in this order. */
  steps: string[];
  isDisabled?: true;
  /** What this account is there to show. */
  shows: string;
}

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
];

type Details = Pick<DemoAccount, "name" | "company" | "shows"> & Partial<DemoAccount>;

function account(loginId: string, details: Details): DemoAccount {
  return { loginId, password: `demo-${loginId}`, role: "user", steps: ["password"], ...details };
}
