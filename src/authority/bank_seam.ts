/**
 * Where the bank's pages plug in: the authority serves them on two ports of their own and gives them what they
 * need; it knows nothing about them.
 *
 * @module
 */
import type { HttpBindings } from "@hono/node-server";
import type { Text } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { CertificateLogin } from "./login.ts";
import type { AuthorityUrls } from "./authority.ts";

/** What the bank's pages are given. */
export interface BankParts {
  readonly institution: { readonly code: string; readonly name: Text; readonly service: Text };
  /** Scheme of the links that start the app. */
  readonly uriScheme: string;
  readonly urls: AuthorityUrls;
  readonly login: CertificateLogin;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  readonly log: Log;
}

/**
 * Answers one request. On the certificate login's port, `peerCertificate(env)` of http/server.ts tells which
 * certificate was presented.
 */
export type Handler = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export interface Bank {
  /** HTTPS, no client certificate asked: login page. */
  readonly portal: Handler;
  /** HTTPS, a client certificate is asked for but not demanded. */
  readonly certificateLogin: Handler;
}

export type OpenBank = (parts: BankParts) => Bank | Promise<Bank>;
