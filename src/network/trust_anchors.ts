/**
 * Trusting the profile's trust anchors and nobody else (explicit trust anchors, RFC 7030 §3.6.1).
 *
 * @module
 */
import { currentOs } from "../platform/os.ts";

/** The variables that decide which roots the runtime trusts besides those that it is given. */
export interface RootEnvironment {
  set(name: string, value: string): void;
  delete(name: string): void;
}

/**
 * Takes the platform's roots out of this process: public CAs, those of the OS, and those that somebody's
 * environment adds.
 *
 * `Deno.createHttpClient({ caCerts })` adds to the runtime's root store and offers no way to replace it; that
 * store is filled at the first TLS connection, from what these variables say by then. So they are set to a
 * store that is empty. It must happen before the process makes its first TLS connection, and it holds for the
 * whole process: nothing in the app wants any other root.
 *
 * @returns Whether the process was allowed to do so. If not, the app still demands TLS, but would also believe
 * a public CA that certifies the authority's name.
 * @see {@link https://docs.deno.com/runtime/reference/env_variables/ | DENO_TLS_CA_STORE}
 */
export function excludePlatformRoots(environment: RootEnvironment = Deno.env): boolean {
  try {
    environment.set("DENO_TLS_CA_STORE", "system");
    // The "system" store reads this file instead of the OS's when the variable is there.
    environment.set("SSL_CERT_FILE", currentOs() === "windows" ? "NUL" : "/dev/null");
    environment.delete("SSL_CERT_DIR");
    environment.delete("NODE_EXTRA_CA_CERTS");
    return true;
  } catch {
    return false;
  }
}

/**
 * Which roots count besides the profile's: none, or those that the OS trusts (a company's own among them, for
 * networks whose administrators inspect all traffic), if the profile says so. Never the runtime's own list.
 *
 * @returns Whether the process was allowed to do so; see {@link excludePlatformRoots}.
 */
export function chooseRoots(
  { platform }: { platform: boolean },
  environment: RootEnvironment = Deno.env,
): boolean {
  if (!platform) return excludePlatformRoots(environment);
  try {
    // SSL_CERT_FILE and SSL_CERT_DIR stay: they say where this system's store is.
    environment.set("DENO_TLS_CA_STORE", "system");
    environment.delete("NODE_EXTRA_CA_CERTS");
    return true;
  } catch {
    return false;
  }
}
