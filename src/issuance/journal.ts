/**
 * The journal of acquisitions: what has to survive a crash, written and flushed before each step that cannot
 * be taken back. One JSON file per acquisition.
 *
 * ```text
 * KEY_CREATED → CSR_SAVED → SUBMITTED → RECEIVED → INSTALLED → (file removed)
 * ```
 *
 * The private key is in it until it is in the keystore and has been used there once.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { ensurePrivateFolder, removeDurably, writeDurably } from "../platform/durable_file.ts";
import * as protocol from "../protocol/messages.ts";

/** What has happened for certain. SUBMITTED means that the CSR may have been sent. */
export const JOURNAL_STATES = ["KEY_CREATED", "CSR_SAVED", "SUBMITTED", "RECEIVED", "INSTALLED"] as const;
export type JournalState = (typeof JOURNAL_STATES)[number];

const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]+={0,2}$/));

const hex64 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const common = {
  version: v.literal(1),
  journalId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  operation: protocol.operation,
  loginId: protocol.loginId,
  correlationId: v.pipe(v.string(), v.maxLength(64)),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  idempotencyKey: protocol.idempotencyKey,
  /** SubjectPublicKeyInfo. */
  spki: base64,
  /** The certificate that is renewed. */
  renews: v.optional(v.strictObject({ fingerprint: hex64, serial: protocol.serialNumber })),
};
const key = { /** PKCS#8 in the clear: a secret. */ pkcs8: base64 };
const csr = {
  csr: base64,
  /** DER of the subject that was asked for. */
  subject: base64,
  /** Of a renewal: CMS SignedData by the old key, over the CSR. */
  signedCsr: v.optional(base64),
};
/** Who may ask for it at the authority; without a token a person has to authenticate again. */
const access = { enrolmentId: v.pipe(v.string(), v.maxLength(64)), token: v.optional(v.string()) };
const certificate = {
  certificate: base64,
  chain: v.array(base64),
  serial: v.pipe(v.string(), v.regex(/^[0-9a-f]{2,40}$/)),
};

const Entry = v.variant("state", [
  v.strictObject({ state: v.literal("KEY_CREATED"), ...common, ...key }),
  v.strictObject({ state: v.literal("CSR_SAVED"), ...common, ...key, ...csr }),
  v.strictObject({ state: v.literal("SUBMITTED"), ...common, ...key, ...csr, ...access }),
  v.strictObject({ state: v.literal("RECEIVED"), ...common, ...key, ...csr, ...access, ...certificate }),
  v.strictObject({
    ...{ state: v.literal("INSTALLED"), ...common, ...csr, ...access, ...certificate },
    /** Of a renewal: the authority has said so, and only the old certificate is still to be removed. */
    isConfirmed: v.optional(v.literal(true)),
  }),
]);

/** One acquisition; bytes as base64. */
export type JournalEntry = v.InferOutput<typeof Entry>;
/** One in a certain state. */
export type EntryIn<S extends JournalState> = Extract<JournalEntry, { state: S }>;

/** What the journal is made of. */
export interface JournalParts {
  /** The journal's own folder. */
  folder: string;
  log: Log;
  /** Told right after a state is durable; `CONFIRMED` after the file is gone. For tests that kill there. */
  onState?: ((state: JournalState | "CONFIRMED") => void | Promise<void>) | undefined;
}

/** Reads and writes the journal. Only under the acquisition lock, except {@link load}. */
export class Journal {
  readonly #parts: JournalParts;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /**
   * Makes an entry durable.
   *
   * @throws {AppError} `state/not-writable`.
   */
  async save<E extends JournalEntry>(entry: E): Promise<E> {
    const { folder } = this.#parts;
    await this.#writing(async () => {
      await ensurePrivateFolder(folder);
      await writeDurably(this.#path(entry), new TextEncoder().encode(JSON.stringify(entry)));
    });
    await this.#parts.onState?.(entry.state);
    return entry;
  }

  /** The acquisition is complete. */
  async finish(entry: JournalEntry): Promise<void> {
    await this.discard(entry);
    await this.#parts.onState?.("CONFIRMED");
  }

  /** The acquisition leads nowhere: its key and all else is forgotten. */
  async discard(entry: JournalEntry): Promise<void> {
    await this.#writing(() => removeDurably(this.#path(entry)));
  }

  /** Removes what a killed run was in the middle of writing: half files hold keys too. */
  async sweep(): Promise<void> {
    for (const name of await this.#names(".json.tmp")) {
      await this.#writing(() => removeDurably(`${this.#parts.folder}/${name}`));
    }
  }

  /** All entries, oldest first. A damaged file is set aside as `….damaged`: it must not stop anything. */
  async load(): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (const name of await this.#names(".json")) {
      const path = `${this.#parts.folder}/${name}`;
      const entry = await readEntry(path);
      if (entry === "missing") continue;
      if (entry !== undefined && name === `${entry.journalId}.json`) entries.push(entry);
      else await this.#setAside(path);
    }
    return entries.sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
  }

  async #names(ending: string): Promise<string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.#parts.folder));
      return entries.flatMap(({ isFile, name }) => isFile && name.endsWith(ending) ? [name] : []).sort();
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return [];
      throw new AppError("state/not-writable", { path: this.#parts.folder }, { cause });
    }
  }

  async #setAside(path: string): Promise<void> {
    this.#parts.log.warn("journal.damaged", { path });
    await Deno.rename(path, `${path}.damaged`).catch(() => {});
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw new AppError("state/not-writable", { path: this.#parts.folder }, { cause });
    }
  }

  #path(entry: JournalEntry): string {
    return `${this.#parts.folder}/${entry.journalId}.json`;
  }
}

/** @returns `undefined` for a file that holds no entry, `"missing"` for one that another process just removed. */
async function readEntry(path: string): Promise<JournalEntry | undefined | "missing"> {
  try {
    const parsed = v.safeParse(Entry, JSON.parse(await Deno.readTextFile(path)));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "missing" : undefined;
  }
}
