/**
 * Debian packages that the developer commands need. They are installed where that is allowed: on a Debian, as root.
 *
 * @module
 */

/** A program or file that something needs, and the package that brings it. */
export interface PackageNeed {
  package: string;
  /** Absolute path of a file that is there once the package is installed. */
  provides: string;
}

/** What could not be had, in one line. */
export interface MissingPackages {
  packages: string[];
  /** E.g. `not root`. */
  reason: string;
}

/**
 * Installs what is missing.
 *
 * @param note Told before something is downloaded, because that takes a while.
 * @returns `undefined` if everything is there now.
 */
export async function ensurePackages(
  needs: readonly PackageNeed[],
  note: (line: string) => void,
): Promise<MissingPackages | undefined> {
  const missing = needs.filter((need) => !exists(need.provides));
  if (missing.length === 0) return undefined;
  const packages = missing.map((need) => need.package);
  if (!exists("/usr/bin/apt-get")) return { packages, reason: "this system has no apt" };
  if (Deno.uid() !== 0) return { packages, reason: "only root may install packages" };
  note(`Installing ${packages.join(" ")} …`);
  // A fresh container has no package lists at all, and old ones name packages that are gone.
  const failed = await apt(["update"]) ??
    await apt(["install", "--yes", "--no-install-recommends", ...packages]);
  const stillMissing = missing.filter((need) => !exists(need.provides)).map((need) => need.package);
  if (stillMissing.length === 0) return undefined;
  return { packages: stillMissing, reason: failed ?? "apt-get did not bring them" };
}

/** @returns What apt-get said last, if it failed. */
async function apt(args: string[]): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command("/usr/bin/apt-get", {
    args: ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return undefined;
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  return `apt-get ${args[0]} failed: ${lines.at(-1)}`;
}

/** Whether there is a file or folder of that name. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
