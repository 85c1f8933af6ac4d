/**
 * SQLite's tables. Times are milliseconds since 1970. Row IDs stay SQLite's own, rising ones: with a random key
 * as the table's order every insert would touch another page, which costs six times the speed at a million rows.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../errors.ts";

/**
 * How the schema grew: version N is what the first N scripts make. A script is never changed once it has been
 * released; what comes later is another script.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE users (
  login_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  company TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  steps TEXT NOT NULL,
  is_disabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolments (
  id TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL,
  login_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  steps TEXT NOT NULL,
  steps_done INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  serial TEXT
) STRICT;

CREATE TABLE certificates (
  serial TEXT NOT NULL UNIQUE,
  login_id TEXT NOT NULL,
  enrolment_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  tbs_der BLOB,
  certificate_der BLOB,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  reserved_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  revoked_at INTEGER,
  revocation_reason TEXT
) STRICT;
-- One live certificate per login ID, whatever the code above does: one on its way, one in use. There are no more
-- indexes than these: each one makes every issuance write another page.
CREATE UNIQUE INDEX certificates_pending ON certificates (login_id) WHERE state IN ('reserved', 'unconfirmed');
CREATE UNIQUE INDEX certificates_in_use ON certificates (login_id) WHERE state = 'confirmed';
CREATE INDEX certificates_revoked ON certificates (not_after) WHERE revoked_at IS NOT NULL;

CREATE TABLE crls (
  number INTEGER PRIMARY KEY,
  der BLOB NOT NULL,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  revocations INTEGER NOT NULL
) STRICT;

CREATE TABLE lockouts (
  key TEXT NOT NULL UNIQUE,
  failures INTEGER NOT NULL,
  locked_until INTEGER
) STRICT;

CREATE TABLE arrivals (
  key TEXT NOT NULL UNIQUE,
  arrival REAL NOT NULL
) STRICT;
CREATE INDEX arrivals_by_time ON arrivals (arrival);

CREATE TABLE sessions (
  token_hash TEXT NOT NULL UNIQUE,
  serial TEXT NOT NULL,
  login_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  previous_login_at INTEGER
) STRICT;
CREATE INDEX sessions_by_age ON sessions (created_at);

CREATE TABLE last_logins (
  login_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- One row each. The audit head lives apart from the lines, so that cutting off the last ones shows.
CREATE TABLE audit_head (seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO audit_head VALUES (0, '${"0".repeat(64)}');
CREATE TABLE revocation_count (value INTEGER NOT NULL) STRICT;
INSERT INTO revocation_count VALUES (0);
`,
  `
-- Renewals, tokens and what a policy looks at.
-- Everybody was asked for the password and had it in a list of their own; now an empty list means the policy.
UPDATE users SET steps = '[]' WHERE steps = '["password"]';
-- Without a nonce an enrolment cannot go on; its person starts again, as after its ten minutes.
DELETE FROM enrolments WHERE serial IS NULL;
ALTER TABLE users ADD COLUMN question TEXT;
ALTER TABLE users ADD COLUMN reply_hash TEXT;
ALTER TABLE users ADD COLUMN validity_days INTEGER;
ALTER TABLE enrolments ADD COLUMN renews TEXT;
ALTER TABLE enrolments ADD COLUMN nonce TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
ALTER TABLE certificates ADD COLUMN renews TEXT;

CREATE TABLE tokens (
  login_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  last_step INTEGER NOT NULL,
  drift_steps INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  UNIQUE (login_id, kind)
) STRICT;

CREATE TABLE token_tickets (
  ticket_hash TEXT NOT NULL UNIQUE,
  login_id TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE familiar_places (
  login_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (login_id, kind, value)
) STRICT;
`,
];

/** Version of the schema; a file with a later one is not opened. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Creates the tables in an empty database, and adds to an older one what has come since.
 *
 * @throws {AppError} `profile/invalid` for a file of a later version.
 */
export function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const row = database.prepare("PRAGMA user_version").get();
    const version = Number(row?.["user_version"]);
    if (version > SCHEMA_VERSION) {
      throw new AppError("profile/invalid", { path, problem: `database version ${version}` });
    }
    for (const script of MIGRATIONS.slice(version)) database.exec(script);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
