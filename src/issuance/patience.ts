/** How long something waits for its person. */
import type { JournalEntry } from "./journal.ts";

/**
 * The authority gives an unconfirmed certificate up after 72 hours; a week leaves room for a long weekend and for
 * authorities with more patience.
 */
const WAITS_FOR_PERSON_MS = 7 * 86_400_000;

/**
 * Whether its person has had all the time there is for an acquisition: nobody comes back for one that waits for
 * them, and a certificate that is still good has been confirmed.
 */
export function hasWaitedLong({ startedAt }: Pick<JournalEntry, "startedAt">, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) > WAITS_FOR_PERSON_MS;
}
