/**
 * The CRL: always the newest revocations, made when it is asked for and one has been added since, or when the last
 * one grows old. So it is right at once even if another process has revoked.
 *
 * @module
 */
import { type Bytes, fromHex } from "../../pki/bytes.ts";
import { assembleSigned } from "../../pki/certificate_builder.ts";
import { buildTbsCrl, type CrlReason } from "../../pki/crl.ts";
import { appendAudit } from "../audit/chain.ts";
import { type CrlRecord, type RevocationReason, type Store, StoreConflict } from "../store/store.ts";
import type { IssuingCa } from "./issue.ts";

const HOUR_MS = 3_600_000;

/** RFC 5280 wants no "unspecified" in a CRL. */
const CRL_REASON: Readonly<Record<Exclude<RevocationReason, "unspecified">, CrlReason>> = {
  "key-compromise": "keyCompromise",
  "affiliation-changed": "affiliationChanged",
  superseded: "superseded",
  "cessation-of-operation": "cessationOfOperation",
};

export interface CrlPublisher {
  /** The current CRL, DER. */
  current(): Promise<CrlRecord>;
}

/** What a publisher works with. */
export interface CrlParts {
  readonly ca: IssuingCa;
  readonly store: Store;
  readonly now: () => Date;
  /** From thisUpdate to nextUpdate. A new one is made after half of it, whatever happens. */
  readonly validityHours: number;
}

export function createCrlPublisher(parts: CrlParts): CrlPublisher {
  const { store, now } = parts;
  let running: Promise<CrlRecord> | undefined;

  async function current(): Promise<CrlRecord> {
    const latest = await store.latestCrl();
    if (latest && await isCurrent(latest)) return latest;
    running ??= publish(parts).finally(() => running = undefined);
    return await running;
  }

  async function isCurrent(crl: CrlRecord): Promise<boolean> {
    const halfTime = (crl.thisUpdate.getTime() + crl.nextUpdate.getTime()) / 2;
    return now().getTime() < halfTime && crl.revocations === await store.revocationCount();
  }

  return { current };
}

async function publish({ ca, store, now, validityHours }: CrlParts): Promise<CrlRecord> {
  const latest = await store.latestCrl();
  const thisUpdate = new Date(Math.floor(now().getTime() / 1_000) * 1_000);
  // Counted before listing: a revocation in between makes one more CRL, the other way round it would make none.
  const revocations = await store.revocationCount();
  const revoked = await store.listRevoked(thisUpdate);
  const number = (latest?.number ?? 0) + 1;
  const nextUpdate = new Date(thisUpdate.getTime() + validityHours * HOUR_MS);
  const tbsDer = buildTbsCrl({
    signatureAlgorithmDer: ca.signer.signatureAlgorithmDer,
    issuerDer: ca.issuerDer,
    authorityKeyId: ca.keyId,
    crlNumber: number,
    thisUpdate,
    nextUpdate,
    revoked: revoked.map(({ serial, revokedAt, reason }) => ({
      serial: fromHex(serial),
      at: revokedAt,
      ...(reason === "unspecified" ? {} : { reason: CRL_REASON[reason] }),
    })),
  });
  const der: Bytes = assembleSigned(tbsDer, ca.signer.signatureAlgorithmDer, await ca.signer.sign(tbsDer));
  const crl: CrlRecord = { number, der, thisUpdate, nextUpdate, revocations };
  try {
    await store.write(async (transaction) => {
      await transaction.insertCrl(crl);
      await appendAudit(transaction, {
        at: now(),
        actor: "authority",
        action: "crl.published",
        subject: String(number),
        details: { entries: revoked.length },
        correlationId: "-",
      });
    });
  } catch (error) {
    // Another process was faster with this number; its list is at least as new as ours.
    if (error instanceof StoreConflict) return await store.latestCrl() ?? crl;
    throw error;
  }
  return crl;
}
