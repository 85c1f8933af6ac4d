/**
 * The audit log: every line carries the hash of the line before, so that a line that is changed, taken out or put
 * elsewhere breaks the chain. A line is written in the same transaction as what it tells of.
 *
 * @module
 */
import { hash } from "node:crypto";
import type { AuditEntry, AuditHead, StoreTransaction } from "../store/store.ts";

/** `previousHash` of the first line. */
export const GENESIS_HASH = "0".repeat(64);

/** What a line says; the chain adds the rest. */
export interface AuditEvent {
  readonly at: Date;
  /** `authority`, `operator`, or `user:` with a login ID. */
  readonly actor: string;
  /** What happened, e.g. `certificate.reserved`. */
  readonly action: string;
  readonly subject: string;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  readonly correlationId: string;
}

/** Appends one line to the log, as part of the transaction. */
export async function appendAudit(transaction: StoreTransaction, event: AuditEvent): Promise<void> {
  await transaction.insertAudit(nextEntry(await transaction.auditHead(), event));
}

/** The line that follows a head. */
export function nextEntry(head: AuditHead, event: AuditEvent): AuditEntry {
  const entry = {
    seq: head.seq + 1,
    at: event.at,
    actor: event.actor,
    action: event.action,
    subject: event.subject,
    details: event.details ? JSON.stringify(event.details) : "{}",
    correlationId: event.correlationId,
    previousHash: head.hash,
  };
  return { ...entry, hash: hashEntry(entry) };
}

/** SHA-256 over all of a line but its own hash, lowercase hex. A JSON array of known length has one reading only. */
export function hashEntry(entry: Omit<AuditEntry, "hash">): string {
  return hash(
    "sha256",
    JSON.stringify([
      entry.seq,
      entry.at.getTime(),
      entry.actor,
      entry.action,
      entry.subject,
      entry.details,
      entry.correlationId,
      entry.previousHash,
    ]),
    "hex",
  );
}
