/**
 * Where this user's private keys live. The room's front door: it picks the keystore for this machine.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import type { Bytes } from "../pki/bytes.ts";
import { findProgram } from "../platform/run.ts";
import type { Os } from "../platform/os.ts";
import type { Profile } from "../profile.ts";
import { FileKeystore } from "./file.ts";
import type { Keystore } from "./keystore.ts";
import { hasNssTools, NssKeystore } from "./nss.ts";
import { UnsupportedKeystore } from "./unsupported.ts";
import { WindowsKeystore } from "./windows.ts";

export type { Keystore, KeystoreEntry, KeystoreStatus, Pkcs12Bundle } from "./keystore.ts";

/** What a keystore may need; which of it depends on the choice. */
export interface KeystoreParts {
  os: Os;
  /** The profile's wish. */
  kind: Profile["keystore"]["kind"];
  /** The NSS database, usually `$HOME/.pki/nssdb`. */
  nssFolder: string;
  /** For the file keystore, usually `keystore` in the state folder. */
  fileFolder: string;
  /** This app's own folder for what lives seconds, usually `tmp` in the state folder. */
  temporaryFolder: string;
  log: Log;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
  /** Where a program is; the real one when left out. */
  find?: (name: string) => string | undefined;
}

/**
 * Picks the keystore: the OS's own, or the file keystore where the profile says so. `auto` takes files only on
 * a machine where the OS's keystore cannot be used. Never fails: what is missing shows at `check()`.
 */
export function openKeystore(parts: KeystoreParts): Keystore {
  const { fileFolder: folder, now, randomBytes } = parts;
  const file = () => new FileKeystore({ folder, now, randomBytes });
  if (parts.kind === "file") return file();
  const usesFiles = parts.kind === "auto" &&
    (parts.os === "darwin" || (parts.os === "linux" && !hasNssTools(parts.find ?? findProgram)));
  return usesFiles ? file() : openOsKeystore(parts);
}

function openOsKeystore({ os, nssFolder: folder, temporaryFolder, log, find }: KeystoreParts): Keystore {
  const keystores: Record<Os, () => Keystore> = {
    linux: () => new NssKeystore({ folder, temporaryFolder, log, ...(find === undefined ? {} : { find }) }),
    windows: () => new WindowsKeystore(),
    darwin: () => new UnsupportedKeystore("macOS keychain"),
  };
  return keystores[os]();
}
