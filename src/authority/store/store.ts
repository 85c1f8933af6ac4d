/**
 * The store's interface: all that the authority remembers, for SQLite today and PostgreSQL later.
 *
 * `write` runs its work as one transaction and resolves only when the change is on disk (fsync): whoever was
 * answered can rely on it. Works never overlap, so what one has read stays true until it ends. Several
 * processes may use the same store. An implementation passes store_suite.ts.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
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
  TokenKind,
  TokenRecord,
  TokenTicket,
  User,
} from "./records.ts";

export * from "./records.ts";

/** What was to be inserted is there already, or would take a place that is taken. */
export class StoreConflict extends Error {
  override readonly name = "StoreConflict";
}

/** Reading. Outside of `write` it sees what is committed; "missing" is `undefined`. */
export interface StoreReader {
  findUser(loginId: string): Promise<User | undefined>;
  /** By login ID, ascending. */
  listUsers(): Promise<User[]>;

  findToken(loginId: string, kind: TokenKind): Promise<TokenRecord | undefined>;
  /** Whether anybody's token, registered or only shown, is here. */
  hasTokens(): Promise<boolean>;
  findTokenTicket(ticketHash: string): Promise<TokenTicket | undefined>;
  /** Whether this user has acquired a certificate there before. */
  isFamiliar(loginId: string, place: FamiliarPlace): Promise<boolean>;

  findEnrolment(id: string): Promise<Enrolment | undefined>;

  /** @param serial Lowercase hex. */
  findCertificate(serial: string): Promise<CertificateRecord | undefined>;
  findCertificateByKey(idempotencyKey: string): Promise<CertificateRecord | undefined>;
  /** Reserved, unconfirmed and confirmed ones of one user, expired by date or not; the pending one first. */
  findLiveCertificates(loginId: string): Promise<CertificateRecord[]>;
  /** All that one user ever had, newest first. Goes through all certificates: for operators and tests. */
  listCertificates(loginId: string): Promise<CertificateRecord[]>;
  /** Reserved and unconfirmed ones that were reserved before that time, oldest first, at most 500. */
  findPendingBefore(reservedBefore: Date): Promise<CertificateRecord[]>;
  /** Revoked and abandoned ones with a `notAfter` from that time on, for the CRL. */
  listRevoked(notAfterFrom: Date): Promise<RevokedCertificate[]>;
  /** How many revocations there have ever been; rises with every one. */
  revocationCount(): Promise<number>;
  latestCrl(): Promise<CrlRecord | undefined>;

  findLockout(key: string): Promise<Lockout | undefined>;
  /** Theoretical arrival time of GCRA, milliseconds since 1970. */
  findArrival(key: string): Promise<number | undefined>;

  findSession(tokenHash: string): Promise<Session | undefined>;
  /** When this login ID logged in last, in a session that may have ended since. */
  findLastLogin(loginId: string): Promise<Date | undefined>;

  findSetting(name: string): Promise<string | undefined>;

  /** The last line; seq 0 and 64 zeros when there is none. */
  auditHead(): Promise<AuditHead>;
  /** Lines with `seq >= from`, ascending, at most `limit`. */
  readAudit(from: number, limit: number): Promise<AuditEntry[]>;
}

/** Changing. All changes of one work are kept together or not at all. */
export interface StoreTransaction extends StoreReader {
  /** @throws {StoreConflict} if the login ID is taken. */
  insertUser(user: User): Promise<void>;
  /** Replaces all but `createdAt`; missing is not an error. */
  updateUser(user: User): Promise<void>;

  /** @throws {StoreConflict} if the user has one of that kind. */
  insertToken(token: TokenRecord): Promise<void>;
  /**
   * Uses the codes of some neighbouring time steps up, for ever.
   *
   * @returns Whether they were all unused: then `lastStep` and the drift are kept, otherwise nothing is.
   */
  useTokenSteps(
    token: Pick<TokenRecord, "loginId" | "kind">,
    used: { firstStep: number; lastStep: number; driftSteps: number },
  ): Promise<boolean>;
  /** @returns Whether there was one. */
  deleteToken(loginId: string, kind: TokenKind): Promise<boolean>;
  /** The same user's earlier ticket ends. */
  insertTokenTicket(ticket: TokenTicket): Promise<void>;
  deleteTokenTicket(ticketHash: string): Promise<void>;
  deleteTokenTicketsExpiredBefore(time: Date): Promise<void>;
  /** Again is no error. */
  saveFamiliarPlace(loginId: string, place: FamiliarPlace, seenAt: Date): Promise<void>;

  insertEnrolment(enrolment: Enrolment): Promise<void>;
  /** Replaces steps done, expiry and serial. @returns Whether it was still there. */
  updateEnrolment(enrolment: Enrolment): Promise<boolean>;
  deleteEnrolment(id: string): Promise<void>;
  /** @returns How many were deleted. */
  /** All of a user's in which no certificate has been asked for. */
  deleteUnusedEnrolmentsOf(loginId: string): Promise<void>;
  deleteEnrolmentsExpiredBefore(time: Date): Promise<number>;

  /**
   * @throws {StoreConflict} if the serial or the key was used before, or the user has a pending one.
   */
  insertCertificate(record: CertificateRecord): Promise<void>;
  /**
   * reserved → unconfirmed, with the certificate in place of what was to be signed.
   *
   * @returns Whether it was still reserved; otherwise nothing is changed.
   */
  storeSigned(serial: string, certificateDer: Bytes): Promise<boolean>;
  /** → confirmed. @throws {StoreConflict} if the user has another confirmed one. */
  markConfirmed(serial: string, at: Date): Promise<void>;
  /** → expired: makes room for the next one. */
  markExpired(serial: string): Promise<void>;
  /** → revoked, or abandoned if it had never been confirmed. Counts as a revocation. */
  markRevoked(
    serial: string,
    change: { state: "revoked" | "abandoned"; at: Date; reason: RevocationReason },
  ): Promise<void>;
  /** @throws {StoreConflict} if the number is not above all others. */
  insertCrl(crl: CrlRecord): Promise<void>;

  saveLockout(key: string, lockout: Lockout): Promise<void>;
  deleteLockout(key: string): Promise<void>;
  saveArrival(key: string, arrivalMs: number): Promise<void>;
  /** Forgets throttling that has no effect any more. */
  deleteArrivalsBefore(arrivalMs: number): Promise<void>;

  /** Counts as the last login of its user too. */
  insertSession(session: Session): Promise<void>;
  touchSession(tokenHash: string, seenAt: Date): Promise<void>;
  deleteSession(tokenHash: string): Promise<void>;
  deleteSessionsCreatedBefore(time: Date): Promise<void>;

  /** @param value `undefined` removes it. */
  saveSetting(name: string, value: string | undefined): Promise<void>;

  /** Adds a line and makes it the head. Use audit/chain.ts, which computes it. */
  insertAudit(entry: AuditEntry): Promise<void>;
}

export interface Store extends StoreReader {
  /**
   * Runs one work as a transaction.
   *
   * @param work Must not wait for anything but the transaction: others wait for it. If it throws, nothing of it
   * is kept and the error is passed on; other works are not touched.
   * @returns What the work returned, once it is durable.
   */
  write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T>;
  /** Finishes what was begun, then closes. */
  close(): Promise<void>;
}
