/**
 * A script in the place of `xdg-open` that tells the test which page it was to open.
 *
 * @module
 */
import type { AppUser } from "./app.ts";

/** The browser, and the user who has it on the PATH. */
export interface WatchedBrowser {
  readonly user: AppUser;
  /** Waits until it is started. @returns The address. */
  opened(): Promise<string>;
  /** How often it was started so far. */
  count(): Promise<number>;
}

/** Puts it into the user's home. */
export async function addWatchedBrowser(user: AppUser): Promise<WatchedBrowser> {
  const folder = `${user.home}/bin`;
  await Deno.mkdir(folder);
  const [pipe, starts] = [`${folder}/opened`, `${folder}/starts`];
  const { success } = await new Deno.Command("mkfifo", { args: [pipe] }).output();
  if (!success) throw new Error("mkfifo failed");
  const script = `#!/bin/sh\necho start >>'${starts}'\nexec printf '%s' "$1" >'${pipe}'\n`;
  await Deno.writeTextFile(`${folder}/xdg-open`, script, { mode: 0o755 });
  const env = { ...user.env, PATH: `${folder}:${user.env["PATH"]}` };
  return {
    user: { ...user, env },
    opened: () => Deno.readTextFile(pipe), // waits for whoever writes
    async count() {
      try {
        return (await Deno.readTextFile(starts)).split("\n").length - 1;
      } catch {
        return 0;
      }
    },
  };
}
