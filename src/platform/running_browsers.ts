/**
 * Which browsers run? After a new certificate all of them have to be closed once, and people forget the one that
 * is behind the others.
 *
 * Linux: the names of this user's processes, never titles of windows, which any page can choose. Deno opens
 * nothing below `/proc` without all permissions, so `ps` reads it. (Windows: the process list, with the Windows
 * keystore.)
 *
 * @module
 */
import { currentOs } from "./os.ts";
import { findProgram, runProgram } from "./run.ts";

const TIMEOUT_MS = 2_000;

/** Name of a process (15 bytes at most, `man 5 proc`, `comm`) → name that people know. */
const BROWSERS: Readonly<Record<string, string>> = {
  "firefox": "Firefox",
  "firefox-bin": "Firefox",
  "firefox-esr": "Firefox",
  "chromium": "Chromium",
  "chromium-browse": "Chromium",
  "msedge": "Microsoft Edge",
  "brave": "Brave",
  "opera": "Opera",
  "vivaldi-bin": "Vivaldi",
  "epiphany": "GNOME Web",
};

/**
 * The look at this system.
 *
 * @returns `undefined` where there is no way to know. The function that it makes gives each browser of the user
 *   who runs the app once, in the order of the alphabet; none if the processes cannot be listed.
 */
export function createRunningBrowsers(): (() => Promise<string[]>) | undefined {
  if (currentOs() !== "linux") return undefined;
  const uid = Deno.uid();
  const ps = findProgram("ps");
  if (uid === null || ps === undefined) return undefined;
  return async function runningBrowsers() {
    const args = ["-ww", "-U", String(uid), "-o", "comm=", "-o", "args="];
    const { code, stdout } = await runProgram(ps, args, { timeoutMs: TIMEOUT_MS });
    return code === 0 ? browsersIn(new TextDecoder().decode(stdout)) : [];
  };
}

/**
 * Finds the browsers in a list of processes.
 *
 * @param processes One line each: name, spaces, command line.
 */
export function browsersIn(processes: string): string[] {
  const found = new Set<string>();
  for (const line of processes.split("\n")) {
    const [name, program] = line.trim().split(/ +/, 2);
    if (name === undefined || program === undefined || program.startsWith("[")) continue; // ended, or of the kernel
    const browser = name === "chrome" ? chromeAt(program) : nameOf(name);
    if (browser !== undefined) found.add(browser);
  }
  return [...found].sort();
}

function nameOf(process: string): string | undefined {
  return Object.hasOwn(BROWSERS, process) ? BROWSERS[process] : undefined;
}

/** Chrome's process is called `chrome`, and so is that of a Chromium which is no package of Debian's. */
function chromeAt(program: string): string {
  return program.includes("/google/") ? "Google Chrome" : "Chromium";
}
