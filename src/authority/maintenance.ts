/** Maintenance: the operator's word that the authority answers with, until it is over. */
import { appendAudit } from "./audit/chain.ts";
import type { Store, StoreReader } from "./store/store.ts";

const SETTING = "maintenance";

/** @returns The operator's message; `undefined` when there is no maintenance. */
export function readMaintenance(store: StoreReader): Promise<string | undefined> {
  return store.findSetting(SETTING);
}

/**
 * Begins or ends maintenance, in all processes at once.
 *
 * @param change `message`: plain text for people; `undefined` ends it.
 */
export async function setMaintenance(
  store: Store,
  change: { message: string | undefined; at: Date },
): Promise<void> {
  await store.write(async (transaction) => {
    await transaction.saveSetting(SETTING, change.message);
    await appendAudit(transaction, {
      at: change.at,
      actor: "operator",
      action: change.message === undefined ? "maintenance.ended" : "maintenance.began",
      subject: "authority",
      details: change.message === undefined ? {} : { message: change.message },
      correlationId: "-",
    });
  });
}
