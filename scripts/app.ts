/**
 * `deno task app [OPTIONS]`: the app from this checkout, with the permissions that it is shipped with. When there
 * is a demo (`deno task demo`), it speaks to the demo's authority and shares the state of the demo's app.
 */
import { appArguments, DEMO_FOLDER } from "./demo/paths.ts";

const given = (flag: string) => Deno.args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));

function demoDefaults(): string[] {
  const { profile, appState } = DEMO_FOLDER;
  try {
    Deno.statSync(profile);
  } catch {
    return [];
  }
  if (given("--profile") || given("--version") || given("--help")) return [];
  return ["--profile", profile, ...(given("--state-dir") ? [] : ["--state-dir", appState])];
}

// Ctrl-C reaches the app by itself, as it belongs to the same terminal; this process only waits for it.
const child = new Deno.Command(Deno.execPath(), {
  args: [...appArguments(), ...Deno.args, ...demoDefaults()],
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (Deno.build.os === "windows" && signal !== "SIGINT") continue;
  Deno.addSignalListener(signal, () => {
    if (signal !== "SIGINT") child.kill(signal);
  });
}
Deno.exit((await child.status).code);
