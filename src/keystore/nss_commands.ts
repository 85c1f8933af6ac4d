/**
 * What to say to NSS's tools, and what their exit codes mean. Pure: nothing here runs anything, and no text of
 * the tools is ever read.
 *
 * @module
 */

/** The tools, and the Debian package that holds them. */
export const NSS_TOOLS = ["certutil", "pk12util", "cmsutil"] as const;
export type NssTool = (typeof NSS_TOOLS)[number];
export const NSS_PACKAGE = "libnss3-tools";

/** A database and the file with its (empty) password: named every time, so that no tool ever asks a terminal. */
export interface NssDatabase {
  /** Folder with cert9.db and key4.db. */
  folder: string;
  emptyPasswordFile: string;
}

/** Imports a PKCS#12 bundle; its password comes by file, never by argument. */
export function importArgs(
  database: NssDatabase,
  bundle: { bundleFile: string; bundlePasswordFile: string },
): string[] {
  return [
    ...["-i", bundle.bundleFile, "-w", bundle.bundlePasswordFile],
    ...["-d", `sql:${database.folder}`, "-k", database.emptyPasswordFile],
  ];
}

/**
 * Signs a file into CMS SignedData on stdout. The options are those with which a clientAuth-only certificate
 * under a root that the database does not trust may sign: usage 0 (TLS client), no encryption preference,
 * signing time.
 */
export function signArgs(
  database: NssDatabase,
  request: { keyId: Uint8Array; contentFile: string },
): string[] {
  return [
    ...["-S", "-u", "0", "-Y", "NONE", "-G"],
    ...["-d", `sql:${database.folder}`, "-f", database.emptyPasswordFile],
    ...["-N", certificateUri(request.keyId), "-i", request.contentFile],
  ];
}

/** Removes a private key. By its ID: by nickname NSS would take the newest certificate's key instead. */
export function removeKeyArgs(database: NssDatabase, keyId: Uint8Array): string[] {
  return ["-F", "-k", keyId.toHex(), "-d", `sql:${database.folder}`, "-f", database.emptyPasswordFile];
}

/** Removes a certificate, once its key is gone. */
export function removeCertificateArgs(database: NssDatabase, keyId: Uint8Array): string[] {
  return [
    ...["-D", "-n", certificateUri(keyId)],
    ...["-d", `sql:${database.folder}`, "-f", database.emptyPasswordFile],
  ];
}

/**
 * Names one certificate by its CKA_ID (RFC 7512), wherever the tools take a nickname. NSS has one nickname per
 * subject, so that nicknames cannot tell a renewed certificate from the old one, and a colon in them is taken
 * for a token's name.
 */
export function certificateUri(keyId: Uint8Array): string {
  return `pkcs11:id=${Array.from(keyId, (byte) => `%${hex(byte)}`).join("")};type=cert`;
}

/** How pk12util's run ended. */
export type ImportVerdict = "imported" | "refused" | "locked" | "unusable";

/**
 * The meaning of pk12util's documented exit codes: 13 is the slot that cannot be logged in to, 8 and 9 are the
 * databases, 255 is NSS that does not start; the others are about the bundle.
 *
 * @see {@link https://manpages.debian.org/bookworm/libnss3-tools/pk12util.1.en.html | pk12util(1)}
 */
export function importVerdict(exitCode: number): ImportVerdict {
  if (exitCode === 0) return "imported";
  if (exitCode === 13) return "locked";
  // From 128 on a signal ended it, or NSS did not start.
  return [6, 8, 9, 10, 12].includes(exitCode) || exitCode >= 128 ? "unusable" : "refused";
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0").toUpperCase();
}
