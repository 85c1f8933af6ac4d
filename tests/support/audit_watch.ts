/**
 * The audit log as an outsider reads it, line by line as it grows, so that it can be checked after every single
 * fault: the chain of hashes, and the order of what happens to a serial number.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { readAnchor } from "../../src/authority/audit/anchor.ts";
import { GENESIS_HASH, hashEntry } from "../../src/authority/audit/chain.ts";
import { verifyAudit } from "../../src/authority/audit/verify.ts";
import type { Store } from "../../src/authority/store/store.ts";

/** What may follow what, for one serial number; the first line reserves it. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  "certificate.reserved": [],
  "certificate.signed": ["certificate.reserved"],
  "certificate.confirmed": ["certificate.signed"],
  "certificate.abandoned": ["certificate.reserved", "certificate.signed"],
  "certificate.superseded": ["certificate.confirmed"],
  "certificate.revoked": ["certificate.reserved", "certificate.signed", "certificate.confirmed"],
};

const PAGE = 1_000;

/** Follows one authority's log. */
export class AuditWatch {
  readonly #directory: string;
  #seq = 0;
  #hash = GENESIS_HASH;
  #checked: Promise<void> = Promise.resolve();
  readonly #counts = new Map<string, number>();
  /** The last thing that happened to each serial number. */
  readonly #latest = new Map<string, string>();

  /** @param directory The authority's. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Serial numbers that were ever reserved. */
  get serials(): ReadonlySet<string> {
    return new Set(this.#latest.keys());
  }

  /** How many lines of one kind there are now. */
  async count(store: Store, action: string): Promise<number> {
    await this.check(store);
    return this.#counts.get(action) ?? 0;
  }

  /** Checks the lines that are new, and that the head is the last of them. Calls may overlap. */
  check(store: Store): Promise<void> {
    return this.#checked = this.#checked.then(() => this.#check(store));
  }

  async #check(store: Store): Promise<void> {
    const head = await store.auditHead();
    while (this.#seq < head.seq) {
      const page = await store.readAudit(this.#seq + 1, PAGE);
      assert(page.length > 0, `lines after ${this.#seq} are missing`);
      for (const entry of page) {
        assertEquals(entry.seq, this.#seq + 1, "a line is missing");
        assertEquals(entry.previousHash, this.#hash, `line ${entry.seq} does not follow`);
        assertEquals(hashEntry(entry), entry.hash, `line ${entry.seq} was changed`);
        this.#seq = entry.seq;
        this.#hash = entry.hash;
        if (entry.seq === head.seq) assertEquals(entry.hash, head.hash);
        this.#counts.set(entry.action, (this.#counts.get(entry.action) ?? 0) + 1);
        if (entry.action in FOLLOWS) this.#follow(entry);
      }
    }
  }

  /** What `audit verify` says about all of it. */
  async verify(store: Store): Promise<void> {
    await this.check(store);
    const verdict = await verifyAudit(store, await readAnchor(this.#directory));
    assert(verdict.isWhole, JSON.stringify(verdict));
  }

  #follow({ action, subject, seq }: { action: string; subject: string; seq: number }): void {
    const before = this.#latest.get(subject);
    const allowed = FOLLOWS[action] ?? [];
    const isAllowed = before === undefined ? allowed.length === 0 : allowed.includes(before);
    assert(isAllowed, `line ${seq}: ${action} after ${before ?? "nothing"} for ${subject}`);
    this.#latest.set(subject, action);
  }
}
