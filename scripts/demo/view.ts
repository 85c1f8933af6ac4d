/** What the demo prints: a table for people, one line of JSON for scripts. */
import Table from "cli-table3";
import type { DemoAccount } from "./accounts.ts";

/** All that somebody needs to use the demo. */
export interface DemoReady {
  ready: true;
  app: string;
  portal: string;
  /** Page of the accounts' software tokens. */
  tokens: string;
  authority: string;
  ca: string;
  profile: string;
  accounts: readonly DemoAccount[];
}

/** Columns without lines: the whole table fits a terminal of 100 columns. */
const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((part) => [`${side}${part}`, ""])
  ),
);

/** For people. */
export function demoText({ app, portal, tokens, authority, ca, profile, accounts }: DemoReady): string {
  const addresses = [
    ["App", app],
    ["Bank's pages", portal],
    ["Software tokens", tokens],
    ["Authority's API", authority],
    ["Its root certificate", ca],
    ["Profile", profile],
  ].map(([name, value]) => `  ${name!.padEnd(20)}  ${value}`);
  const table = new Table({
    head: ["Login ID", "Password", "Name", "Shows"],
    style: { head: [], border: [] },
    chars: { ...NO_LINES, middle: "  " },
  });
  for (const { loginId, password, name, shows } of accounts) table.push([loginId, password, name, shows]);
  return ["", ...addresses, "", table.toString(), ""].join("\n");
}
