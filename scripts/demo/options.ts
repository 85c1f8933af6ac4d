/** The demo's command line. */
import { resolve } from "node:path";
import { parseFlags } from "../../src/flags.ts";
import { DEMO_FOLDER, type DemoFolder, demoFolder } from "./paths.ts";

export interface DemoOptions {
  opensBrowser: boolean;
  isJson: boolean;
  resets: boolean;
  wantsHelp: boolean;
  state: DemoFolder;
}

export const DEMO_HELP =
  `deno task demo [OPTIONS]: authority, bank pages and app on this machine, until Ctrl-C

  --no-browser  Do not open the browser; print the app's address
  --state DIR   Where everything is kept between runs (default .demo/)
  --reset       Begin with an empty state
  --json        One line of JSON on stdout once all is ready; everything else goes to stderr
  --help        This text

Exit codes: 0 ended by Ctrl-C, 1 something failed, 2 wrong usage.`;

/** @throws {AppError} `usage/invalid`. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const flags = parseFlags(args, {
    shapes: {
      "no-browser": "switch",
      "state": "value",
      "reset": "switch",
      "json": "switch",
      "help": "switch",
    } as const,
    language: "en",
  });
  // `deno task` changes to the checkout's folder; the person stands elsewhere.
  const here = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  return {
    opensBrowser: !flags["no-browser"],
    isJson: flags.json === true,
    resets: flags.reset === true,
    wantsHelp: flags.help === true,
    state: flags.state === undefined ? DEMO_FOLDER : demoFolder(resolve(here, flags.state)),
  };
}
