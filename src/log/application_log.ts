/**
 * ApplicationLog.log: what the support desk asks for. JSON lines with time, level, event and fields.
 *
 * @module
 */
import type { Log, LogFields, LogLevel } from "./log.ts";
import { redactFields, toLogLine } from "./redact.ts";
import { appendLine } from "./rotation.ts";

export interface ApplicationLogOptions {
  /**
   * Candidate files, best first: the first that can be written is used. The last one's folder is created if it
   * is missing; a better place is somebody else's to make, e.g. the installer's.
   */
  paths: readonly string[];
  now: () => Date;
}

/** Writes to the first place that works, and never throws: a full disk must not stop an issuance. */
export class ApplicationLog implements Log {
  readonly #place: LogPlace;
  readonly #now: () => Date;
  readonly #fields: LogFields;

  constructor(options: ApplicationLogOptions);
  /** @ignore For {@link with} only. */
  constructor(options: ApplicationLogOptions, place: LogPlace, fields: LogFields);
  constructor(options: ApplicationLogOptions, place = new LogPlace(options.paths), fields: LogFields = {}) {
    this.#place = place;
    this.#now = options.now;
    this.#fields = fields;
  }

  /** The file written to: so far the best one, or `undefined` when nothing could be written anywhere. */
  get path(): string | undefined {
    return this.#place.path;
  }

  /** Whether the best place could not be written, so that the person must be told where the log is. */
  get isFallback(): boolean {
    return this.#place.isFallback;
  }

  info(event: string, fields?: LogFields): void {
    this.#write("info", event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#write("warn", event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#write("error", event, fields);
  }

  with(fields: LogFields): ApplicationLog {
    return new ApplicationLog({ paths: [], now: this.#now }, this.#place, { ...this.#fields, ...fields });
  }

  #write(level: LogLevel, event: string, fields: LogFields = {}): void {
    const record = (lost: number) =>
      toLogLine({
        time: this.#now().toISOString(),
        level,
        event,
        ...redactFields({ ...this.#fields, ...fields, ...(lost > 0 ? { lostRecords: lost } : {}) }),
      });
    try {
      this.#place.append(record);
    } catch {
      // Nowhere to write and nobody to tell.
    }
  }
}

/** The place that all logs of one process share. */
class LogPlace {
  readonly #paths: readonly string[];
  #current = 0;
  /** Records that could be written nowhere since the last one that could. */
  #lost = 0;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  get path(): string | undefined {
    return this.#paths[this.#current];
  }

  get isFallback(): boolean {
    return this.#current > 0;
  }

  append(record: (lost: number) => string): void {
    for (let at = this.#current; at < this.#paths.length; at++) {
      try {
        const isLast = at === this.#paths.length - 1;
        appendTo(this.#paths[at]!, { line: record(this.#lost), createsFolder: isLast });
        this.#current = at;
        this.#lost = 0;
        return;
      } catch {
        // The next place, if there is one.
      }
    }
    this.#lost++;
    // All places failed. The disk may have room again later, so that the best place stays the one to try.
  }
}

function appendTo(path: string, { line, createsFolder }: { line: string; createsFolder: boolean }): void {
  try {
    appendLine(path, line);
  } catch (error) {
    if (!createsFolder || !(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(path.replace(/[\\/][^\\/]*$/, ""), { recursive: true, mode: 0o700 });
    appendLine(path, line);
  }
}
