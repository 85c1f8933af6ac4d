/**
 * Reads an NSS database without NSS: `cert9.db` and `key4.db` are SQLite files with one row per PKCS#11 object
 * and one column per attribute, named `a` and the attribute's number in hex. Public attributes are in the
 * clear, so that listing works even where a primary password protects the keys.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { fingerprint } from "../pki/certificate.ts";

/** A certificate of the database. */
export interface NssEntry {
  fingerprint: string;
  certificateDer: Bytes;
  /** CKA_ID, which key and certificate share. */
  keyId: Bytes;
  /** Whether its private key is in the same database. */
  hasKey: boolean;
  /** Certificates of the database that lead on by name, issuer first; unverified. */
  chainDer: Bytes[];
}

// PKCS#11 v3.1: CKA_CLASS 0x0, CKA_VALUE 0x11, CKA_ISSUER 0x81, CKA_SUBJECT 0x101, CKA_ID 0x102.
const CERTIFICATES = {
  table: "nssPublic",
  sql:
    "SELECT a11 AS value, a81 AS issuer, a101 AS subject, a102 AS id FROM nssPublic WHERE a0 = x'00000001'",
};
const PRIVATE_KEYS = {
  table: "nssPrivate",
  sql: "SELECT a102 AS id FROM nssPrivate WHERE a0 = x'00000003'",
};

/** A chain is short; a loop of names is cut here. */
const MAX_CHAIN = 5;
/** While a browser writes, readers wait. */
const BUSY_TIMEOUT_MS = 3_000;

interface Row {
  value: Bytes;
  issuer: Bytes;
  subject: Bytes;
  id: Bytes;
}

/** Whether a folder holds an NSS database, whole or half. */
export function databaseFiles(folder: string): { certificates: boolean; keys: boolean } {
  return { certificates: isFile(`${folder}/cert9.db`), keys: isFile(`${folder}/key4.db`) };
}

/**
 * Lists certificates, those of CAs among them, and whether their private keys are there.
 *
 * @param folder Where `cert9.db` and `key4.db` are; either may be missing.
 * @throws {Error} of SQLite if either cannot be read.
 */
export function readNssEntries(folder: string): NssEntry[] {
  const files = databaseFiles(folder);
  if (!files.certificates) return [];
  const keys = files.keys ? select(`${folder}/key4.db`, PRIVATE_KEYS) : [];
  const keyIds = new Set(keys.flatMap(({ id }) => id instanceof Uint8Array ? [id.toHex()] : []));
  const rows = select(`${folder}/cert9.db`, CERTIFICATES).filter(isRow);
  const entries = new Map<string, NssEntry>();
  for (const row of rows) {
    const name = fingerprint(row.value);
    entries.set(name, {
      fingerprint: name,
      certificateDer: row.value,
      keyId: row.id,
      hasKey: keyIds.has(row.id.toHex()),
      chainDer: chainOf(row, rows),
    });
  }
  return [...entries.values()];
}

function chainOf(leaf: Row, rows: readonly Row[]): Bytes[] {
  const chain: Row[] = [];
  let last = leaf;
  while (chain.length < MAX_CHAIN && !equalBytes(last.issuer, last.subject)) {
    const issuer = rows.find((row) => equalBytes(row.subject, last.issuer));
    if (issuer === undefined) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain.map((row) => row.value);
}

/** Nothing from a file that NSS is just making, or was killed over: it has no tables yet. */
function select(path: string, { table, sql }: { table: string; sql: string }): Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) === undefined) return [];
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function isRow(row: Record<string, unknown>): row is Record<string, unknown> & Row {
  return [row.value, row.issuer, row.subject, row.id].every((column) =>
    column instanceof Uint8Array && column.length > 0
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
