import type { Keystore } from "../keystore/mod.ts";
import type { Log } from "../log/log.ts";
import type { AuthorityClient } from "../network/authority_client.ts";
import type { Bytes } from "../pki/bytes.ts";
import type { Profile } from "../profile.ts";
import type { Journal, JournalState } from "./journal.ts";

/** The calls of the authority that issuance makes. */
export type Authority = Pick<
  AuthorityClient,
  "start" | "answer" | "submitCsr" | "confirm" | "abandon" | "status"
>;

/** What the engine is made of. */
export interface IssuanceParts {
  profile: Profile;
  client: Authority;
  keystore: Keystore;
  log: Log;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
  /** This institution's state folder: `journal/`, `issuance.lock` and `device-id` are in it. */
  stateFolder: string;
  /** Told right after a journal state is durable. For tests that kill there. */
  onState?: (state: JournalState | "CONFIRMED") => void | Promise<void>;
}

/** The same with what the engine makes of it once. */
export interface Workshop extends IssuanceParts {
  journal: Journal;
  /** The profile's trust anchors, DER. */
  trustAnchorsDer: readonly Bytes[];
  /** Fingerprints of the certificates that this process has seen renewed: they may be gone already. */
  superseded: Set<string>;
}
