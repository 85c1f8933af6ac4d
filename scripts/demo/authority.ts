/** The demo's authority: made once, then started with the same keys, users and ports. */
import { DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { DEMO_ACCOUNTS } from "./accounts.ts";
import { type Child, runToEnd, startChild } from "./children.ts";
import { authorityArguments, type DemoFolder } from "./paths.ts";
import { choosePorts } from "./ports.ts";

/** What `authority serve --json` says. */
export interface AuthorityUrls {
  api: string;
  portal: string;
  certificateLogin: string;
  publication: string;
}

/** Makes authority and accounts if they are not there, and sees to it that its ports are free. */
export async function prepareAuthority(
  { authority }: DemoFolder,
  note: (line: string) => void,
): Promise<void> {
  const configPath = `${authority}/config.json`;
  const existing = await readJson(configPath) as typeof DEFAULT_CONFIG | undefined;
  const config = existing ?? DEFAULT_CONFIG;
  const endpoints = choosePorts(config.endpoints);
  const text = `${JSON.stringify({ ...config, endpoints }, undefined, 2)}\n`;
  if (existing === undefined) {
    note("Making the authority's keys …");
    const draft = `${authority}.config.json`;
    await Deno.writeTextFile(draft, text);
    await command(["init", "--directory", authority, "--config", draft]);
    await Deno.remove(draft);
  } else if (JSON.stringify(endpoints) !== JSON.stringify(existing.endpoints)) {
    note("The ports of the last run are taken: using others");
    await Deno.writeTextFile(configPath, text);
  }
  await addAccounts(authority, note);
}

/** Starts it. */
export function startAuthority({ authority }: DemoFolder): Child {
  return startChild("the authority", [
    ...authorityArguments(),
    ...["serve", "--directory", authority, "--json"],
  ]);
}

async function addAccounts(directory: string, note: (line: string) => void): Promise<void> {
  const { users } = JSON.parse(await command(["user", "list", "--directory", directory, "--json"]));
  const known = new Set(users.map((user: { loginId: string }) => user.loginId));
  const missing = DEMO_ACCOUNTS.filter(({ loginId }) => !known.has(loginId));
  if (missing.length > 0) note("Adding the demo accounts …");
  for (const { loginId, password, name, company, role, steps, isDisabled } of missing) {
    await command([
      ...["user", "add", "--directory", directory, "--login-id", loginId, "--name", name],
      ...["--company", company, "--role", role, "--password-stdin"],
      ...steps.flatMap((step) => ["--step", step]),
      ...(isDisabled ? ["--disabled"] : []),
    ], `${password}\n`);
  }
}

function command(args: readonly string[], stdin?: string): Promise<string> {
  return runToEnd([...authorityArguments(), ...args], stdin);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
