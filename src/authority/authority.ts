/**
 * The running authority: RA and CA behind one address, with what belongs beside them. Tests, the demo and the
 * command line start it here.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import type { CertificateLogin } from "./login.ts";
import type { Store } from "./store/store.ts";

/** Base addresses without a slash at the end, e.g. `https://127.0.0.1:22241`. */
export interface AuthorityUrls {
  /** What the app speaks to. */
  readonly api: string;
  /** The bank's pages. */
  readonly portal: string;
  /** The bank's pages behind a client certificate. */
  readonly certificateLogin: string;
  /** Plain HTTP: CRL and CA certificates. */
  readonly publication: string;
}

export interface AuthorityOptions {
  /** Made by `init`: authority.db, pki/, config.json. */
  readonly directory: string;
  /** Instead of the configuration's ports; 0 takes any free one. */
  readonly ports?: {
    readonly api?: number;
    readonly portal?: number;
    readonly certificateLogin?: number;
    readonly publication?: number;
  };
  /** Whether the bank's pages are served, on two ports of their own. Default true. */
  readonly hasBank?: boolean;
  /** Passphrase of the encrypted CA keys, when `init` was given one. */
  readonly keyPassphrase?: string;
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** How often what has run out is looked for; 0 leaves it to {@link RunningAuthority.sweep}. Default 60,000. */
  readonly sweepIntervalMs?: number;
}

export interface RunningAuthority extends AsyncDisposable {
  readonly urls: AuthorityUrls;
  readonly store: Store;
  readonly login: CertificateLogin;
  /** PEM of the root: the trust anchor for the app's TLS and for all certificates. */
  readonly rootPem: string;
  /** Abandons, deletes and republishes what is due by the clock. */
  sweep(): Promise<void>;
  /** Stops listening, lets running requests end, writes the audit anchor, closes the store. */
  close(): Promise<void>;
}

/**
 * Starts the authority of one directory.
 *
 * @throws {AppError} `profile/invalid` for a wrong config.json, `state/not-writable`.
 */
export function startAuthority(_options: AuthorityOptions): Promise<RunningAuthority> {
  return Promise.reject(new Error("not there yet"));
}
