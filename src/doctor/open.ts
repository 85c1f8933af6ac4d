/**
 * The doctor with the real world in it.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { FileKeystore } from "../keystore/file.ts";
import type { Keystore } from "../keystore/mod.ts";
import { NssKeystore } from "../keystore/nss.ts";
import type { ApplicationLog } from "../log/application_log.ts";
import type { Bytes } from "../pki/bytes.ts";
import { readEnvironment } from "../platform/environment.ts";
import type { Os } from "../platform/os.ts";
import { findProgram, runProgram } from "../platform/run.ts";
import type { Profile } from "../profile.ts";
import { createDoctor } from "./mod.ts";
import { type DoctorNetworkParts, openDoctorNetwork } from "./network.ts";
import type { DoctorFiles, DoctorKeystore, DoctorParts } from "./parts.ts";
import type { Doctor } from "./types.ts";

/** What the app has for the doctor. */
export interface OpenDoctorOptions {
  os: Os;
  profile: Profile;
  version: string;
  stateFolder: string;
  log: Pick<ApplicationLog, "info" | "path">;
  logPaths: readonly string[];
  /** Where the user's keys are: in an NSS database, or in the file keystore. */
  nssFolder: string;
  fileFolder: string;
  /** The app's keystore, in other folders where they are named. */
  openKeystore: (folders: { folder?: string; temporaryFolder?: string }) => Keystore;
  listed: DoctorParts["listed"];
  network: Omit<DoctorNetworkParts, "trustAnchorsPem">;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
}

export function openDoctor(options: OpenDoctorOptions): Doctor {
  return createDoctor(realParts(options));
}

/** The same for tests, which replace some of it. */
export function realParts(options: OpenDoctorOptions): DoctorParts {
  const { profile, log, logPaths, network, ...rest } = options;
  const { authority, institution, renewal } = profile;
  return {
    os: rest.os,
    env: readEnvironment,
    uid: Deno.uid(),
    now: rest.now,
    elapsed: () => performance.now(),
    randomBytes: rest.randomBytes,
    version: rest.version,
    institution: institution.name,
    authority: {
      url: authority.url,
      trustAnchorsPem: authority.trustAnchors,
      trustsPlatform: profile.trust?.platform === true,
    },
    opensDaysBefore: renewal.opensDaysBefore,
    listed: rest.listed,
    keystore: doctorKeystore(options),
    stateFolder: rest.stateFolder,
    log: {
      paths: logPaths,
      get path() {
        return log.path;
      },
      info: (event, fields) => log.info(event, fields),
    },
    network: openDoctorNetwork({ ...network, trustAnchorsPem: authority.trustAnchors }),
    files: REAL_FILES,
    run: runProgram,
    find: findProgram,
  };
}

function doctorKeystore({ openKeystore, nssFolder, fileFolder }: OpenDoctorOptions): DoctorKeystore {
  const keystore = openKeystore({});
  const kind = keystore instanceof NssKeystore
    ? "nss"
    : keystore instanceof FileKeystore
    ? "file"
    : "unsupported";
  return {
    kind,
    folder: kind === "file" ? fileFolder : nssFolder,
    open: (temporaryFolder) => openKeystore({ temporaryFolder }),
    openTrial: (folder) => openKeystore({ folder: `${folder}/keystore`, temporaryFolder: `${folder}/tmp` }),
  };
}

const REAL_FILES: DoctorFiles = {
  async free(path) {
    const { bsize, bavail } = await statfs(path);
    return { bytes: Number(bsize) * Number(bavail) };
  },
  async owner(path) {
    try {
      return (await Deno.stat(path)).uid ?? undefined;
    } catch {
      return undefined;
    }
  },
  async realPath(path) {
    try {
      return await Deno.realPath(path);
    } catch {
      return undefined;
    }
  },
};
