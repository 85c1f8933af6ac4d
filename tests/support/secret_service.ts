/**
 * A real Secret Service, GNOME Keyring, on a session bus of its own, with its files in a temporary folder.
 *
 * @module
 */
import { exists } from "../../scripts/packages.ts";
import { openSecretStore, type SecretStore } from "../../src/platform/secret_store.ts";
import { findProgram, runProgram } from "../../src/platform/run.ts";
import { untilItIs } from "./until.ts";

export interface SecretService extends AsyncDisposable {
  readonly store: SecretStore;
  /** Arguments of every program that the store has run: what other users could have seen. */
  readonly seen: string[];
}

const PROGRAMS = ["/usr/bin/dbus-daemon", "/usr/bin/gnome-keyring-daemon", "/usr/bin/secret-tool"] as const;

export function hasSecretService(): boolean {
  return PROGRAMS.every(exists);
}

export async function startSecretService(): Promise<SecretService> {
  await using made = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "hakko-secrets-" });
  made.defer(() => Deno.remove(folder, { recursive: true }));
  const [daemon, keyring] = PROGRAMS;
  const own = { HOME: folder, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder, PATH: "/usr/bin:/bin" };
  const address = `unix:path=${folder}/bus`;
  const quiet = { clearEnv: true, stdout: "null", stderr: "null" } as const;

  function start(command: Deno.Command): Deno.ChildProcess {
    const child = command.spawn();
    made.defer(async () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // it has ended
      }
      await child.status;
    });
    return child;
  }

  const args = ["--session", "--nofork", "--nopidfile", `--address=${address}`];
  start(new Deno.Command(daemon, { ...quiet, args, env: own, stdin: "null" }));
  await untilItIs(() => Promise.resolve(exists(`${folder}/bus`)));
  const env = { ...own, DBUS_SESSION_BUS_ADDRESS: address };
  const unlocked = start(
    new Deno.Command(keyring, {
      ...quiet,
      args: ["--unlock", "--foreground", "--components=secrets"],
      env,
      stdin: "piped",
    }),
  );
  const writer = unlocked.stdin.getWriter();
  await writer.write(new TextEncoder().encode("keyring password"));
  await writer.close();

  const seen: string[] = [];
  const store = openSecretStore({
    find: findProgram,
    run(path, args, options) {
      seen.push([path, ...args].join(" "));
      return runProgram(path, args, { ...options, env });
    },
  });
  await untilItIs(() => store.isAvailable());
  const kept = made.move();
  return { store, seen, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
