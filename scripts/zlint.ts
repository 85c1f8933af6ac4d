/**
 * zlint, the certificate linter of the web PKI, from Debian trixie: older releases do not have it, and it runs on
 * them. Nothing is installed; the program is unpacked into the user's cache folder.
 *
 * `deno run -A scripts/zlint.ts FILE…` says what it finds in certificates (PEM).
 *
 * @module
 */
import { findProgram } from "../src/platform/run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SUITE = "trixie";

/** Where the program is, or in one line why it cannot be had. */
export type Zlint = { readonly path: string } | { readonly missing: string };

/**
 * Finds zlint: on PATH, unpacked by an earlier run, or from this machine's own Debian mirror.
 *
 * @param note Told before something is downloaded, because that takes a while.
 */
export async function obtainZlint(note: (line: string) => void): Promise<Zlint> {
  const installed = findProgram("zlint");
  if (installed !== undefined) return { path: installed };
  const folder = `${cacheFolder()}/hakko/zlint-${SUITE}`;
  const path = `${folder}/usr/bin/zlint`;
  if (await isFile(path)) return { path };
  const mirror = await findMirror();
  if (findProgram("apt-get") === undefined || mirror === undefined) {
    return { missing: "zlint is not installed, and this is no Debian" };
  }
  note(`Downloading zlint from Debian ${SUITE} …`);
  const failed = await download(mirror, folder);
  return failed === undefined && await isFile(path)
    ? { path }
    : { missing: failed ?? "no zlint in its package" };
}

/** One thing that a lint says about a certificate. */
export interface Finding {
  readonly file: string;
  readonly lint: string;
  readonly level: "info" | "warn" | "error" | "fatal";
  readonly details: string;
}

/** What zlint looks for: everything, but the rules of some sources, e.g. `CABF_BR`. */
export interface LintScope {
  readonly without?: readonly string[];
}

/**
 * Lints certificates.
 *
 * @param path Of zlint.
 * @param files PEM, one certificate each.
 * @returns What is not as it should be; `info` included.
 * @throws {Error} if zlint cannot read one of them.
 */
export async function lintCertificates(
  path: string,
  files: readonly string[],
  { without }: LintScope = {},
): Promise<Finding[]> {
  const scope = without === undefined ? [] : ["-excludeSources", without.join(",")];
  const findings: Finding[] = [];
  for (const file of files) {
    const { success, stdout, stderr } = await new Deno.Command(path, { args: [...scope, file] }).output();
    if (!success) throw new Error(`zlint ${file}: ${new TextDecoder().decode(stderr)}`);
    const results: Record<string, { result: string; details?: string }> = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    if (!Object.values(results).some(({ result }) => result === "pass")) {
      throw new Error(`no lint of zlint applies to ${file}`);
    }
    for (const [lint, { result: level, details = "" }] of Object.entries(results)) {
      if (isLevel(level)) findings.push({ file, lint, level, details });
    }
  }
  return findings;
}

function isLevel(result: string): result is Finding["level"] {
  return ["info", "warn", "error", "fatal"].includes(result);
}

/** @returns What went wrong, if something did. */
async function download(mirror: string, folder: string): Promise<string | undefined> {
  const work = await Deno.makeTempDir({ prefix: "hakko-zlint-" });
  try {
    // Lists and cache of its own: what the machine knows about packages stays as it is.
    for (const name of ["lists/partial", "cache/archives/partial", "unpacked"]) {
      await Deno.mkdir(`${work}/${name}`, { recursive: true });
    }
    await Deno.writeTextFile(`${work}/sources.list`, `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`);
    const options = [
      `Dir::Etc::sourcelist=${work}/sources.list`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${work}/lists`,
      `Dir::Cache=${work}/cache`,
      // The user that apt downloads as may not enter a folder that is ours alone.
      "APT::Sandbox::User=",
    ].flatMap((option) => ["-o", option]);
    const failed = await run("apt-get", ["-qq", ...options, "update"], work) ??
      await run("apt-get", ["-qq", ...options, "download", "zlint"], work);
    if (failed !== undefined) return failed;
    const [archive] = [...Deno.readDirSync(work)].filter(({ name }) => name.endsWith(".deb"));
    if (archive === undefined) return `Debian ${SUITE} has no zlint`;
    const notUnpacked = await run("dpkg-deb", ["-x", archive.name, "unpacked"], work);
    if (notUnpacked !== undefined) return notUnpacked;
    await Deno.mkdir(`${folder}/usr/bin`, { recursive: true });
    // Two runs may do the same; a file appears whole or not at all.
    const beside = `${folder}/usr/bin/zlint.${crypto.randomUUID()}`;
    await Deno.copyFile(`${work}/unpacked/usr/bin/zlint`, beside);
    await Deno.rename(beside, `${folder}/usr/bin/zlint`);
    return undefined;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function run(name: string, args: readonly string[], cwd: string): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(name, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return undefined;
  return `${name} failed: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`;
}

/** The address that this machine gets Debian from: a URI of its sources that ends in `/debian`. */
async function findMirror(): Promise<string | undefined> {
  if (!await isFile(KEYRING)) return undefined;
  const texts: string[] = [];
  for (const path of ["/etc/apt/sources.list", ...await listFolder("/etc/apt/sources.list.d")]) {
    texts.push(await Deno.readTextFile(path).catch(() => ""));
  }
  const lines = texts.join("\n").split("\n").filter((line) => /^\s*(deb|URIs:)\s/.test(line));
  return lines.join(" ").match(/\bhttps?:\/\/\S+?\/debian\/?(?=\s|$)/)?.[0];
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => `${folder}/${name}`).sort();
  } catch {
    return [];
  }
}

function cacheFolder(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const zlint = await obtainZlint((line) => console.error(line));
  if ("missing" in zlint) {
    console.error(zlint.missing);
    Deno.exit(1);
  }
  const findings = await lintCertificates(zlint.path, Deno.args);
  for (const { file, lint, level, details } of findings) {
    console.log(`${level} ${file}: ${lint} ${details}`.trimEnd());
  }
  Deno.exit(findings.some(({ level }) => level !== "info") ? 1 : 0);
}
