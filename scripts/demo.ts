/**
 * `deno task demo`: the authority, its bank pages and the app on this machine, until Ctrl-C.
 *
 * Authority and app are children of this process, each with its own permissions, as they are in real life.
 */
import { toAppError } from "../src/errors.ts";
import { DEMO_ACCOUNTS } from "./demo/accounts.ts";
import { type AuthorityUrls, prepareAuthority, startAuthority } from "./demo/authority.ts";
import { runToEnd, startChild, stopChildren } from "./demo/children.ts";
import { DEMO_HELP, type DemoOptions, readDemoOptions } from "./demo/options.ts";
import { appArguments, type DemoFolder } from "./demo/paths.ts";
import { writeDemoProfile } from "./demo/profile.ts";
import { trustDemoRoot } from "./demo/trust.ts";
import { demoText } from "./demo/view.ts";
import { ensurePackages } from "./packages.ts";
import { TextLineStream } from "./text_lines.ts";

/** What `main.ts --json` says once its page can be opened. */
interface AppReady {
  ok: boolean;
  app: string;
  opened: boolean;
}

function note(line: string): void {
  console.error(line);
}

/** @returns The exit code. */
async function main(args: readonly string[]): Promise<number> {
  let options: DemoOptions;
  try {
    options = readDemoOptions(args);
  } catch (error) {
    note(`${toAppError(error).messageIn("en")}\n\n${DEMO_HELP}`);
    return 2;
  }
  if (options.wantsHelp) {
    console.log(DEMO_HELP);
    return 0;
  }
  await Deno.mkdir(options.state.folder, { recursive: true, mode: 0o700 });
  using lock = await Deno.open(options.state.lock, { write: true, create: true });
  if (!await lock.tryLock(true)) {
    note(`A demo with its state in ${options.state.folder} is running already`);
    return 1;
  }
  const interrupted = untilInterrupted();
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    const ended = await Promise.race([interrupted, runDemo(options, cleanUps)]);
    if (ended !== undefined) note(ended);
    return ended === undefined ? 0 : 1;
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await stopChildren();
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

/**
 * Runs the demo until one of its parts ends.
 *
 * @param cleanUps Gets what must be undone at the end, however it comes.
 * @returns Which part has ended.
 */
async function runDemo(options: DemoOptions, cleanUps: (() => Promise<void>)[]): Promise<string> {
  const { state } = options;
  if (options.resets) await reset(state);
  const missing = await ensurePackages([{ package: "libnss3-tools", provides: "/usr/bin/certutil" }], note);
  if (missing !== undefined) {
    note(
      `Without ${
        missing.packages.join(" ")
      } (${missing.reason}): certificates go to files, not to the browser`,
    );
  }
  await prepareAuthority(state, note);
  const authority = await startAuthority(state);
  const { urls } = await authority.ready as { urls: AuthorityUrls };
  const ca = `${state.authority}/pki/root.pem`;
  const rootPem = await Deno.readTextFile(ca);
  await writeDemoProfile(state.profile, { apiUrl: urls.api, portalUrl: urls.portal, rootPem });
  if (missing === undefined) {
    const trusted = await trustDemoRoot(ca);
    if (typeof trusted === "string") note(`Browsers will warn about the bank's pages: ${trusted}`);
    else cleanUps.push(trusted);
  }
  const app = startChild("the app", [...openArguments(options), "--keep-running"]);
  const { app: appUrl } = await app.ready as AppReady;
  const ready = {
    ready: true,
    app: appUrl,
    portal: urls.portal,
    tokens: `${urls.portal}/token`,
    authority: urls.api,
    ca,
    profile: state.profile,
    accounts: DEMO_ACCOUNTS,
  } as const;
  console.log(options.isJson ? JSON.stringify(ready) : demoText(ready));
  if (Deno.stdin.isTerminal()) {
    note("Enter opens the app's page again; Ctrl-C ends everything");
    void openOnEnter(options);
  }
  return await Promise.race([authority.ended, app.ended]);
}

/** A start of the app; while one runs, another start opens the page of that one. */
function openArguments({ state, opensBrowser }: DemoOptions): string[] {
  return [
    ...appArguments(),
    ...["--profile", state.profile, "--state-dir", state.appState, "--json"],
    ...(opensBrowser ? [] : ["--no-browser"]),
  ];
}

async function openOnEnter(options: DemoOptions): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const _line of lines) {
    try {
      const { app, opened } = JSON.parse(await runToEnd(openArguments(options))) as AppReady;
      if (!opened) note(`Open this address: ${app}`);
    } catch (error) {
      note(`Cannot open the page: ${(error as Error).message}`);
    }
  }
}

/** Only what a demo makes: `--state` may name a folder with other things in it. */
async function reset({ profile, appState, authority }: DemoFolder): Promise<void> {
  for (const path of [profile, appState, authority]) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Resolves at the first Ctrl-C. Later ones change nothing: what was started must be ended first. */
function untilInterrupted(): Promise<undefined> {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve(undefined));
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
