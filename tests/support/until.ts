/** Long enough for a busy machine. */
const TRIES = 600;
const PAUSE_MS = 50;

/** Waits for what another program does in its own time and does not tell of. @throws {Error} after half a minute. */
export async function untilItIs(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error("it did not come to pass");
}
