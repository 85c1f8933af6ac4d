/**
 * Going through the audit log from the first line to the last.
 *
 * Found are: a line that was changed, taken out, put elsewhere or inserted; an end that was cut off, as long as the
 * row of the head or the anchor outside the database remembers it. See anchor.ts for what cannot be seen.
 *
 * @module
 */
import type { StoreReader } from "../store/store.ts";
import { type AnchorReading, wasAnchored } from "./anchor.ts";
import { GENESIS_HASH, hashEntry } from "./chain.ts";

/** The verdict; `problem` says where the log stops being what it was. */
export type AuditVerdict =
  | { readonly isWhole: true; readonly lines: number; readonly hash: string }
  | { readonly isWhole: false; readonly lines: number; readonly problem: string };

const PAGE = 1_000;

/**
 * Verifies the log.
 *
 * @param store What to go through.
 * @param anchor As the file beside the database says.
 */
export async function verifyAudit(store: StoreReader, anchor: AnchorReading): Promise<AuditVerdict> {
  if (anchor.kind === "forged") return broken(0, "the anchor file is not what the authority wrote");
  if (anchor.kind === "missing" && await wasAnchored(store)) return broken(0, "the anchor file is missing");
  // Taken first: lines that a running authority adds meanwhile come after it.
  const head = await store.auditHead();
  let seq = 0;
  let hash = GENESIS_HASH;
  let isAnchorMet = anchor.kind === "missing" || anchor.head.seq === 0;
  for (;;) {
    const page = await store.readAudit(seq + 1, PAGE);
    for (const entry of page) {
      if (entry.seq !== seq + 1) return broken(seq, `line ${seq + 1} is missing`);
      if (entry.previousHash !== hash) return broken(seq, `line ${entry.seq} does not follow line ${seq}`);
      if (hashEntry(entry) !== entry.hash) return broken(seq, `line ${entry.seq} was changed`);
      seq = entry.seq;
      hash = entry.hash;
      if (seq === head.seq && hash !== head.hash) return broken(seq, `line ${seq} is not the recorded head`);
      if (anchor.kind === "valid" && seq === anchor.head.seq) {
        if (hash !== anchor.head.hash) return broken(seq, `line ${seq} is not the anchored one`);
        isAnchorMet = true;
      }
    }
    if (page.length < PAGE) break;
  }
  if (seq < head.seq) return broken(seq, `lines ${seq + 1} to ${head.seq} are missing at the end`);
  if (!isAnchorMet) return broken(seq, "the anchor knows lines that are missing at the end");
  return { isWhole: true, lines: seq, hash };
}

function broken(lines: number, problem: string): AuditVerdict {
  return { isWhole: false, lines, problem };
}
