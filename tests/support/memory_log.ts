import type { Log, LogFields, LogLevel } from "../../src/log/log.ts";

/** One record of a {@link MemoryLog}. */
export interface LogRecord {
  level: LogLevel;
  event: string;
  fields: LogFields;
}

/** A log that tests read. */
export interface MemoryLog extends Log {
  readonly records: LogRecord[];
  /** All records as one text, to look for what must not be there. */
  text(): string;
}

/** Makes an empty log; those made with `with()` write into the same records. */
export function createMemoryLog(records: LogRecord[] = [], base: LogFields = {}): MemoryLog {
  const write = (level: LogLevel) => (event: string, fields: LogFields = {}) => {
    records.push({ level, event, fields: { ...base, ...fields } });
  };
  return {
    records,
    text: () => JSON.stringify(records),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    with: (fields) => createMemoryLog(records, { ...base, ...fields }),
  };
}
