/** Changing SQLite inside a transaction that sqlite.ts has opened. */
import type { DatabaseSync } from "node:sqlite";
import type { Bytes } from "../../pki/bytes.ts";
import { SqliteReader } from "./sqlite_reader.ts";
import {
  type AuditEntry,
  type AuditHead,
  type CertificateRecord,
  type CrlRecord,
  type Enrolment,
  type FamiliarPlace,
  type Lockout,
  type RevocationReason,
  type Session,
  StoreConflict,
  type StoreTransaction,
  type TokenKind,
  type TokenRecord,
  type TokenTicket,
  type User,
} from "./store.ts";

type Value = string | number | null | Uint8Array;

/** {@link StoreTransaction}; one object serves all transactions of its connection, one after the other. */
export class SqliteTransaction extends SqliteReader implements StoreTransaction {
  #head: AuditHead | undefined;
  /** The head as the last work that is kept left it, and whether the table says so too. */
  #keptHead: AuditHead | undefined;
  #isHeadWritten = true;

  constructor(database: DatabaseSync) {
    super(database);
  }

  /** Begins a transaction: since the last one other processes may have added lines. */
  begin(): void {
    this.#head = this.#keptHead = undefined;
    this.#isHeadWritten = true;
  }

  /** One work of the transaction is kept. */
  keep(): void {
    if (this.#head !== this.#keptHead) this.#isHeadWritten = false;
    this.#keptHead = this.#head;
  }

  /** One work of the transaction is undone. */
  undo(): void {
    this.#head = this.#keptHead;
  }

  /** Ends a transaction: the head is written once for all its works. */
  finish(): void {
    if (this.#isHeadWritten || !this.#keptHead) return;
    this.#run("UPDATE audit_head SET seq = ?, hash = ?", this.#keptHead.seq, this.#keptHead.hash);
  }

  #run(sql: string, ...values: Value[]): number {
    try {
      return Number(this.statement(sql).run(...values).changes);
    } catch (error) {
      if (isConstraint(error)) throw new StoreConflict(error.message, { cause: error });
      throw error;
    }
  }

  #done(sql: string, ...values: Value[]): Promise<void> {
    try {
      this.#run(sql, ...values);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  insertUser(user: User): Promise<void> {
    return this.#done(
      "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.loginId,
      user.name,
      user.company,
      user.role,
      user.passwordHash,
      JSON.stringify(user.steps),
      user.isDisabled ? 1 : 0,
      user.createdAt.getTime(),
      user.question?.prompt ?? null,
      user.question?.replyHash ?? null,
      user.validityDays,
    );
  }

  updateUser(user: User): Promise<void> {
    return this.#done(
      `UPDATE users SET name = ?, company = ?, role = ?, password_hash = ?, steps = ?, is_disabled = ?,
        question = ?, reply_hash = ?, validity_days = ? WHERE login_id = ?`,
      user.name,
      user.company,
      user.role,
      user.passwordHash,
      JSON.stringify(user.steps),
      user.isDisabled ? 1 : 0,
      user.question?.prompt ?? null,
      user.question?.replyHash ?? null,
      user.validityDays,
      user.loginId,
    );
  }

  insertToken(token: TokenRecord): Promise<void> {
    return this.#done(
      "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)",
      token.loginId,
      token.kind,
      token.sealedSecret,
      token.lastStep,
      token.driftSteps,
      token.registeredAt.getTime(),
    );
  }

  useTokenSteps(
    token: Pick<TokenRecord, "loginId" | "kind">,
    used: { firstStep: number; lastStep: number; driftSteps: number },
  ): Promise<boolean> {
    const sql = `UPDATE tokens SET last_step = ?, drift_steps = ?
      WHERE login_id = ? AND kind = ? AND last_step < ?`;
    const { firstStep, lastStep, driftSteps } = used;
    const changes = this.#run(sql, lastStep, driftSteps, token.loginId, token.kind, firstStep);
    return Promise.resolve(changes === 1);
  }

  deleteToken(loginId: string, kind: TokenKind): Promise<boolean> {
    const changes = this.#run("DELETE FROM tokens WHERE login_id = ? AND kind = ?", loginId, kind);
    return Promise.resolve(changes === 1);
  }

  async insertTokenTicket(ticket: TokenTicket): Promise<void> {
    await this.#done("DELETE FROM token_tickets WHERE login_id = ?", ticket.loginId);
    await this.#done(
      "INSERT INTO token_tickets VALUES (?, ?, ?, ?)",
      ticket.ticketHash,
      ticket.loginId,
      ticket.sealedSecret,
      ticket.expiresAt.getTime(),
    );
  }

  deleteTokenTicket(ticketHash: string): Promise<void> {
    return this.#done("DELETE FROM token_tickets WHERE ticket_hash = ?", ticketHash);
  }

  deleteTokenTicketsExpiredBefore(time: Date): Promise<void> {
    return this.#done("DELETE FROM token_tickets WHERE expires_at < ?", time.getTime());
  }

  saveFamiliarPlace(loginId: string, { kind, value }: FamiliarPlace, seenAt: Date): Promise<void> {
    const sql = `INSERT INTO familiar_places VALUES (?, ?, ?, ?)
      ON CONFLICT (login_id, kind, value) DO UPDATE SET seen_at = excluded.seen_at`;
    return this.#done(sql, loginId, kind, value, seenAt.getTime());
  }

  insertEnrolment(enrolment: Enrolment): Promise<void> {
    return this.#done(
      "INSERT INTO enrolments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      enrolment.id,
      enrolment.tokenHash,
      enrolment.loginId,
      enrolment.operation,
      JSON.stringify(enrolment.steps),
      enrolment.stepsDone,
      enrolment.correlationId,
      enrolment.startedAt.getTime(),
      enrolment.expiresAt.getTime(),
      enrolment.serial,
      enrolment.renews,
      enrolment.nonce,
      JSON.stringify(enrolment.places),
    );
  }

  updateEnrolment({ id, stepsDone, expiresAt, serial }: Enrolment): Promise<boolean> {
    const sql = "UPDATE enrolments SET steps_done = ?, expires_at = ?, serial = ? WHERE id = ?";
    return Promise.resolve(this.#run(sql, stepsDone, expiresAt.getTime(), serial, id) === 1);
  }

  deleteEnrolment(id: string): Promise<void> {
    return this.#done("DELETE FROM enrolments WHERE id = ?", id);
  }

  deleteUnusedEnrolmentsOf(loginId: string): Promise<void> {
    return this.#done("DELETE FROM enrolments WHERE login_id = ? AND serial IS NULL", loginId);
  }

  deleteEnrolmentsExpiredBefore(time: Date): Promise<number> {
    return Promise.resolve(this.#run("DELETE FROM enrolments WHERE expires_at < ?", time.getTime()));
  }

  insertCertificate(record: CertificateRecord): Promise<void> {
    return this.#done(
      "INSERT INTO certificates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record.serial,
      record.loginId,
      record.enrolmentId,
      record.idempotencyKey,
      record.state,
      record.tbsDer,
      record.certificateDer,
      record.notBefore.getTime(),
      record.notAfter.getTime(),
      record.reservedAt.getTime(),
      record.confirmedAt?.getTime() ?? null,
      record.revokedAt?.getTime() ?? null,
      record.revocationReason,
      record.renews,
    );
  }

  storeSigned(serial: string, certificateDer: Bytes): Promise<boolean> {
    const sql = `UPDATE certificates SET state = 'unconfirmed', certificate_der = ?, tbs_der = NULL
      WHERE serial = ? AND state = 'reserved'`;
    return Promise.resolve(this.#run(sql, certificateDer, serial) === 1);
  }

  markConfirmed(serial: string, at: Date): Promise<void> {
    const sql = "UPDATE certificates SET state = 'confirmed', confirmed_at = ? WHERE serial = ?";
    return this.#done(sql, at.getTime(), serial);
  }

  markExpired(serial: string): Promise<void> {
    return this.#done("UPDATE certificates SET state = 'expired' WHERE serial = ?", serial);
  }

  async markRevoked(
    serial: string,
    change: { state: "revoked" | "abandoned"; at: Date; reason: RevocationReason },
  ): Promise<void> {
    await this.#done(
      "UPDATE certificates SET state = ?, revoked_at = ?, revocation_reason = ? WHERE serial = ?",
      change.state,
      change.at.getTime(),
      change.reason,
      serial,
    );
    await this.#done("UPDATE revocation_count SET value = value + 1");
  }

  insertCrl(crl: CrlRecord): Promise<void> {
    const newer = this.statement("SELECT 1 FROM crls WHERE number >= ?").get(crl.number);
    if (newer) return Promise.reject(new StoreConflict("CRL number"));
    this.#run("DELETE FROM crls");
    return this.#done(
      "INSERT INTO crls VALUES (?, ?, ?, ?, ?)",
      crl.number,
      crl.der,
      crl.thisUpdate.getTime(),
      crl.nextUpdate.getTime(),
      crl.revocations,
    );
  }

  saveLockout(key: string, lockout: Lockout): Promise<void> {
    return this.#done(
      `INSERT INTO lockouts VALUES (?, ?, ?) ON CONFLICT (key)
        DO UPDATE SET failures = excluded.failures, locked_until = excluded.locked_until`,
      key,
      lockout.failures,
      lockout.lockedUntil?.getTime() ?? null,
    );
  }

  deleteLockout(key: string): Promise<void> {
    return this.#done("DELETE FROM lockouts WHERE key = ?", key);
  }

  saveArrival(key: string, arrivalMs: number): Promise<void> {
    const sql =
      "INSERT INTO arrivals VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET arrival = excluded.arrival";
    return this.#done(sql, key, arrivalMs);
  }

  deleteArrivalsBefore(arrivalMs: number): Promise<void> {
    return this.#done("DELETE FROM arrivals WHERE arrival < ?", arrivalMs);
  }

  async insertSession(session: Session): Promise<void> {
    await this.#done(
      "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
      session.tokenHash,
      session.serial,
      session.loginId,
      session.createdAt.getTime(),
      session.seenAt.getTime(),
      session.previousLoginAt?.getTime() ?? null,
    );
    await this.#done(
      "INSERT INTO last_logins VALUES (?, ?) ON CONFLICT (login_id) DO UPDATE SET at = excluded.at",
      session.loginId,
      session.createdAt.getTime(),
    );
  }

  touchSession(tokenHash: string, seenAt: Date): Promise<void> {
    return this.#done("UPDATE sessions SET seen_at = ? WHERE token_hash = ?", seenAt.getTime(), tokenHash);
  }

  deleteSession(tokenHash: string): Promise<void> {
    return this.#done("DELETE FROM sessions WHERE token_hash = ?", tokenHash);
  }

  deleteSessionsCreatedBefore(time: Date): Promise<void> {
    return this.#done("DELETE FROM sessions WHERE created_at < ?", time.getTime());
  }

  saveSetting(name: string, value: string | undefined): Promise<void> {
    if (value === undefined) return this.#done("DELETE FROM settings WHERE name = ?", name);
    const sql = "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    return this.#done(sql, name, value);
  }

  override async auditHead(): Promise<AuditHead> {
    this.#head ??= await super.auditHead();
    return this.#head;
  }

  async insertAudit(entry: AuditEntry): Promise<void> {
    await this.#done(
      "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      entry.seq,
      entry.at.getTime(),
      entry.actor,
      entry.action,
      entry.subject,
      entry.details,
      entry.correlationId,
      entry.previousHash,
      entry.hash,
    );
    this.#head = { seq: entry.seq, hash: entry.hash };
  }
}

/** SQLITE_CONSTRAINT and its extended codes. */
function isConstraint(error: unknown): error is Error {
  return error instanceof Error && ((error as { errcode?: number }).errcode ?? 0) % 256 === 19;
}
