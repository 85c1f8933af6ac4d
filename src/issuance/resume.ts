/**
 * After a crash: what the journal holds is finished if that needs no person, and cleared away if it leads
 * nowhere.
 *
 * @module
 */
import { AppError, toAppError } from "../errors.ts";
import { describeCertificate } from "./certificates.ts";
import { Course, type EntryUnderWay, isUnderWay } from "./course.ts";
import { isInstalled } from "./install.ts";
import type { JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import type { AcquiredCertificate } from "./types.ts";

/**
 * A request whose enrolment is gone waits this long for its person. The authority gives an unconfirmed
 * certificate up after 72 hours; a week leaves room for a long weekend and for authorities with more patience.
 */
const WAITS_FOR_PERSON_MS = 7 * 86_400_000;

/**
 * Walks all entries, under the lock. One that fails stays for the next time and does not stop the others.
 *
 * | State | What happened | What is done |
 * | --- | --- | --- |
 * | KEY_CREATED, CSR_SAVED | nothing was sent | discarded |
 * | SUBMITTED | may have been issued | the same CSR again, with the same key |
 * | RECEIVED | may be imported | checked and imported (again) |
 * | INSTALLED | may be confirmed | signed and confirmed (again) |
 *
 * @returns What was finished.
 */
export async function resumeEntries(workshop: Workshop): Promise<AcquiredCertificate[]> {
  await workshop.journal.sweep();
  const acquired: AcquiredCertificate[] = [];
  for (const entry of await workshop.journal.load()) {
    const log = workshop.log.with({ correlationId: entry.correlationId });
    log.info("issuance.resuming", { journalId: entry.journalId, state: entry.state });
    try {
      const certificate = await resumeEntry(workshop, entry);
      if (certificate !== undefined) acquired.push(certificate);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      const { code, message } = toAppError(thrown);
      log.warn("issuance.resume-failed", { journalId: entry.journalId, code, error: message });
    }
  }
  return acquired;
}

async function resumeEntry(
  workshop: Workshop,
  entry: JournalEntry,
): Promise<AcquiredCertificate | undefined> {
  if (!isUnderWay(entry) || isForgotten(workshop, entry)) {
    await workshop.journal.discard(entry);
    return undefined;
  }
  const { location: storedAt } = await workshop.keystore.check();
  const course = new Course({ workshop, storedAt, correlationId: entry.correlationId });
  if (entry.state === "INSTALLED" && !await isInstalled(workshop, entry)) {
    // Somebody has removed it from the keystore; a new one can be issued at any time.
    await workshop.journal.discard(entry);
    return undefined;
  }
  if (entry.token === undefined && entry.state !== "RECEIVED") return undefined;
  if (entry.state === "RECEIVED") await course.recheck(entry);
  const certificate = await course.run(entry);
  // An earlier run has told its person already: only the end is news.
  return entry.state === "INSTALLED" && !course.isConfirmed ? undefined : certificate;
}

/** Whether nothing can come of it any more. */
function isForgotten({ now }: Workshop, entry: EntryUnderWay): boolean {
  if (entry.token !== undefined) return false;
  if (entry.state === "INSTALLED") {
    return describeCertificate(Uint8Array.fromBase64(entry.certificate)).notAfter <= now();
  }
  return entry.state === "SUBMITTED" && now().getTime() - Date.parse(entry.startedAt) > WAITS_FOR_PERSON_MS;
}
