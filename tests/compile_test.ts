/**
 * Story: the single executable. What `deno compile` puts into it can be shown here; that it starts cannot, because
 * its runtime part (`denort`) is not on npm: the plain runtime stands in for it.
 */
import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import manifest from "../deno.json" with { type: "json" };
import { lazyModules } from "../scripts/compile.ts";
import { findProgram } from "../src/platform/run.ts";
import { denoDirectory } from "./support/demo.ts";

const ROOT = join(import.meta.dirname!, "..");
const WINDOWS = "x86_64-pc-windows-msvc";
/** The newest runtime for Windows on npm. */
const WINDOWS_RUNTIME = { package: "@deno/win32-x64@2.9.5", file: "deno-win32-x64-2.9.5.tgz" };

/** Files that the app reads when it runs. */
const ASSETS = ["assets/profile.json", "assets/style.css", "assets/icon.svg", "src/web/client/page.js"];

/** What is ours stands at the end, behind some 90 MB of runtime. */
const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

interface Compiled {
  bytes: Uint8Array;
  payload: Uint8Array;
  /** Deno's "Embedded Files" listing. */
  listing: string;
}

async function compile(target: string, denort: string): Promise<Compiled> {
  const output = await Deno.makeTempDir({ prefix: "hakko-compile-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(ROOT, "scripts/compile.ts"), "--target", target, "--output", output],
      env: { DENORT_BIN: denort, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const listing = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, listing);
    const name = target === WINDOWS ? "hakko.exe" : "hakko";
    const bytes = await Deno.readFile(join(output, target, name));
    return { bytes, listing, payload: bytes.subarray(-MAX_PAYLOAD_BYTES) };
  } finally {
    await Deno.remove(output, { recursive: true });
  }
}

function assertWhole({ payload, listing }: Compiled): void {
  for (const asset of ASSETS) {
    assert(contains(payload, Deno.readFileSync(join(ROOT, asset))), `${asset} is not inside`);
  }
  for (const module of [...lazyModules(), "main.ts"]) {
    assert(contains(payload, Deno.readFileSync(join(ROOT, module))), `${module} is not inside`);
  }
  for (const library of ["hono", "valibot", "cli-table3", "@inquirer"]) {
    assertStringIncludes(listing, library);
  }
  assertNotMatch(listing, /authority\/\*|sqlite\.ts/);
  assert(!contains(payload, Deno.readFileSync(join(ROOT, "src/authority/main.ts"))), "a CA is inside");
}

/** The permissions stand in the executable as JSON. */
function assertLeastPermissions({ payload }: Compiled, { ffi }: { ffi: string[] | null }): void {
  const text = new TextDecoder("latin1").decode(payload);
  const [, json] = /"permissions":(\{"allow_env":[^{}]*\})/.exec(text) ?? [];
  assert(json !== undefined, "no permissions found");
  const permissions = JSON.parse(json);
  assertEquals(permissions.prompt, false);
  assertEquals(permissions.allow_ffi ?? null, ffi);
  assertEquals(permissions.allow_sys, manifest.permissions.app.sys);
  assert(
    permissions.allow_run.length > 0 && permissions.allow_env.length > 0,
    "all programs, or all variables",
  );
}

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(part) >= 0;
}

/**
 * Deno's runtime for Windows, out of its npm package: unpacked once, into Deno's cache.
 *
 * @returns `undefined` where npm cannot be reached.
 */
async function windowsRuntime(): Promise<string | undefined> {
  const folder = join(denoDirectory(), "hakko-tests");
  const path = join(folder, "package", "deno.exe");
  if (await exists(path)) return path;
  const [npm, tar] = [findProgram("npm"), findProgram("tar")];
  if (npm === undefined || tar === undefined) return undefined;
  await Deno.mkdir(folder, { recursive: true });
  const packed = join(folder, WINDOWS_RUNTIME.file);
  for (
    const [program, ...args] of [
      [npm, "pack", "--silent", "--pack-destination", folder, WINDOWS_RUNTIME.package],
      [tar, "-xzf", packed, "-C", folder, "package/deno.exe"],
    ] as const
  ) {
    const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
    if (!success) return undefined;
  }
  await Deno.remove(packed);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("lazyModules() lists what the app loads when it is needed", () => {
  const modules = lazyModules();
  for (const module of ["src/cli/issue.ts", "src/issuance/mod.ts", "src/profile.ts"]) {
    assert(modules.includes(module), module);
  }
});

Deno.test("deno task compile puts the whole app, and no more, into one file for this host", async () => {
  const compiled = await compile(Deno.build.target, Deno.execPath());
  assertWhole(compiled);
  assertLeastPermissions(compiled, { ffi: manifest.permissions.app.ffi });
});

const runtime = await windowsRuntime();

Deno.test({
  name: "deno task compile does the same for Windows",
  ignore: runtime === undefined,
  async fn() {
    const compiled = await compile(WINDOWS, runtime!);
    assertEquals(new TextDecoder().decode(compiled.bytes.subarray(0, 2)), "MZ");
    assertWhole(compiled);
    assertLeastPermissions(compiled, { ffi: null });
  },
});
