/**
 * All of the world that the doctor looks at, handed in, so that tests can break it.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Text } from "../errors.ts";
import type { Keystore } from "../keystore/mod.ts";
import type { SendHttp } from "../network/http.ts";
import type { Proxy, ProxyAnswer } from "../network/proxy/connect.ts";
import type { ProxyRoute } from "../network/proxy/types.ts";
import type { Bytes } from "../pki/bytes.ts";
import type { Environment } from "../platform/environment.ts";
import type { Os } from "../platform/os.ts";
import type { findProgram, runProgram } from "../platform/run.ts";
import type { Target } from "./tunnel.ts";

/** What the doctor is made of. */
export interface DoctorParts {
  readonly os: Os;
  readonly env: Environment;
  /** This process's user ID; `null` where there is none. */
  readonly uid: number | null;
  readonly now: () => Date;
  /** Milliseconds of a clock that never jumps. */
  readonly elapsed: () => number;
  readonly randomBytes: (length: number) => Bytes;
  readonly version: string;
  readonly institution: Text;
  readonly authority: {
    readonly url: string;
    readonly trustAnchorsPem: readonly string[];
    /** The OS's trust store counts besides. */
    readonly trustsPlatform: boolean;
  };
  readonly opensDaysBefore: number;
  /** Fingerprints of the certificates that the app lists: of a renewal that is not over, one of two. */
  readonly listed: () => Promise<readonly string[]>;
  readonly keystore: DoctorKeystore;
  readonly stateFolder: string;
  readonly log: DoctorLog;
  readonly network: DoctorNetwork;
  readonly files: DoctorFiles;
  readonly run: typeof runProgram;
  readonly find: typeof findProgram;
  readonly limits?: Partial<DoctorLimits>;
}

/** How long a check may take. */
export interface DoctorLimits {
  /** One check. */
  checkMs: number;
  /** One connection: less, so that the check can say what did not answer. */
  connectMs: number;
}

export const DOCTOR_LIMITS: DoctorLimits = { checkMs: 10_000, connectMs: 5_000 };

/** The user's keystore, and how to try one out that is not the user's. */
export interface DoctorKeystore {
  readonly kind: "nss" | "file" | "unsupported";
  /** The folder with the user's keys. */
  readonly folder: string;
  /** The user's own, which is only looked at and signed with. Its temporary files go below `temporaryFolder`. */
  open(temporaryFolder: string): Keystore;
  /** An empty one of the same kind in a folder of the doctor's. */
  openTrial(folder: string): Keystore;
}

/** The application log. */
export interface DoctorLog {
  /** Candidates, best first. */
  readonly paths: readonly string[];
  /** Where the last record went. */
  readonly path: string | undefined;
  info(event: string, fields?: Record<string, string>): void;
}

/** The way out, taken apart. Sockets are the caller's to destroy. */
export interface DoctorNetwork {
  /** How to get to the authority. @throws {AppError} if the setting is no proxy that can be used. */
  route(url: string): Promise<ProxyRoute>;
  /** Whether the app has credentials for this proxy already; nobody is asked. */
  hasCredentials(proxy: Proxy): boolean;
  /** Addresses of a host. @throws {Error} with `code`, as getaddrinfo(3) has them. */
  lookup(host: string): Promise<readonly string[]>;
  /** @throws {Error} with `code`, or the signal's reason. */
  connect(to: Target & { signal: AbortSignal }): Promise<Socket>;
  /** Through the proxy, with the credentials that the app has. */
  tunnel(
    proxy: Proxy,
    to: Target,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<{ answer: ProxyAnswer; socket?: Socket }>;
  /** TLS as the app does it: whoever is not the authority is refused. Uses the socket up. */
  handshake(socket: Socket, to: { hostname: string; signal: AbortSignal }): Promise<void>;
  /** The certificates that a server shows, leaf first, whoever it is. Uses the socket up. */
  peekCertificates(socket: Socket, to: { hostname: string; signal: AbortSignal }): Promise<Bytes[]>;
  /** One exchange as the app does it, with the proxy and everything. */
  send: SendHttp;
  /** The same for what anybody may fetch over plain HTTP, and for larger answers. */
  fetchPublic: SendHttp;
}

/** Files and the file system. */
export interface DoctorFiles {
  /** What is left to this user on the disk that a path is on. */
  free(path: string): Promise<{ bytes: number }>;
  /** Owner of a file or folder; `undefined` if it is not there, or where there are no owners. */
  owner(path: string): Promise<number | undefined>;
  /** Where a path really leads to; `undefined` if nowhere. */
  realPath(path: string): Promise<string | undefined>;
}
