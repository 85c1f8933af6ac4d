/** The demo command as a child process, with a HOME of its own so that nobody's real keystore is touched. */
import { TextLineStream } from "../../scripts/text_lines.ts";

/** One account of the demo's `--json` line. */
export interface DemoAccount {
  loginId: string;
  password: string;
  name: string;
  role: string;
  /** What is asked besides what the policy says; the password first. */
  steps: string[];
  /** Of accounts whose certificate is due at once. */
  validityDays?: number;
  question?: { prompt: string; reply: string };
}

/** The demo's `--json` line. */
export interface DemoReady {
  ready: true;
  app: string;
  portal: string;
  authority: string;
  ca: string;
  profile: string;
  accounts: DemoAccount[];
}

/** A running demo; `await using` ends it. */
export interface RunningDemo extends AsyncDisposable {
  ready: DemoReady;
  /** $HOME of everything in it. */
  home: string;
  stateDir: string;
  nssDatabase: string;
  /** What a second program of the same user sees. */
  env: Record<string, string>;
}

/** Starts `deno task demo --no-browser --json` and waits until it says that all is ready. */
export async function startDemo(options: { flags?: string[] } = {}): Promise<RunningDemo> {
  const home = await Deno.makeTempDir({ prefix: "hakko-demo-" });
  const stateDir = `${home}/demo`;
  const env = {
    ...Deno.env.toObject(),
    HOME: home,
    XDG_STATE_HOME: `${home}/state`,
    DENO_DIR: denoDirectory(),
    NO_COLOR: "1",
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "demo", "--no-browser", "--json", "--state", stateDir, ...(options.flags ?? [])],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let ready: DemoReady | undefined;
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const { value } = await reader.read();
  if (value !== undefined) ready = JSON.parse(value);
  if (ready === undefined) {
    await child.status;
    throw new Error(`the demo ended before it was ready:\n${await stderr}`);
  }
  return {
    ready,
    home,
    stateDir,
    env,
    nssDatabase: `${home}/.pki/nssdb`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGINT");
      await child.status;
      reader.releaseLock();
      await child.stdout.cancel().catch(() => {});
      await stderr;
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** Deno's cache of the surrounding run: a HOME of its own must not mean downloading everything again. */
export function denoDirectory(): string {
  const set = Deno.env.get("DENO_DIR");
  return set ?? `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
}
