/**
 * What the bank's pages are made of: all of it is handed in, so that tests and the authority build the same pages.
 *
 * @module
 */
import type { Text } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import type { Bytes } from "../../pki/bytes.ts";
import type { BankAssets } from "./assets.ts";
import type { SessionStore } from "./sessions.ts";

/** What the pages call a person's standing in their company. */
export type BankRole = "user" | "administrator";

/** A certificate that may log in, and whose it is. */
export interface CertificateHolder {
  /** Lowercase hex, as the store knows it. */
  serial: string;
  notAfter: Date;
  loginId: string;
  name: string;
  company: string;
  role: BankRole;
}

/** Decides who may log in; the database decides, never the TLS library alone. */
export interface CertificateGate {
  /**
   * One login with the certificate of a TLS connection. The handshake has proven possession of its key. A
   * certificate that is issued but unconfirmed is confirmed by it.
   *
   * @param certificateDer The peer's end-entity certificate; undefined when it showed none.
   * @throws {AppError} `login/*` when it may not.
   */
  logIn(certificateDer: Bytes | undefined, correlationId: string): Promise<CertificateHolder>;
  /**
   * The same certificate, later in its session: answers from the store, so that a revocation counts at once.
   *
   * @throws {AppError} `login/*` when it may not any more.
   */
  check(serial: string): Promise<CertificateHolder>;
}

/** Where a request comes from. */
export interface RequestOrigin {
  correlationId: string;
  /** IP address of the other side. */
  address: string;
}

/** A token that is shown to be registered, and counts only after its first code. */
export interface ShownToken {
  /** Names this registration at the next request; a secret. */
  ticket: string;
  /** What an authenticator app reads: `otpauth://totp/…`; a secret. */
  uri: string;
  /** The same secret in base32, to be typed in. */
  secret: string;
  digits: number;
  expiresAt: Date;
}

/** Registers one-time-password tokens (ワンタイムパスワードトークン発行画面). */
export interface TokenRegistration {
  /**
   * Proves by password who it is, and makes a token.
   *
   * @throws {AppError} `registration/wrong-credentials`, `registration/locked`, `registration/not-allowed`,
   * `registration/token-registered`, `authority/busy`
   */
  begin(request: { loginId: string; password: string }, origin: RequestOrigin): Promise<ShownToken>;
  /** The token of a ticket again, after a wrong code. @throws {AppError} `registration/enrolment-expired` */
  resume(ticket: string): Promise<ShownToken>;
  /**
   * The first code proves that the token works; only then it counts.
   *
   * @throws {AppError} `registration/wrong-answer`, `registration/locked`, `registration/enrolment-expired`,
   * `registration/token-registered`, `authority/busy`
   */
  finish(
    request: { ticket: string; oneTimePassword: string },
    origin: RequestOrigin,
  ): Promise<{ loginId: string }>;
}

/** A software token of the demo: whoever opens the page may use it. */
export interface DemoToken {
  loginId: string;
  name: string;
  kind: "transaction" | "otp" | "otp-time-sync";
  /** Base32. */
  secret: string;
}

/** What the software token page shows. */
export interface DemoTokens {
  tokens: readonly DemoToken[];
  otp: { digits: number; periodSeconds: number };
  timeSync: { digits: number; periodSeconds: number };
  ocraSuite: string;
}

/** Everything that both apps need. */
export interface BankParts {
  institution: { name: Text; service: Text; app: Text };
  /** Whom to call. */
  supportContact: Text;
  /**
   * Public origins, e.g. `https://127.0.0.1:22242`. Read at every request, never at construction: with port 0
   * they are known only after listening.
   */
  urls: { readonly portal: string; readonly certificateLogin: string };
  /** Scheme of the link that starts the app, e.g. `hakko-2224`. */
  uriScheme: string;
  /** Where the app's installer is; without it the pages offer no download. */
  downloadUrl?: string;
  assets: BankAssets;
  gate: CertificateGate;
  /** Without it the portal has no ワンタイムパスワードトークン発行画面. */
  tokenRegistration?: TokenRegistration | undefined;
  /** Only the demo has them: without them there is no software token page. */
  demoTokens?: DemoTokens | undefined;
  sessions: SessionStore;
  log: Log;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
}
