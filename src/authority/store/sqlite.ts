/**
 * The store on SQLite: WAL, a sync per commit, and commits shared by all who wait at the same moment.
 *
 * Works that arrive while the event loop is busy with requests are committed together: one sync to the disk
 * serves them all. Nobody waits for company: when the loop has nothing else to do, a single work commits at once.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AppError } from "../../errors.ts";
import { prepareSchema } from "./schema.ts";
import { SqliteReader } from "./sqlite_reader.ts";
import { SqliteTransaction } from "./sqlite_transaction.ts";
import type { Store, StoreTransaction } from "./store.ts";

/** How long one process waits for another's transaction, e.g. the command line's beside the server's. */
const BUSY_TIMEOUT_MS = 5_000;
/** Most works in one commit: bounds what a crash undoes and how long the loop is held. */
const BATCH_LIMIT = 64;

/** One queued work and whom to tell. */
interface Job {
  readonly work: (transaction: StoreTransaction) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens or creates a store.
 *
 * @param path The database file; `-wal` and `-shm` lie beside it.
 * @throws {AppError} `state/not-writable`, or `profile/invalid` for a file of another version.
 */
export function openSqliteStore(path: string): Store {
  let writer: DatabaseSync | undefined;
  try {
    // SQLite gives its -wal and -shm files the mode of the database.
    Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
    writer = new DatabaseSync(path);
    writer.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA temp_store = MEMORY;`, // savepoints' journals, which no crash needs
    );
    prepareSchema(writer, path);
    const reader = new DatabaseSync(path);
    reader.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA query_only = ON;`);
    return new SqliteStore(writer, reader);
  } catch (cause) {
    writer?.close();
    if (cause instanceof AppError) throw cause;
    throw new AppError("state/not-writable", { path }, { cause });
  }
}

/** Reads beside a transaction on a connection of its own: nobody sees what is not committed yet. */
class SqliteStore extends SqliteReader implements Store {
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #transaction: SqliteTransaction;
  #queue: Job[] = [];
  #running: Promise<void> | undefined;
  #isWriting = false;
  #isClosed = false;

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    super(reader);
    this.#writer = writer;
    this.#reader = reader;
    this.#transaction = new SqliteTransaction(writer);
  }

  /**
   * Between transactions the writer answers too: it has the pages that it wrote in its memory, where the reader
   * has to fetch them after every commit.
   */
  override statement(sql: string): StatementSync {
    return this.#isWriting ? super.statement(sql) : this.#transaction.statement(sql);
  }

  write<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error("the store is closed"));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#running;
    this.#reader.close();
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // The loop's check phase comes right after it has read all sockets that have something to say.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#commit(this.#queue.splice(0, BATCH_LIMIT));
      }
    } finally {
      this.#running = undefined;
    }
  }

  /** Runs the jobs in one transaction; answers only when it is on disk. */
  async #commit(jobs: readonly Job[]): Promise<void> {
    const answers: (() => void)[] = [];
    this.#isWriting = true;
    try {
      this.#writer.exec("BEGIN IMMEDIATE");
      this.#transaction.begin();
      // A refusal may rest on what an earlier job of this commit did, so it waits for the disk too.
      for (const job of jobs) answers.push(await this.#attempt(job, jobs.length === 1));
      this.#transaction.finish();
      this.#writer.exec("COMMIT");
    } catch (error) {
      if (this.#writer.isTransaction) this.#writer.exec("ROLLBACK");
      for (const job of jobs) job.reject(error);
      return;
    } finally {
      this.#isWriting = false;
    }
    for (const answer of answers) answer();
  }

  /** Runs one job, and undoes it alone if it fails. A job without company needs no savepoint for that. */
  async #attempt(job: Job, isAlone: boolean): Promise<() => void> {
    if (!isAlone) this.#writer.exec("SAVEPOINT work");
    try {
      const result = await job.work(this.#transaction);
      this.#transaction.keep();
      if (!isAlone) this.#writer.exec("RELEASE work");
      return () => job.resolve(result);
    } catch (error) {
      if (isAlone) throw error;
      this.#writer.exec("ROLLBACK TO work; RELEASE work");
      this.#transaction.undo();
      return () => job.reject(error);
    }
  }
}
