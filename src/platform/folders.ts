/**
 * Where things belong on each system. Pure: the environment and the system are handed in.
 *
 * @module
 */
import type { Environment } from "./environment.ts";
import type { Os } from "./os.ts";

/** Whose folders: the system, its environment, and the institution's code that names them. */
export interface FoldersOf {
  os: Os;
  env: Environment;
  /** The profile's `institution.code`: digits and letters only. */
  institutionCode: string;
}

/**
 * This user's folder for the app's state: `$XDG_STATE_HOME/<code>`, `~/Library/Application Support/<code>`,
 * `%LOCALAPPDATA%\<code>`.
 *
 * @returns An absolute path, or `undefined` if the user has no home.
 * @see {@link https://specifications.freedesktop.org/basedir-spec/latest/ | XDG Base Directory Specification}
 */
export function stateFolder({ os, env, institutionCode }: FoldersOf): string | undefined {
  if (os === "windows") {
    const local = absolute(env("LOCALAPPDATA"), os);
    return local && `${local}\\${institutionCode}`;
  }
  const home = absolute(env("HOME"), os);
  if (os === "darwin") return home && `${home}/Library/Application Support/${institutionCode}`;
  // The specification says that a relative path must be ignored.
  const state = absolute(env("XDG_STATE_HOME"), os) ?? (home && `${home}/.local/state`);
  return state && `${state}/${institutionCode}`;
}

/**
 * Where the log goes, best place first. On Windows that is the manual's place beside the installed program,
 * which the installer makes writable for users; where it is not, the state folder.
 */
export function logFolders(of: FoldersOf): string[] {
  const state = stateFolder(of);
  const programs = of.os === "windows"
    ? absolute(of.env("ProgramFiles(x86)"), of.os) ?? absolute(of.env("ProgramFiles"), of.os)
    : undefined;
  return [
    ...(programs === undefined ? [] : [`${programs}\\${of.institutionCode}`]),
    ...(state === undefined ? [] : [state]),
  ];
}

/**
 * The NSS database that Chromium and its relatives share, unless `HAKKO_NSS_DB` names another one.
 *
 * @returns `undefined` if the user has no home.
 * @see {@link https://chromium.googlesource.com/chromium/src/+/main/docs/linux/cert_management.md}
 */
export function nssFolder({ os, env }: Pick<FoldersOf, "os" | "env">): string | undefined {
  const home = absolute(env("HOME"), os);
  return absolute(env("HAKKO_NSS_DB"), os) ?? (home && inFolder(inFolder(home, ".pki"), "nssdb"));
}

/** `folder/name` in the way of the system that the folder's path is written in. */
export function inFolder(folder: string, name: string): string {
  return /^[A-Za-z]:\\|^\\\\/.test(folder) ? `${folder}\\${name}` : `${folder}/${name}`;
}

function absolute(path: string | undefined, os: Os): string | undefined {
  if (path === undefined) return undefined;
  const isAbsolute = os === "windows" ? /^[A-Za-z]:[\\/]|^\\\\/.test(path) : path.startsWith("/");
  return isAbsolute ? path.replace(/(?<=.)[\\/]+$/, "") : undefined;
}
