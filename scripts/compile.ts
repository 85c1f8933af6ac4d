/**
 * `deno task compile [--target TRIPLE] [--output DIR]`: the single executable, for this host and for Windows unless
 * one target is named, with all assets inside and the least permissions.
 *
 * Deno downloads the runtime part (`denort`) that it builds upon, unless `DENORT_BIN` names one.
 */
import { join, relative } from "node:path";
import manifest from "../deno.json" with { type: "json" };
import { OWN_PROFILE_URL } from "../src/config.ts";
import { toAppError } from "../src/errors.ts";
import { parseFlags } from "../src/flags.ts";
import { parseProfile } from "../src/profile.ts";

const ROOT = join(import.meta.dirname!, "..");
const HOST = Deno.build.target;
const WINDOWS = "x86_64-pc-windows-msvc";

/** Files that are read when the app runs, beside its modules. */
const ASSETS = ["assets", "src/web/client"];

/** What opens pages on Windows, where no PATH is asked, and what runs a person's `--otp-command`. */
const WINDOWS_PROGRAMS = ["C:\\Windows\\System32\\rundll32.exe", "C:\\Windows\\System32\\cmd.exe"];

/** @returns The exit code. */
async function main(args: readonly string[]): Promise<number> {
  let flags: { target?: string; output?: string };
  try {
    flags = parseFlags(args, { shapes: { target: "value", output: "value" } as const, language: "en" });
  } catch (error) {
    console.error(
      `${toAppError(error).messageIn("en")}\nUsage: deno task compile [--target TRIPLE] [--output DIR]`,
    );
    return 2;
  }
  // The app trusts the profile inside it unchecked, see src/config.ts.
  parseProfile(await Deno.readTextFile(OWN_PROFILE_URL), OWN_PROFILE_URL.pathname);
  const targets = flags.target === undefined ? [HOST, WINDOWS] : [flags.target];
  for (const target of targets) {
    if (!await compile(target, flags.output ?? join(ROOT, "dist"))) return 1;
  }
  return 0;
}

async function compile(target: string, folder: string): Promise<boolean> {
  const isWindows = target.includes("windows");
  const output = join(folder, target, isWindows ? "hakko.exe" : "hakko");
  await Deno.mkdir(join(folder, target), { recursive: true });
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-check", "--target", target, "--output", output, "--exclude-unused-npm"],
      ...permissionFlags(isWindows),
      ...[...ASSETS, ...lazyModules()].flatMap((path) => ["--include", path]),
      "main.ts",
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  console.log(success ? `${relative(ROOT, output)} for ${target}` : `Cannot compile for ${target}`);
  return success;
}

/** The app's permissions of `deno.json`, frozen into the executable: it never asks for more. */
export function permissionFlags(isWindows: boolean): string[] {
  const { read, write, net, run, env, sys, ffi } = manifest.permissions.app;
  const all = { read, write, net };
  return [
    ...Object.entries(all).flatMap(([name, isAllowed]) => isAllowed ? [`--allow-${name}`] : []),
    `--allow-run=${(isWindows ? WINDOWS_PROGRAMS : run).join(",")}`,
    `--allow-env=${env.join(",")}`,
    `--allow-sys=${sys.join(",")}`,
    ...(isWindows ? [] : [`--allow-ffi=${ffi.join(",")}`]),
    "--deny-import",
    "--no-prompt",
  ];
}

/** Modules that the app loads through `src/lazy.ts`: Deno does not see them by itself. */
export function lazyModules(folder = "src"): string[] {
  const found = new Set<string>();
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (path === "src/authority") continue;
    if (isDirectory) lazyModules(path).forEach((module) => found.add(module));
    else if (/(?<!_test)\.tsx?$/.test(name) && path !== "src/lazy.ts") {
      const text = Deno.readTextFileSync(join(ROOT, path));
      for (const [, module] of text.matchAll(/import\.meta\.resolve\("(\.[^"]+)"\)/g)) {
        found.add(join(folder, module!));
      }
    }
  }
  return [...found].sort();
}

if (import.meta.main) Deno.exit(await main(Deno.args));
