/**
 * The seam to the place where this user's private keys live. One file per OS implements it.
 *
 * @module
 */

/** A private key with its certificate on the way into the keystore. */
export interface Pkcs12Bundle {
  /** PFX (RFC 7292), DER. */
  pkcs12Der: Uint8Array<ArrayBuffer>;
  /** ASCII; protects the bundle for the seconds that the import takes. */
  password: string;
  /** The end-entity certificate inside, DER: what the keystore is asked for afterwards. */
  certificateDer: Uint8Array<ArrayBuffer>;
  /** What the OS's own windows will call it. */
  friendlyName: string;
}

/** A certificate of this keystore. */
export interface KeystoreEntry {
  /** SHA-256 of the certificate, 64 lowercase hex digits. */
  fingerprint: string;
  certificateDer: Uint8Array<ArrayBuffer>;
  /**
   * CA certificates in the keystore that may lead from it to its root, issuer first, DER. Matched by name
   * only and never verified: material for a chain, not a proof of one. Empty when the keystore has none.
   */
  chainDer: Uint8Array<ArrayBuffer>[];
}

/** Whether the keystore can be used, and if not, why. */
export interface KeystoreStatus {
  /** A name that a person can find again, e.g. the database's path. */
  location: string;
  usable: boolean;
  /** Which keystore this is. */
  kind: "nss" | "windows" | "file";
}

/**
 * Calls may come in any order and more than once; they are not run at the same time by one process.
 * Every method may throw `keystore/tool-missing`, `keystore/locked`, `keystore/unusable`.
 */
export interface Keystore {
  /** Are the tools here? Creates what is missing, removes what a killed run left. @throws {AppError} saying what to install. */
  check(): Promise<KeystoreStatus>;
  /** Stores key and certificate. Already there is success. @throws {AppError} `keystore/import-failed`. */
  import(bundle: Pkcs12Bundle): Promise<KeystoreEntry>;
  /** Only entries that have a private key; expired ones included; no particular order. */
  list(): Promise<KeystoreEntry[]>;
  /**
   * Certificates whose private key is not here: nobody can use them, but a person may look for one. Those of CAs
   * may be among them; no particular order.
   */
  listWithoutKey(): Promise<KeystoreEntry[]>;
  /**
   * Signs with the key of an entry, inside the keystore.
   * @returns CMS SignedData (RFC 5652) with the content attached, SHA-256, DER or BER.
   * @throws {AppError} `keystore/not-found`.
   */
  sign(fingerprint: string, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Removes certificate and key, or the one of them that is left. Not there is success. */
  remove(fingerprint: string): Promise<void>;
}
