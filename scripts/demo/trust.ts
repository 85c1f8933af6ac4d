/**
 * Trust in the demo's root for the user's browsers, as long as the demo runs: the bank's pages are HTTPS.
 *
 * @module
 */
import { readEnvironment } from "../../src/platform/environment.ts";
import { nssFolder } from "../../src/platform/folders.ts";
import { currentOs } from "../../src/platform/os.ts";
import { findProgram, runProgram } from "../../src/platform/run.ts";

/** What people see in their browser's list of authorities. */
const NICKNAME = "Hakko demo root (not a real bank)";
/** One per crashed run; more than this is not ours. */
const MAX_LEFTOVERS = 20;

/**
 * Puts the root into the user's NSS database as a CA for servers and clients.
 *
 * @returns How to take it out again, or why it could not be put in.
 */
export async function trustDemoRoot(rootPath: string): Promise<(() => Promise<void>) | string> {
  const certutil = findProgram("certutil");
  if (certutil === undefined) return "certutil (libnss3-tools) is not installed";
  const folder = nssFolder({ os: currentOs(), env: readEnvironment });
  if (folder === undefined) return "this user has no home";
  const database = ["-d", `sql:${folder}`];
  async function run(...args: string[]): Promise<boolean> {
    return (await runProgram(certutil!, [...args, ...database])).code === 0;
  }
  async function remove(): Promise<void> {
    for (let n = 0; n < MAX_LEFTOVERS && await run("-D", "-n", NICKNAME); n++);
  }
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (!await run("-L") && !await run("-N", "--empty-password")) return `${folder} cannot be opened`;
  await remove(); // of a run that was killed
  // T for clients as well: NSS itself checks client certificates only below such a root.
  if (!await run("-A", "-n", NICKNAME, "-t", "CT,C,C", "-a", "-i", rootPath)) {
    return `${folder} cannot be written`;
  }
  return remove;
}
