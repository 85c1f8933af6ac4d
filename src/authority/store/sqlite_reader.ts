/** Reading from SQLite: one prepared statement per question. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type Row,
  toAuditEntry,
  toCertificate,
  toCrl,
  toEnrolment,
  toSession,
  toToken,
  toTokenTicket,
  toUser,
} from "./sqlite_rows.ts";
import type {
  AuditEntry,
  AuditHead,
  CertificateRecord,
  CrlRecord,
  Enrolment,
  FamiliarPlace,
  Lockout,
  RevocationReason,
  RevokedCertificate,
  Session,
  StoreReader,
  TokenKind,
  TokenRecord,
  TokenTicket,
  User,
} from "./store.ts";

type Value = string | number | null | Uint8Array;

/** Most pending certificates that one sweep takes. */
const PENDING_LIMIT = 500;

/** {@link StoreReader} over one connection. Statements are prepared when first used. */
export class SqliteReader implements StoreReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The prepared statement of an SQL text. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #get<T>(sql: string, toRecord: (row: Row) => T, ...values: Value[]): Promise<T | undefined> {
    const row = this.statement(sql).get(...values);
    return Promise.resolve(row === undefined ? undefined : toRecord(row));
  }

  #all<T>(sql: string, toRecord: (row: Row) => T, ...values: Value[]): Promise<T[]> {
    return Promise.resolve(this.statement(sql).all(...values).map(toRecord));
  }

  findUser(loginId: string): Promise<User | undefined> {
    return this.#get("SELECT * FROM users WHERE login_id = ?", toUser, loginId);
  }

  listUsers(): Promise<User[]> {
    return this.#all("SELECT * FROM users ORDER BY login_id", toUser);
  }

  findToken(loginId: string, kind: TokenKind): Promise<TokenRecord | undefined> {
    return this.#get("SELECT * FROM tokens WHERE login_id = ? AND kind = ?", toToken, loginId, kind);
  }

  async hasTokens(): Promise<boolean> {
    const sql = "SELECT EXISTS (SELECT 1 FROM tokens) OR EXISTS (SELECT 1 FROM token_tickets) AS has";
    return await this.#get(sql, (row) => row["has"] === 1) ?? false;
  }

  findTokenTicket(ticketHash: string): Promise<TokenTicket | undefined> {
    return this.#get("SELECT * FROM token_tickets WHERE ticket_hash = ?", toTokenTicket, ticketHash);
  }

  async isFamiliar(loginId: string, { kind, value }: FamiliarPlace): Promise<boolean> {
    const sql = "SELECT 1 FROM familiar_places WHERE login_id = ? AND kind = ? AND value = ?";
    return await this.#get(sql, () => true, loginId, kind, value) ?? false;
  }

  findEnrolment(id: string): Promise<Enrolment | undefined> {
    return this.#get("SELECT * FROM enrolments WHERE id = ?", toEnrolment, id);
  }

  findCertificate(serial: string): Promise<CertificateRecord | undefined> {
    return this.#get("SELECT * FROM certificates WHERE serial = ?", toCertificate, serial);
  }

  findCertificateByKey(idempotencyKey: string): Promise<CertificateRecord | undefined> {
    const sql = "SELECT * FROM certificates WHERE idempotency_key = ?";
    return this.#get(sql, toCertificate, idempotencyKey);
  }

  findLiveCertificates(loginId: string): Promise<CertificateRecord[]> {
    // Two questions, because each is answered by a partial index of its own.
    const sql = `SELECT * FROM certificates WHERE login_id = ?1 AND state IN ('reserved', 'unconfirmed')
      UNION ALL SELECT * FROM certificates WHERE login_id = ?1 AND state = 'confirmed'`;
    return this.#all(sql, toCertificate, loginId);
  }

  listCertificates(loginId: string): Promise<CertificateRecord[]> {
    const sql = "SELECT * FROM certificates WHERE login_id = ? ORDER BY rowid DESC";
    return this.#all(sql, toCertificate, loginId);
  }

  findPendingBefore(reservedBefore: Date): Promise<CertificateRecord[]> {
    // All that are pending, at most three days' issuances: not worth an index.
    const sql = `SELECT * FROM certificates INDEXED BY certificates_pending
      WHERE state IN ('reserved', 'unconfirmed') AND reserved_at < ? ORDER BY reserved_at LIMIT ${PENDING_LIMIT}`;
    return this.#all(sql, toCertificate, reservedBefore.getTime());
  }

  listRevoked(notAfterFrom: Date): Promise<RevokedCertificate[]> {
    const sql = `SELECT serial, revoked_at, revocation_reason FROM certificates
      WHERE revoked_at IS NOT NULL AND not_after >= ? ORDER BY not_after, rowid`;
    return this.#all(sql, toRevoked, notAfterFrom.getTime());
  }

  async revocationCount(): Promise<number> {
    return await this.#get("SELECT value FROM revocation_count", (row) => row["value"] as number) ?? 0;
  }

  latestCrl(): Promise<CrlRecord | undefined> {
    return this.#get("SELECT * FROM crls ORDER BY number DESC LIMIT 1", toCrl);
  }

  findLockout(key: string): Promise<Lockout | undefined> {
    return this.#get("SELECT * FROM lockouts WHERE key = ?", toLockout, key);
  }

  findArrival(key: string): Promise<number | undefined> {
    return this.#get("SELECT arrival FROM arrivals WHERE key = ?", (row) => row["arrival"] as number, key);
  }

  findSession(tokenHash: string): Promise<Session | undefined> {
    return this.#get("SELECT * FROM sessions WHERE token_hash = ?", toSession, tokenHash);
  }

  findLastLogin(loginId: string): Promise<Date | undefined> {
    const sql = "SELECT at FROM last_logins WHERE login_id = ?";
    return this.#get(sql, (row) => new Date(row["at"] as number), loginId);
  }

  findSetting(name: string): Promise<string | undefined> {
    return this.#get("SELECT value FROM settings WHERE name = ?", (row) => row["value"] as string, name);
  }

  async auditHead(): Promise<AuditHead> {
    const head = await this.#get("SELECT seq, hash FROM audit_head", toHead);
    if (!head) throw new Error("the audit head's row is gone");
    return head;
  }

  readAudit(from: number, limit: number): Promise<AuditEntry[]> {
    return this.#all("SELECT * FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?", toAuditEntry, from, limit);
  }
}

function toRevoked(row: Row): RevokedCertificate {
  return {
    serial: row["serial"] as string,
    revokedAt: new Date(row["revoked_at"] as number),
    reason: row["revocation_reason"] as RevocationReason,
  };
}

function toLockout(row: Row): Lockout {
  const until = row["locked_until"] as number | null;
  return { failures: row["failures"] as number, lockedUntil: until === null ? null : new Date(until) };
}

function toHead(row: Row): AuditHead {
  return { seq: row["seq"] as number, hash: row["hash"] as string };
}
