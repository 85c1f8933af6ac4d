/**
 * Whether an NSS database can be read and written, found out without a change to it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** Another program may write for so long. */
const BUSY_TIMEOUT_MS = 2_000;
/** Primary result codes of SQLite. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CANTOPEN = 14;

/**
 * Looks at both files of a database: a check of their pages, and a write in a transaction that is rolled back. If
 * the process is killed in between, SQLite takes it back when the file is opened next.
 *
 * @returns `undefined` if nothing is wrong.
 */
export function damageOf(folder: string): "damaged" | "read-only" | "busy" | undefined {
  for (const name of ["cert9.db", "key4.db"]) {
    let database: DatabaseSync;
    try {
      Deno.statSync(`${folder}/${name}`);
      database = new DatabaseSync(`${folder}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // half a database is completed by NSS
      return meaning(error);
    }
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      const said = database.prepare("PRAGMA quick_check(1)").get();
      if (said === undefined || !Object.values(said).includes("ok")) return "damaged";
      database.exec("BEGIN IMMEDIATE; CREATE TABLE hakko_doctor (a)");
      database.exec("ROLLBACK");
    } catch (error) {
      return meaning(error);
    } finally {
      database.close(); // rolls back as well
    }
  }
  return undefined;
}

function meaning(error: unknown): "damaged" | "read-only" | "busy" {
  const said = error instanceof Error ? error.message : "";
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED || /\blocked\b/.test(said)) return "busy";
  const isReadOnly = [SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN].includes(code) ||
    /readonly|unable to open|permission denied|os error (13|30)\b/i.test(said);
  return isReadOnly ? "read-only" : "damaged";
}
