/**
 * Opens a page in the user's browser, without a shell and without waiting for the browser to end.
 *
 * The address stands in the arguments of a process, where other users of the machine can read it. It therefore
 * carries a one-time key only, and the app refuses connections of other users anyway (`peer.ts`).
 *
 * @module
 */
import { childEnvironment, type Environment, readEnvironment } from "./environment.ts";
import { currentOs, type Os } from "./os.ts";
import { findProgram } from "./run.ts";

/** One way to open a page. */
export interface BrowserCommand {
  path: string;
  args: string[];
}

/** The programs that open a page on Linux, the user's own choice first. */
const LINUX_OPENERS: readonly (readonly [name: string, ...args: string[]])[] = [
  ["xdg-open"],
  ["gio", "open"],
  ["sensible-browser"],
  ["x-www-browser"],
  ["firefox"],
  ["chromium"],
  ["google-chrome"],
];

/** An opener that still runs after this many milliseconds is the browser itself, and fine. */
const SETTLED_AFTER_MS = 1_500;

/** Whether it is worth trying: there is a screen, and a program that opens pages. */
export function canOpenBrowser(): boolean {
  const on = { os: currentOs(), env: readEnvironment, find: findProgram };
  return browserCommands("http://127.0.0.1/", on).length > 0;
}

/**
 * Opens a page.
 *
 * @param url `http:` or `https:` only.
 * @returns `false` if there is no browser, or no screen to show it on.
 */
export async function openInBrowser(url: string): Promise<boolean> {
  const commands = browserCommands(url, { os: currentOs(), env: readEnvironment, find: findProgram });
  for (const command of commands) {
    if (await start(command)) return true;
  }
  return false;
}

/** The pure half of {@link openInBrowser}: what to try, in this order. */
export function browserCommands(
  url: string,
  on: { os: Os; env: Environment; find: (name: string) => string | undefined },
): BrowserCommand[] {
  const { protocol, href } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw new TypeError("Only web pages can be opened");
  if (on.os === "windows") {
    const root = on.env("SystemRoot");
    if (root === undefined) return [];
    // Not `start`, which is a shell's: this hands the address to ShellExecute as it is.
    return [{ path: `${root}\\System32\\rundll32.exe`, args: ["url.dll,FileProtocolHandler", href] }];
  }
  if (on.os === "darwin") return [{ path: "/usr/bin/open", args: [href] }];
  // Without a screen some openers fall back to a browser inside the terminal: not what anybody wants here.
  if (!on.env("DISPLAY") && !on.env("WAYLAND_DISPLAY")) return [];
  return LINUX_OPENERS.flatMap(([name, ...args]) => {
    const path = on.find(name);
    return path === undefined ? [] : [{ path, args: [...args, href] }];
  });
}

async function start({ path, args }: BrowserCommand): Promise<boolean> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(path, {
      args,
      clearEnv: true,
      env: childEnvironment(),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch {
    return false;
  }
  child.unref(); // the browser lives on when the app ends
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), SETTLED_AFTER_MS);
  });
  const ended = child.status.then((status) => status.success, () => false);
  try {
    return await Promise.race([settled, ended]);
  } finally {
    clearTimeout(timer);
  }
}
