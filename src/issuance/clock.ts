/** Whether this PC knows what day it is: certificates and one-time passwords are of no use to one that does not. */
import { AppError } from "../errors.ts";

/**
 * More than this is no slow clock but a wrong date. Authorities date certificates back by as much, so that a
 * smaller difference does no harm.
 */
const TOLERANCE_MS = 24 * 3_600_000;

/**
 * Compares this PC's clock with the authority's.
 *
 * @param there ISO 8601, as the authority writes it.
 * @throws {AppError} `issuance/clock-wrong` with both.
 */
export function checkClock(here: Date, there: string): void {
  const theirs = new Date(there);
  if (Math.abs(here.getTime() - theirs.getTime()) <= TOLERANCE_MS) return;
  throw new AppError("issuance/clock-wrong", { here: here.toISOString(), there: theirs.toISOString() });
}
