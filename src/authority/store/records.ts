/**
 * What the store keeps. Times are whole milliseconds; identifiers are as in src/protocol.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
import type { Operation } from "../../protocol/messages.ts";

/** What a user may do at the bank. */
export type UserRole = "user" | "administrator";

/** One person who may hold one certificate. */
export interface User {
  readonly loginId: string;
  /** CN of the certificate's subject. */
  readonly name: string;
  /** OU of the certificate's subject. */
  readonly company: string;
  readonly role: UserRole;
  /** PHC-like string, see registration/passwords.ts. */
  readonly passwordHash: string;
  /** Kinds of steps that this user's enrolments demand, in order; empty: what the policy says for the role. */
  readonly steps: readonly string[];
  /** The question of the additional authentication, and the hash of its normalised answer. */
  readonly question: SecurityQuestion | null;
  /** Days that this user's certificates are valid; `null`: as long as everybody's. */
  readonly validityDays: number | null;
  readonly isDisabled: boolean;
  readonly createdAt: Date;
}

/** What a person is asked, and what they must answer. */
export interface SecurityQuestion {
  readonly prompt: string;
  /** As {@link User.passwordHash}, over the answer as registration/replies.ts normalises it. */
  readonly replyHash: string;
}

/** Kinds of tokens, named as the steps that they answer. */
export const TOKEN_KINDS = ["transaction", "otp", "otp-time-sync"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** A person's registered token: at most one of each kind. */
export interface TokenRecord {
  readonly loginId: string;
  readonly kind: TokenKind;
  /** See registration/token_vault.ts. */
  readonly sealedSecret: Bytes;
  /** Latest time step whose code was accepted; -1 before the first: no code counts twice. */
  readonly lastStep: number;
  /** How many time steps the token's clock is ahead of ours, as last seen. */
  readonly driftSteps: number;
  readonly registeredAt: Date;
}

/** A one-time-password token that is shown to a person and has not answered yet. */
export interface TokenTicket {
  /** SHA-256 of the ticket, lowercase hex. */
  readonly ticketHash: string;
  readonly loginId: string;
  readonly sealedSecret: Bytes;
  readonly expiresAt: Date;
}

/** Where a certificate was acquired before: `device` is a hashed install ID, `network` an address prefix. */
export interface FamiliarPlace {
  readonly kind: "device" | "network";
  readonly value: string;
}

/** One person's way from the first request to the confirmed certificate. */
export interface Enrolment {
  readonly id: string;
  /** SHA-256 of the bearer token, lowercase hex: whoever reads the database cannot use it. */
  readonly tokenHash: string;
  /** As typed: there may be no such user. */
  readonly loginId: string;
  readonly operation: Operation;
  /** Serial number of the certificate that is renewed; `null` for a first one. */
  readonly renews: string | null;
  /** Random, base64url: binds a transaction code and a renewal's CSR to this enrolment. */
  readonly nonce: string;
  /** Where the request came from. */
  readonly places: readonly FamiliarPlace[];
  readonly steps: readonly string[];
  /** How many of `steps` are done; all of them means authenticated. */
  readonly stepsDone: number;
  readonly correlationId: string;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  /** Certificate that was asked for in this enrolment. */
  readonly serial: string | null;
}

/**
 * reserved → unconfirmed → confirmed → expired | revoked; reserved or unconfirmed → abandoned.
 * Only `unconfirmed`, `confirmed` and what follows them have a certificate; `reserved` and what followed it
 * without one may have been signed by a process that died before it could say so, so it counts as revoked.
 */
export type CertificateState =
  | "reserved"
  | "unconfirmed"
  | "confirmed"
  | "expired"
  | "abandoned"
  | "revoked";

/** States that take the place of their user: at most one pending and one confirmed per login ID. */
export const LIVE_STATES: readonly CertificateState[] = ["reserved", "unconfirmed", "confirmed"];

/** Whether a certificate's time is over: RFC 5280 §4.1.2.5 counts `notAfter` itself in. */
export function isExpired({ notAfter }: Pick<CertificateRecord, "notAfter">, now: Date): boolean {
  return notAfter < now;
}

/** Whether a renewal has taken its place; one that gave way before anybody confirmed it was given up. */
export function isSuperseded(
  { state, revocationReason }: Pick<CertificateRecord, "state" | "revocationReason">,
): boolean {
  return state === "revoked" && revocationReason === "superseded";
}

/** Reasons of RFC 5280 §5.3.1 that this authority gives. */
export type RevocationReason =
  | "unspecified"
  | "key-compromise"
  | "affiliation-changed"
  | "superseded"
  | "cessation-of-operation";

/** One serial number and what became of it. */
export interface CertificateRecord {
  /** Lowercase hex. */
  readonly serial: string;
  readonly loginId: string;
  readonly enrolmentId: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex: unique for ever. */
  readonly idempotencyKey: string;
  /** Serial number of the certificate that this one supersedes once it is confirmed. */
  readonly renews: string | null;
  readonly state: CertificateState;
  /** What is to be signed, until it is signed. */
  readonly tbsDer: Bytes | null;
  readonly certificateDer: Bytes | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly reservedAt: Date;
  readonly confirmedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revocationReason: RevocationReason | null;
}

/** A revoked or abandoned certificate, as the CRL lists it. */
export interface RevokedCertificate {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
}

/** One published CRL. */
export interface CrlRecord {
  /** Strictly rising. */
  readonly number: number;
  readonly der: Bytes;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** {@link StoreReader.revocationCount} when it was made: a smaller one than now means that it is out of date. */
  readonly revocations: number;
}

/** Failed authentications of one login ID, whether it exists or not. */
export interface Lockout {
  readonly failures: number;
  readonly lockedUntil: Date | null;
}

/** One line of the audit log; `hash` covers all the others, see audit/chain.ts. */
export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly at: Date;
  /** Who: `authority`, `operator`, or `user:` with a login ID. */
  readonly actor: string;
  readonly action: string;
  /** On what: a serial number, a login ID, an enrolment. */
  readonly subject: string;
  /** JSON of a flat object; its text is what was hashed. */
  readonly details: string;
  readonly correlationId: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The end of the audit log. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** A browser that is logged in to the bank's pages. */
export interface Session {
  /** SHA-256 of the token, lowercase hex. */
  readonly tokenHash: string;
  /** Certificate that logged in. */
  readonly serial: string;
  readonly loginId: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
  /** The same person's login before this one. */
  readonly previousLoginAt: Date | null;
}
