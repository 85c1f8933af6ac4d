/**
 * What becomes of the old certificate and the new one of a renewal.
 *
 * At every moment the person can log in with one of them. So the old one goes only after the authority has said that
 * the new one is confirmed; a new one that the authority never confirms goes instead.
 *
 * @module
 */
import { AppError, type ErrorKey, toAppError } from "../errors.ts";
import { fingerprint as fingerprintOf } from "../pki/certificate.ts";
import { abandonQuietly } from "./abandon.ts";
import { isInstalled } from "./install.ts";
import type { EntryIn, JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import { hasWaitedLong } from "./patience.ts";
import type { HeldCertificate } from "./types.ts";

/** An installed certificate that renews another one. */
export type InstalledRenewal = EntryIn<"INSTALLED"> & { renews: NonNullable<JournalEntry["renews"]> };

export function isInstalledRenewal(entry: JournalEntry): entry is InstalledRenewal {
  return entry.state === "INSTALLED" && entry.renews !== undefined;
}

/**
 * The authority has confirmed the new certificate: takes the old one out of the keystore, with what earlier
 * attempts to renew it have left. What cannot be written or removed now is made good at a later start; a person has
 * the new certificate either way.
 */
export async function supersede(workshop: Workshop, entry: InstalledRenewal): Promise<void> {
  const { journal, keystore, superseded } = workshop;
  const log = workshop.log.with({ correlationId: entry.correlationId });
  const { token: _done, ...rest } = entry;
  superseded.add(entry.renews.fingerprint);
  try {
    // If not even this can be kept, the confirmation is repeated, which does no harm.
    const confirmed = entry.isConfirmed ? entry : await journal.save({ ...rest, isConfirmed: true as const });
    await removeRivals(workshop, confirmed);
    await keystore.remove(entry.renews.fingerprint);
    log.info("issuance.old-certificate-removed", { serial: entry.renews.serial });
    await journal.finish(confirmed);
  } catch (error) {
    const { code, message } = toAppError(error);
    log.warn("issuance.renewal-not-cleared", { code, error: message, serial: entry.renews.serial });
  }
}

/**
 * A renewal that cannot be confirmed any more, because its enrolment is gone: whichever of the two certificates the
 * authority does not have in use goes. Only its word counts, not this PC's clock and not the order of attempts: as
 * long as it has not given the new one up, a first login could still confirm it.
 *
 * | The new one, says the authority | The old one | What is done |
 * | --- | --- | --- |
 * | revoked | | the new one goes |
 * | live, superseded or expired | superseded | the old one goes |
 * | live, superseded or expired | expired or revoked | both stay, and are left alone once the new one must be confirmed |
 * | live | live | both stay: the new one is not confirmed yet |
 *
 * Whatever else it says, or if it cannot be asked, both stay as well, and it is asked again at a later start.
 *
 * @returns Whether the new one is still there.
 */
export async function settle(workshop: Workshop, entry: InstalledRenewal): Promise<boolean> {
  const fate = await askFate(workshop, entry, entry.serial);
  if (fate === "revoked") {
    await withdraw(workshop, entry);
    return false;
  }
  if (fate === undefined) return true;
  const oldFate = await askFate(workshop, entry, entry.renews.serial);
  if (oldFate === "superseded") await supersede(workshop, entry);
  // One that ended by itself tells nothing. A new one that is live so long after its issue has been confirmed.
  const hasEnded = oldFate === "expired" || oldFate === "revoked";
  const isOver = hasEnded && (fate !== "live" || hasWaitedLong(entry, workshop.now()));
  if (isOver) await workshop.journal.finish(entry);
  return true;
}

/** The authority says that a certificate has been superseded: if by one that is installed here, that is settled now. */
export async function learnOfSuccessor(workshop: Workshop, renewed: HeldCertificate): Promise<void> {
  for (const entry of await workshop.journal.load()) {
    if (entry.renews?.fingerprint !== renewed.fingerprint || !isInstalledRenewal(entry)) continue;
    if (!await isInstalled(workshop, entry)) continue;
    const fate = await askFate(workshop, entry, entry.serial);
    // The authority gives up, and so revokes, all but one.
    if (fate === undefined || fate === "revoked") continue;
    await supersede(workshop, entry);
    return;
  }
}

/** Takes a new certificate away that the authority has given up. */
export async function withdraw(
  { keystore, journal, log }: Workshop,
  entry: EntryIn<"INSTALLED">,
): Promise<void> {
  log.warn("issuance.certificate-removed", { correlationId: entry.correlationId, serial: entry.serial });
  await keystore.remove(fingerprintOf(Uint8Array.fromBase64(entry.certificate)));
  await journal.discard(entry);
}

/** What the authority says of a certificate: live, or how it ended. */
type Fate = "live" | "superseded" | "revoked" | "expired";

/** How it refuses to renew one. */
const FATES: ReadonlyMap<ErrorKey, Fate> = new Map([
  ["registration/renewal-too-early", "live"],
  ["registration/renewal-superseded", "superseded"],
  ["registration/renewal-revoked", "revoked"],
  ["registration/renewal-expired", "expired"],
]);

/**
 * Asks what has become of a certificate: by asking to renew it, which needs no person.
 *
 * @returns `undefined` if the authority cannot be asked, or does not know it.
 */
async function askFate(
  { client, log }: Workshop,
  { correlationId, loginId }: InstalledRenewal,
  serial: string,
): Promise<Fate | undefined> {
  try {
    const started = await client.start({ operation: "renew", loginId, serial }, { correlationId });
    await abandonQuietly(client, { access: started, correlationId });
    return "live";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.info("issuance.asked-fate", { correlationId, serial, code: error.code });
    return FATES.get(error.key);
  }
}

/** What other attempts to renew the same certificate have left: the authority confirms one, and has given them up. */
async function removeRivals({ journal, keystore }: Workshop, winner: InstalledRenewal): Promise<void> {
  for (const entry of await journal.load()) {
    const isRival = entry.renews?.fingerprint === winner.renews.fingerprint &&
      entry.journalId !== winner.journalId;
    if (!isRival) continue;
    if ("certificate" in entry) {
      await keystore.remove(fingerprintOf(Uint8Array.fromBase64(entry.certificate)));
    }
    await journal.discard(entry);
  }
}
