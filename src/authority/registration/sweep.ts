/** What runs out by itself: pending certificates, enrolments, tokens that were shown, throttling, sessions. */
import type { Store } from "../store/store.ts";
import { abandonCertificate } from "./abandon.ts";
import { DAY_MS, HOUR_MS } from "./parts.ts";

/**
 * Abandons certificates that were not confirmed in time, and forgets what has no effect any more.
 *
 * @returns How many certificates were abandoned.
 */
export async function sweepRegistration(
  store: Store,
  { now, confirmWithinHours }: { now: Date; confirmWithinHours: number },
): Promise<number> {
  const dayAgo = new Date(now.getTime() - DAY_MS);
  const reservedBefore = new Date(now.getTime() - confirmWithinHours * HOUR_MS);
  let abandoned = 0;
  for (;;) {
    const count = await store.write(async (transaction) => {
      const due = await transaction.findPendingBefore(reservedBefore);
      for (const record of due) {
        await abandonCertificate(transaction, {
          record,
          at: now,
          actor: "authority",
          reason: "unspecified",
          correlationId: "-",
        });
      }
      return due.length;
    });
    abandoned += count;
    if (count === 0) break;
  }
  await store.write(async (transaction) => {
    // Kept for a day after their end, so that a late app hears "expired" and not "unknown".
    await transaction.deleteEnrolmentsExpiredBefore(dayAgo);
    await transaction.deleteTokenTicketsExpiredBefore(dayAgo);
    await transaction.deleteArrivalsBefore(now.getTime());
    await transaction.deleteSessionsCreatedBefore(dayAgo);
  });
  return abandoned;
}
