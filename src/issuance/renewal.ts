/**
 * Which certificate can be renewed, as far as that can be known on this PC.
 *
 * @module
 */
import { AppError, type ErrorKey } from "../errors.ts";
import { checkClock } from "./clock.ts";
import { takeStock } from "./holdings.ts";
import type { Workshop } from "./parts.ts";
import { tryOldKey } from "./request.ts";
import type { HeldCertificate } from "./types.ts";

/** Why the time cannot be asked, and nothing else could be: the second because the person does not want to. */
const ENDS_IT: readonly ErrorKey[] = ["network/certificate-dates", "network/proxy-credentials-needed"];

/** What a certificate's fingerprint looks like. */
export const FINGERPRINT_PATTERN = /^[0-9a-f]{64}$/;

/**
 * Finds the certificate that a person wants to renew, and sees that its key works. Whether it is time, and whether
 * one that has expired may still be renewed, the authority decides.
 *
 * @throws {AppError} `registration/renewal-superseded`, `issuance/foreign-certificate`,
 * `issuance/nothing-to-renew`, `issuance/clock-wrong`, `network/certificate-dates`, `keystore/key-missing`,
 * `keystore/key-unusable`, and those of the keystore.
 */
export async function findRenewable(
  workshop: Workshop,
  { fingerprint, correlationId }: { fingerprint: string; correlationId: string },
): Promise<HeldCertificate> {
  const { listed, unlisted, foreign, superseded } = await takeStock(workshop);
  const held = listed.find((certificate) => certificate.fingerprint === fingerprint);
  if (held !== undefined) {
    await tryOldKey(workshop, fingerprint);
    return held;
  }
  if (superseded.has(fingerprint) || workshop.superseded.has(fingerprint)) {
    throw new AppError("registration/renewal-superseded", {});
  }
  if (foreign.has(fingerprint)) throw new AppError("issuance/foreign-certificate", {});
  const other = unlisted.find((certificate) => certificate.fingerprint === fingerprint);
  if (other === undefined) {
    // It was on a page: another run of the app has renewed it meanwhile, if there is one to show for it.
    const isReplaced = FINGERPRINT_PATTERN.test(fingerprint) && listed.length > 0;
    throw new AppError(isReplaced ? "registration/renewal-superseded" : "issuance/nothing-to-renew", {});
  }
  const { why, ...certificate } = other;
  if (why === "key-missing") throw new AppError("keystore/key-missing", {});
  // By this PC's clock. If that is wrong, the certificate is not what has to be seen to.
  await askForTime(workshop, correlationId);
  if (why !== "expired") throw new AppError("issuance/nothing-to-renew", {});
  await tryOldKey(workshop, fingerprint);
  return certificate;
}

/**
 * @throws {AppError} `issuance/clock-wrong`, `network/certificate-dates` if it is so wrong that no connection comes
 * about, `network/proxy-credentials-needed`; not if the authority cannot be asked for another reason.
 */
async function askForTime({ client, now }: Workshop, correlationId: string): Promise<void> {
  let time: string;
  try {
    ({ time } = await client.status({ correlationId }));
  } catch (error) {
    if (error instanceof AppError && ENDS_IT.includes(error.key)) throw error;
    return;
  }
  checkClock(now(), time);
}
