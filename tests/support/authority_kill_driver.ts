/**
 * The real authority as a process that kills itself right before or right after a commit, told by what the commit
 * writes into the audit log. Driven by tests/kill_authority_test.ts.
 *
 * It also watches the CA's key: whatever is signed with it has to be on disk already, as a reserved row and as a
 * line of the audit log, seen through a database connection of its own.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { type RunningAuthority, startAuthority } from "../../src/authority/authority.ts";
import { revoke } from "../../src/authority/revocation.ts";
import { SqliteTransaction } from "../../src/authority/store/sqlite_transaction.ts";
import { AppError } from "../../src/errors.ts";
import { ApplicationLog } from "../../src/log/application_log.ts";
import { killMyself, readOrders, say } from "./driver_process.ts";

/** Where the authority can be killed: at a commit that holds such a line of the audit log. */
export const STORE_STATES = [
  "enrolment.started",
  "authentication.succeeded",
  "certificate.reserved",
  "certificate.signed",
  "certificate.confirmed",
  "certificate.abandoned",
  "certificate.revoked",
  "crl.published",
] as const;
export type StoreState = (typeof STORE_STATES)[number];
export interface CommitPoint {
  state: StoreState;
  moment: "before" | "after";
}

/** What the driver is told to do. */
export type AuthorityOrder =
  /** Says `{urls}` when it listens. */
  | {
    do: "start";
    directory: string;
    ports: { api: number; publication: number };
    crypto: "best" | "webcrypto";
  }
  /** Dies at the first such commit from now on. Says `{armed}`. */
  | { do: "arm"; point: CommitPoint }
  /** Says `{serials}`, none if there was nothing to revoke. */
  | { do: "revoke"; loginId: string };

/** Exit code for a signature that nothing on disk accounts for. */
const UNACCOUNTED = 70;

let armed: CommitPoint | undefined;
/** Lines of the transaction that is open. */
const actions = new Set<string>();

function watchCommits(): void {
  const { insertAudit } = SqliteTransaction.prototype;
  SqliteTransaction.prototype.insertAudit = function (entry) {
    actions.add(entry.action);
    return insertAudit.call(this, entry);
  };
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql) {
    if (sql.startsWith("BEGIN")) actions.clear();
    const isMeant = sql === "COMMIT" && armed !== undefined && actions.has(armed.state);
    if (isMeant && armed?.moment === "before") killMyself();
    exec.call(this, sql);
    if (isMeant) killMyself();
  };
}

/** Only WebCrypto can be watched; the other half of the processes signs with libcrypto, as institutions will. */
function watchSignatures(directory: string): void {
  const database = new DatabaseSync(`${directory}/authority.db`, { readOnly: true });
  const row = database.prepare("SELECT 1 AS n FROM certificates WHERE state = 'reserved' AND tbs_der = ?");
  const line = database.prepare(
    "SELECT 1 AS n FROM audit WHERE action = 'certificate.reserved' AND instr(details, ?) > 0",
  );
  const { sign } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.sign = function (algorithm, key, data) {
    const tbsDer = data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer);
    const digest = createHash("sha256").update(tbsDer).digest("hex");
    if (isCertificate(tbsDer) && (line.get(digest) === undefined || row.get(tbsDer) === undefined)) {
      console.error("signed what is not on disk");
      Deno.exit(UNACCOUNTED);
    }
    return sign.call(this, algorithm, key, data);
  };
}

/** A TBSCertificate begins with its version in [0]; a TBSCertList with a plain INTEGER. */
function isCertificate(tbsDer: Uint8Array): boolean {
  const header = tbsDer[1]! < 0x80 ? 2 : 2 + (tbsDer[1]! & 0x7f);
  return tbsDer[header] === 0xa0;
}

async function start(order: AuthorityOrder & { do: "start" }): Promise<RunningAuthority> {
  const { directory, ports, crypto } = order;
  if (crypto === "webcrypto") watchSignatures(directory);
  const authority = await startAuthority({
    directory,
    ports,
    crypto,
    hasBank: false,
    log: new ApplicationLog({ paths: [`${directory}/authority.log`], now }),
    now,
    randomBytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    sweepIntervalMs: 0,
  });
  say({ urls: authority.urls });
  return authority;
}

async function revokeAll({ store }: RunningAuthority, loginId: string): Promise<string[]> {
  try {
    return await revoke(store, {
      target: { loginId },
      reason: "unspecified",
      actor: "operator",
      at: now(),
      correlationId: "-",
    });
  } catch (error) {
    if (error instanceof AppError && error.key === "authority/not-found") return [];
    throw error;
  }
}

function now(): Date {
  return new Date();
}

if (import.meta.main) {
  watchCommits();
  let authority: RunningAuthority | undefined;
  for await (const order of readOrders<AuthorityOrder>()) {
    if (order.do === "start") authority = await start(order);
    else if (order.do === "arm") {
      armed = order.point;
      say({ armed: true });
    } else say({ serials: await revokeAll(authority!, order.loginId) });
  }
}
