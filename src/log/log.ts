/**
 * The application log's seam: structured records. Secrets are removed on the way in.
 *
 * @module
 */

export type LogLevel = "info" | "warn" | "error";

/** Flat values only; keys that name secrets are redacted by the writer. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writing a record never throws: a full disk must not stop an issuance. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that every record of one operation carries, e.g. its correlation ID. */
  with(fields: LogFields): Log;
}
