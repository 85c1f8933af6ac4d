/**
 * Judging the codes of time-based tokens (RFC 6238): within a window around the time step that the token's clock
 * should show, and each code once (§5.2). What the right code tells about the clock is remembered (§6).
 *
 * @module
 */
import { hotp } from "../../otp/hotp.ts";
import { totpStep } from "../../otp/totp.ts";
import { type Bytes, equalSecrets, utf8 } from "../../pki/bytes.ts";

/** A token as it is before a code is judged. */
export interface TokenState {
  readonly secret: Bytes;
  readonly lastStep: number;
  readonly driftSteps: number;
}

export interface CodeRule {
  readonly digits: number;
  readonly periodSeconds: number;
  /** Time steps before and after the expected one that still count. */
  readonly windowSteps: number;
  readonly now: Date;
}

/** Time steps whose codes were right and unused, and by how much the token's clock is ahead of ours. */
export interface RightCodes {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly driftSteps: number;
}

/**
 * Judges neighbouring codes, usually one.
 *
 * @param codes Of time steps that follow one another, the earliest first.
 * @returns Which steps they are of; `"used"` if any has been accepted before; `undefined` if they are wrong.
 */
export async function judgeCodes(
  token: TokenState,
  codes: readonly string[],
  { digits, periodSeconds, windowSteps, now }: CodeRule,
): Promise<RightCodes | "used" | undefined> {
  const ourStep = totpStep(now, periodSeconds);
  // Who reads the codes of a pair waits for the last one.
  const expected = ourStep + token.driftSteps - (codes.length - 1);
  const given = utf8(codes.join());
  let verdict: RightCodes | "used" | undefined;
  for (const distance of nearestFirst(windowSteps)) {
    const firstStep = expected + distance;
    if (firstStep < 0) continue;
    const right: string[] = [];
    for (let at = 0; at < codes.length; at++) {
      right.push(await hotp(token.secret, firstStep + at, { digits }));
    }
    if (!equalSecrets(utf8(right.join()), given)) continue;
    const lastStep = firstStep + codes.length - 1;
    if (firstStep > token.lastStep) {
      const seen = token.driftSteps + distance;
      // One code alone may only be late: then a token that is on time must stay within the window.
      const isCertain = codes.length > 1 || Math.abs(seen) <= windowSteps;
      return { firstStep, lastStep, driftSteps: isCertain ? seen : token.driftSteps };
    }
    verdict = "used";
  }
  return verdict;
}

/** 0, -1, 1, -2, 2 … */
function nearestFirst(windowSteps: number): number[] {
  return Array.from({ length: 2 * windowSteps + 1 }, (_, at) => at % 2 === 1 ? -(at + 1) / 2 : at / 2);
}
