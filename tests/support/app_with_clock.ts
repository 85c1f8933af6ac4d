/**
 * The app's real parts in this process, with a clock that tests move.
 *
 * @module
 */
import { type App, openApp } from "../../src/app.ts";
import { readConfig, readInvocation } from "../../src/config.ts";
import { currentOs } from "../../src/platform/os.ts";
import { openWeb, type RunningWeb, type WebOptions } from "../../src/web/mod.ts";
import type { AppUser } from "./app.ts";
import { createMemoryLog } from "./memory_log.ts";

/** The app, its page, and its time. */
export interface AppWithClock {
  readonly app: App;
  readonly web: RunningWeb;
  /** Moves the clock. */
  advance(ms: number): void;
  /** The same, and waits until an app that may end has looked at it. @returns Whether it is still there. */
  pass(ms: number): Promise<boolean>;
}

/** Opens it for a user, whose certificates it keeps. */
export async function openAppWithClock(user: AppUser, options: WebOptions): Promise<AppWithClock> {
  const invocation = readInvocation(["--profile", user.profilePath, "--state-dir", user.stateDir]);
  const config = await readConfig(invocation, {
    os: currentOs(),
    env: (name) => user.env[name],
    cwd: () => user.home,
  });
  const app = openApp(config);
  let time = Date.now();
  let asked = 0;
  const web = await openWeb({
    issuance: app.issuance,
    profile: () => Promise.resolve(config.profile),
    language: () => Promise.resolve({ current: () => "ja", change: () => Promise.resolve() }),
    log: createMemoryLog(),
    now: () => {
      asked++;
      return new Date(time);
    },
    randomBytes: app.randomBytes,
    version: config.version,
    options,
  });
  let isClosed = false;
  void web.closed.then(() => isClosed = true);
  function advance(ms: number): void {
    time += ms;
  }
  async function pass(ms: number): Promise<boolean> {
    advance(ms);
    const before = asked;
    for (let tries = 0; !isClosed && asked < before + 3; tries++) {
      if (tries > 5_000) throw new Error("the app does not look at its clock");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return !isClosed;
  }
  return { app, web, advance, pass };
}
