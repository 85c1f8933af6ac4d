/**
 * After a crash: what the journal holds is finished if that needs no person, and cleared away if it leads
 * nowhere.
 *
 * @module
 */
import { AppError, toAppError } from "../errors.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { Course, type EntryUnderWay, isUnderWay } from "./course.ts";
import { isInstalled } from "./install.ts";
import type { JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import { hasWaitedLong } from "./patience.ts";
import { isInstalledRenewal, settle, supersede } from "./succession.ts";
import type { AcquiredCertificate } from "./types.ts";

/**
 * Walks all entries, under the lock. One that fails stays for the next time and does not stop the others.
 *
 * | State | What happened | What is done |
 * | --- | --- | --- |
 * | KEY_CREATED, CSR_SAVED | nothing was sent | discarded |
 * | SUBMITTED | may have been issued | the same CSR again, with the same key |
 * | RECEIVED | may be imported | checked and imported (again) |
 * | INSTALLED | may be confirmed | signed and confirmed (again); after a renewal the old one is removed |
 *
 * @returns What was finished.
 */
export async function resumeEntries(workshop: Workshop): Promise<AcquiredCertificate[]> {
  await workshop.journal.sweep();
  const acquired: AcquiredCertificate[] = [];
  for (const { journalId } of await workshop.journal.load()) {
    // One renewal that is finished may have cleared another away.
    const entry = (await workshop.journal.load()).find((entry) => entry.journalId === journalId);
    if (entry === undefined) continue;
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
  if (isInstalledRenewal(entry) && entry.isConfirmed) {
    await supersede(workshop, entry);
    return undefined;
  }
  const course = new Course({ workshop, storedAt, correlationId: entry.correlationId });
  if (entry.state === "INSTALLED" && !await isInstalled(workshop, entry)) {
    // Somebody has removed it from the keystore; a new one can be issued at any time.
    await workshop.journal.discard(entry);
    return undefined;
  }
  if (entry.token === undefined && entry.state !== "RECEIVED") {
    if (isInstalledRenewal(entry)) await settle(workshop, entry);
    return undefined;
  }
  if (entry.state === "RECEIVED") await course.recheck(entry);
  const certificate = await course.run(entry);
  // An earlier run has told its person already: only the end is news.
  return entry.state === "INSTALLED" && !course.isConfirmed ? undefined : certificate;
}

/** Whether nothing can come of it any more. */
function isForgotten(workshop: Workshop, entry: EntryUnderWay): boolean {
  if (entry.token !== undefined) return false;
  if (entry.state === "INSTALLED") {
    if (isInstalledRenewal(entry)) return false; // the authority is asked
    return parseCertificate(Uint8Array.fromBase64(entry.certificate)).notAfter <= workshop.now();
  }
  return entry.state === "SUBMITTED" && hasWaitedLong(entry, workshop.now());
}
