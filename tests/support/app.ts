/**
 * The real app as a child process, with the permissions that it is shipped with and a HOME, a state folder and
 * an NSS database of its own; it speaks to an authority of the test's choice.
 *
 * @module
 */
import { appArguments } from "../../scripts/demo/paths.ts";
import { writeDemoProfile } from "../../scripts/demo/profile.ts";
import { feedStdin } from "../../scripts/feed_stdin.ts";
import { TextLineStream } from "../../scripts/text_lines.ts";
import type { Language } from "../../src/errors.ts";
import type { DemoAuthority } from "./demo_authority.ts";
import { denoDirectory } from "./demo.ts";

/** How one run of a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** What every program of one user has in common; `await using` removes it. */
export interface AppUser extends AsyncDisposable {
  readonly home: string;
  readonly stateDir: string;
  readonly profilePath: string;
  /** Where the app's keystore puts certificates, and the browser finds them. */
  readonly nssDatabase: string;
  /** The whole environment of a program. */
  readonly env: Readonly<Record<string, string>>;
  /** Deno's arguments for the app with this user's profile and state folder. */
  command(args: readonly string[]): string[];
  /** Runs the app's command line to its end. */
  run(args: readonly string[], options?: { stdin?: string; env?: Record<string, string> }): Promise<Ended>;
  /** All that the app has logged so far. */
  readLog(): Promise<string>;
}

/** The app while it serves its page; `await using` ends it, and removes the user who came with it. */
export interface RunningApp extends AsyncDisposable {
  readonly user: AppUser;
  /** The page's address with its one-time key. */
  readonly url: string;
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** A second start of the app: the same page at a fresh address. */
  launchUrl(): Promise<string>;
  /** Tells it to end, kindly (SIGTERM) or not. */
  stop(signal?: Deno.Signal): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<Deno.CommandStatus>;
}

/** What an app starts with. */
export interface AppOptions {
  /** Default: a user of its own. */
  user?: AppUser;
  language?: Language;
}

/** Makes a user whose profile names that authority. */
export async function createAppUser(
  { authority }: Pick<DemoAuthority, "authority">,
  { language = "ja" }: Pick<AppOptions, "language"> = {},
): Promise<AppUser> {
  const home = await Deno.makeTempDir({ prefix: "hakko-user-" });
  const profilePath = `${home}/profile.json`;
  const stateDir = `${home}/state/2224`;
  const { urls: { api: apiUrl, portal: portalUrl }, rootPem } = authority;
  await writeDemoProfile(profilePath, { apiUrl, portalUrl, rootPem });
  const env = {
    HOME: home,
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    LANG: language === "ja" ? "ja_JP.UTF-8" : "en_US.UTF-8",
    TZ: "Asia/Tokyo",
    DENO_DIR: denoDirectory(),
    NO_COLOR: "1",
  };
  function command(args: readonly string[]): string[] {
    return [...appArguments(), "--profile", profilePath, "--state-dir", stateDir, ...args];
  }
  return {
    home,
    stateDir,
    profilePath,
    nssDatabase: `${home}/.pki/nssdb`,
    env,
    command,
    run: (args, { stdin, env: more } = {}) => runDeno(command(args), { env: { ...env, ...more }, stdin }),
    readLog: () => Deno.readTextFile(`${stateDir}/ApplicationLog.log`),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

/** Starts the app and waits until its page can be opened. */
export async function startApp(demo: DemoAuthority, options: AppOptions = {}): Promise<RunningApp> {
  await using opened = new AsyncDisposableStack();
  const user = options.user ?? opened.use(await createAppUser(demo, options));
  const child = new Deno.Command(Deno.execPath(), {
    args: user.command(["--no-browser", "--keep-running", "--json"]),
    env: user.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  opened.defer(async () => {
    kill(child);
    await child.status;
    await lines.cancel();
    await stderr;
  });
  const { value } = await lines.read();
  if (value === undefined) throw new Error(`the app ended before it was ready:\n${await stderr}`);
  const { app: url } = JSON.parse(value);
  const parts = opened.move();
  return {
    user,
    url,
    origin: new URL(url).origin,
    stop: (signal) => kill(child, signal),
    ended: child.status,
    async launchUrl() {
      const { stdout } = await user.run(["--no-browser", "--json"]);
      return JSON.parse(stdout).app;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function runDeno(
  args: string[],
  { env, stdin }: { env: Record<string, string>; stdin: string | undefined },
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env,
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) await feedStdin(child, stdin);
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal = "SIGTERM"): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
