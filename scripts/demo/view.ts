/** What the demo prints: a table for people, one line of JSON for scripts. */
import Table from "cli-table3";
import type { DemoAccount } from "./accounts.ts";

/** All that somebody needs to use the demo. */
export interface DemoReady {
  ready: true;
  app: string;
  portal: string;
  authority: string;
  ca: string;
  profile: string;
  accounts: readonly DemoAccount[];
}

/** For people. */
export function demoText({ app, portal, authority, ca, profile, accounts }: DemoReady): string {
  const addresses = [
    ["App", app],
    ["Bank's pages", portal],
    ["Authority's API", authority],
    ["Its root certificate", ca],
    ["Profile", profile],
  ].map(([name, value]) => `  ${name!.padEnd(20)}  ${value}`);
  const table = new Table({
    head: ["Login ID", "Password", "Name", "Company", "Role", "Steps", "Shows"],
    style: { head: [], border: [] },
  });
  for (const { loginId, password, name, company, role, steps, shows } of accounts) {
    table.push([loginId, password, name, company, role, steps.join(", "), shows]);
  }
  return ["", ...addresses, "", table.toString(), ""].join("\n");
}
