/** SQLite's rows as the store's records. */
import type { Bytes } from "../../pki/bytes.ts";
import type { Operation } from "../../protocol/messages.ts";
import type {
  AuditEntry,
  CertificateRecord,
  CertificateState,
  CrlRecord,
  Enrolment,
  RevocationReason,
  Session,
  TokenKind,
  TokenRecord,
  TokenTicket,
  User,
  UserRole,
} from "./records.ts";

/** What node:sqlite gives; column types are guaranteed by STRICT tables. */
export type Row = Record<string, unknown>;

function date(value: unknown): Date {
  return new Date(value as number);
}

function dateOrNull(value: unknown): Date | null {
  return value === null ? null : new Date(value as number);
}

export function toUser(row: Row): User {
  return {
    loginId: row["login_id"] as string,
    name: row["name"] as string,
    company: row["company"] as string,
    role: row["role"] as UserRole,
    passwordHash: row["password_hash"] as string,
    steps: JSON.parse(row["steps"] as string),
    question: row["question"] === null
      ? null
      : { prompt: row["question"] as string, replyHash: row["reply_hash"] as string },
    validityDays: row["validity_days"] as number | null,
    isDisabled: row["is_disabled"] === 1,
    createdAt: date(row["created_at"]),
  };
}

export function toEnrolment(row: Row): Enrolment {
  return {
    id: row["id"] as string,
    tokenHash: row["token_hash"] as string,
    loginId: row["login_id"] as string,
    operation: row["operation"] as Operation,
    renews: row["renews"] as string | null,
    nonce: row["nonce"] as string,
    places: JSON.parse(row["places"] as string),
    steps: JSON.parse(row["steps"] as string),
    stepsDone: row["steps_done"] as number,
    correlationId: row["correlation_id"] as string,
    startedAt: date(row["started_at"]),
    expiresAt: date(row["expires_at"]),
    serial: row["serial"] as string | null,
  };
}

export function toToken(row: Row): TokenRecord {
  return {
    loginId: row["login_id"] as string,
    kind: row["kind"] as TokenKind,
    sealedSecret: row["sealed_secret"] as Bytes,
    lastStep: row["last_step"] as number,
    driftSteps: row["drift_steps"] as number,
    registeredAt: date(row["registered_at"]),
  };
}

export function toTokenTicket(row: Row): TokenTicket {
  return {
    ticketHash: row["ticket_hash"] as string,
    loginId: row["login_id"] as string,
    sealedSecret: row["sealed_secret"] as Bytes,
    expiresAt: date(row["expires_at"]),
  };
}

export function toCertificate(row: Row): CertificateRecord {
  return {
    serial: row["serial"] as string,
    loginId: row["login_id"] as string,
    enrolmentId: row["enrolment_id"] as string,
    idempotencyKey: row["idempotency_key"] as string,
    renews: row["renews"] as string | null,
    state: row["state"] as CertificateState,
    tbsDer: row["tbs_der"] as Bytes | null,
    certificateDer: row["certificate_der"] as Bytes | null,
    notBefore: date(row["not_before"]),
    notAfter: date(row["not_after"]),
    reservedAt: date(row["reserved_at"]),
    confirmedAt: dateOrNull(row["confirmed_at"]),
    revokedAt: dateOrNull(row["revoked_at"]),
    revocationReason: row["revocation_reason"] as RevocationReason | null,
  };
}

export function toCrl(row: Row): CrlRecord {
  return {
    number: row["number"] as number,
    der: row["der"] as Bytes,
    thisUpdate: date(row["this_update"]),
    nextUpdate: date(row["next_update"]),
    revocations: row["revocations"] as number,
  };
}

export function toSession(row: Row): Session {
  return {
    tokenHash: row["token_hash"] as string,
    serial: row["serial"] as string,
    loginId: row["login_id"] as string,
    createdAt: date(row["created_at"]),
    seenAt: date(row["seen_at"]),
    previousLoginAt: dateOrNull(row["previous_login_at"]),
  };
}

export function toAuditEntry(row: Row): AuditEntry {
  return {
    seq: row["seq"] as number,
    at: date(row["at"]),
    actor: row["actor"] as string,
    action: row["action"] as string,
    subject: row["subject"] as string,
    details: row["details"] as string,
    correlationId: row["correlation_id"] as string,
    previousHash: row["previous_hash"] as string,
    hash: row["hash"] as string,
  };
}
