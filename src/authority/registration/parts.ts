/** What registration works with, and what it knows about who calls. */
import type { Bytes } from "../../pki/bytes.ts";
import type { VerifySignature } from "../../pki/signature.ts";
import type { IssuingCa } from "../ca/issue.ts";
import type { AuthorityConfig } from "../config.ts";
import type { Store } from "../store/store.ts";
import type { Passwords } from "./passwords.ts";
import type { TokenVault } from "./token_vault.ts";

export interface RegistrationParts {
  readonly store: Store;
  readonly ca: IssuingCa;
  readonly verify: VerifySignature;
  readonly passwords: Passwords;
  readonly vault: TokenVault;
  readonly config: AuthorityConfig;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Bytes;
}

/** One request, as far as registration is concerned. */
export interface RequestOrigin {
  readonly correlationId: string;
  /** IP address of the other side: throttled by, and a network that is known or not. */
  readonly address: string;
}

/** A request inside an enrolment. */
export interface EnrolmentCaller extends RequestOrigin {
  readonly enrolmentId: string;
  /** Bearer token, in the clear. */
  readonly token: string;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
