/** The demo's authority: made once, then started with the same keys, users and ports. */
import { DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { DEMO_ACCOUNTS, DEMO_TOKENS } from "./accounts.ts";
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

/** Starts it, with the page of the accounts' software tokens. */
export async function startAuthority({ authority }: DemoFolder): Promise<Child> {
  const tokens = `${authority}/demo_tokens.json`;
  await Deno.writeTextFile(tokens, JSON.stringify(DEMO_TOKENS));
  return startChild("the authority", [
    ...authorityArguments(),
    ...["serve", "--directory", authority, "--demo-tokens", tokens, "--json"],
  ]);
}

async function addAccounts(directory: string, note: (line: string) => void): Promise<void> {
  const people = DEMO_ACCOUNTS.map(({ shows: _, ...person }) => `${JSON.stringify(person)}\n`).join("");
  const flags = ["--directory", directory, "--skip-known", "--json"];
  const { added } = JSON.parse(await command(["user", "import", ...flags], people));
  if (added.length > 0) note(`Added ${added.length} demo accounts`);
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
