/** Where the demo keeps things, and how this checkout's programs are started. */
import { resolve } from "node:path";

/** The checkout's folder. */
export const ROOT: string = resolve(import.meta.dirname!, "../..");

/** Everything of one demo. */
export interface DemoFolder {
  folder: string;
  profile: string;
  appState: string;
  authority: string;
  lock: string;
}

/** The parts of a demo's state folder. */
export function demoFolder(folder: string): DemoFolder {
  return {
    folder,
    profile: `${folder}/profile.json`,
    appState: `${folder}/app`,
    authority: `${folder}/authority`,
    lock: `${folder}/demo.lock`,
  };
}

/** The demo that `deno task demo` runs when no other state folder is named. */
export const DEMO_FOLDER: DemoFolder = demoFolder(`${ROOT}/.demo`);

/** Deno's arguments for the app with its own permissions. Quiet: they are an experimental feature, says a warning. */
export function appArguments(): string[] {
  return ["run", "--quiet", "--no-prompt", "-P=app", "--config", `${ROOT}/deno.json`, `${ROOT}/main.ts`];
}

/** Deno's arguments for the authority's command line with its own permissions. */
export function authorityArguments(): string[] {
  const main = `${ROOT}/src/authority/main.ts`;
  return ["run", "--quiet", "--no-prompt", "-P=authority", "--config", `${ROOT}/deno.json`, main];
}
