import type { EnrolmentAccess } from "../network/authority_client.ts";
import type { Authority } from "./parts.ts";

/** Longest wait for an answer that nobody needs. */
const ABANDON_MS = 2_000;

/** Tells the authority not to wait. If that fails, the enrolment runs out by itself: nobody waits for it long. */
export async function abandonQuietly(
  client: Pick<Authority, "abandon">,
  { access, correlationId }: { access: EnrolmentAccess; correlationId: string },
): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ABANDON_MS);
  try {
    await client.abandon(access, { correlationId, signal: giveUp.signal });
  } catch {
    // As said.
  } finally {
    clearTimeout(timer);
  }
}
