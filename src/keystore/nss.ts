/**
 * The keystore that Chromium and other NSS programs read on Linux: an NSS shared database, worked on by NSS's
 * own tools, so that every lock and format is theirs.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { verifySignedData } from "../pki/cms.ts";
import { ensurePrivateFolder } from "../platform/durable_file.ts";
import { findProgram, type ProgramOutput, runProgram } from "../platform/run.ts";
import type { Keystore, KeystoreEntry, KeystoreStatus, Pkcs12Bundle } from "./keystore.ts";
import * as commands from "./nss_commands.ts";
import { databaseFiles, type NssEntry, readNssEntries } from "./nss_database.ts";
import { sweepTemporaryFolders, withTemporaryFolder, writePrivateFile } from "./temporary_folder.ts";

/** What the NSS keystore is made of. */
export interface NssParts {
  /** The database's folder, usually `$HOME/.pki/nssdb`. Created when missing. */
  folder: string;
  /** This app's own folder for what lives seconds. */
  temporaryFolder: string;
  log: Log;
  /** Where a tool is; the real one when left out. */
  find?: (name: string) => string | undefined;
}

/** A tool that takes longer than this hangs: the slowest takes a tenth of a second. */
const TOOL_TIMEOUT_MS = 20_000;

/** How often a database that cannot be opened is tried, before it counts as that. */
const PROBES = 3;

/** Whether the tools are installed. */
export function hasNssTools(find: (name: string) => string | undefined = findProgram): boolean {
  return commands.NSS_TOOLS.every((tool) => find(tool) !== undefined);
}

/** {@link Keystore} on an NSS database. */
export class NssKeystore implements Keystore {
  readonly #parts: NssParts;

  constructor(parts: NssParts) {
    this.#parts = parts;
  }

  async check(): Promise<KeystoreStatus> {
    for (const tool of commands.NSS_TOOLS) this.#tool(tool);
    // A run that was killed in the middle of an import left a bundle with its password. Here and not at the next
    // import, because there may never be one: what was killed while it signed is imported already.
    await guard("cannot write temporary files", () => sweepTemporaryFolders(this.#parts.temporaryFolder));
    const { folder } = this.#parts;
    const isNew = !databaseFiles(folder).keys;
    await guard("the folder cannot be created", () => ensurePrivateFolder(folder));
    await this.#withDatabase((database) => this.#probe(database));
    if (isNew) this.#parts.log.info("keystore.created", { folder });
    return { location: folder, usable: true, kind: "nss" };
  }

  async import(bundle: Pkcs12Bundle): Promise<KeystoreEntry> {
    await guard("the folder cannot be created", () => ensurePrivateFolder(this.#parts.folder));
    await this.#withDatabase(async (database, folder) => {
      const bundleFile = await writePrivateFile(`${folder}/bundle.p12`, bundle.pkcs12Der);
      const bundlePasswordFile = await writePrivateFile(`${folder}/bundle.password`, bundle.password);
      const output = await this.#run(
        "pk12util",
        commands.importArgs(database, { bundleFile, bundlePasswordFile }),
      );
      const verdict = commands.importVerdict(output.code);
      const cause = failure("pk12util", output);
      if (verdict === "refused") throw new AppError("keystore/import-failed", {}, { cause });
      if (verdict === "locked") throw new AppError("keystore/locked", {}, { cause });
      if (verdict === "unusable") throw unusable("the database refused the import", cause);
    });
    const entry = (await this.list()).find((entry) =>
      equalBytes(entry.certificateDer, bundle.certificateDer)
    );
    if (entry !== undefined) return entry;
    const cause = new Error("pk12util succeeded, but the database does not list the certificate with a key");
    throw new AppError("keystore/import-failed", {}, { cause });
  }

  async list(): Promise<KeystoreEntry[]> {
    return (await this.#entries()).filter(({ hasKey }) => hasKey).map(publicEntry);
  }

  async listWithoutKey(): Promise<KeystoreEntry[]> {
    return (await this.#entries()).filter(({ hasKey }) => !hasKey).map(publicEntry);
  }

  async sign(fingerprint: string, content: Bytes): Promise<Bytes> {
    const entry = await this.#find(fingerprint);
    if (!entry?.hasKey) throw new AppError("keystore/not-found", {});
    const { keyId, certificateDer } = entry;
    const signedDer = await this.#withDatabase(async (database, folder) => {
      const contentFile = await writePrivateFile(`${folder}/content`, content);
      const output = await this.#run("cmsutil", commands.signArgs(database, { keyId, contentFile }));
      if (output.code === 0) return output.stdout;
      await this.#probe(database);
      throw unusable("the key cannot be used", failure("cmsutil", output));
    });
    // The tool chose the certificate: if two share a name or a key, it may have been another one.
    let signedContent: Bytes;
    try {
      signedContent = await verifySignedData(signedDer, { certificateDer });
    } catch (cause) {
      throw unusable("another certificate signed", cause);
    }
    if (!equalBytes(signedContent, content)) throw unusable("something else was signed");
    return signedDer;
  }

  async remove(fingerprint: string): Promise<void> {
    const entry = await this.#find(fingerprint);
    if (entry === undefined) return;
    await this.#withDatabase(async (database) => {
      // The key first: killed in between, this leaves a certificate that nobody can choose.
      if (entry.hasKey) {
        const output = await this.#run("certutil", commands.removeKeyArgs(database, entry.keyId));
        if ((await this.#find(fingerprint))?.hasKey) {
          await this.#probe(database);
          throw unusable("the key cannot be removed", failure("certutil", output));
        }
      }
      // A certificate without its key is not offered and does no harm: failing here is not worth a word.
      if (await this.#find(fingerprint) === undefined) return;
      await this.#run("certutil", commands.removeCertificateArgs(database, entry.keyId));
    });
  }

  async #find(fingerprint: string): Promise<NssEntry | undefined> {
    return (await this.#entries()).find((entry) => entry.fingerprint === fingerprint);
  }

  async #entries(): Promise<NssEntry[]> {
    return await guard("the database cannot be read", () => readNssEntries(this.#parts.folder));
  }

  /**
   * Refuses a database with a primary password, and creates what is missing of one. pk12util logs in before it looks
   * at its file, so that a file which is no bundle tells by the exit code whether the empty password is right, and
   * changes nothing. Where there is no database it makes one with the empty password first.
   *
   * Not `certutil -N`, which makes one too: if a database appears in that moment (of a browser, or of a tool that a
   * killed run has left running), it asks a terminal for the password, and without a terminal it asks for ever.
   */
  async #probe(database: commands.NssDatabase): Promise<void> {
    for (let tries = 1;; tries++) {
      const output = await this.#run(
        "pk12util",
        commands.importArgs(database, {
          bundleFile: database.emptyPasswordFile,
          bundlePasswordFile: database.emptyPasswordFile,
        }),
        { failureExpected: true },
      );
      const verdict = commands.importVerdict(output.code);
      if (verdict !== "locked" && verdict !== "unusable") return;
      // Of two tools that make the same database at once, NSS now and then fails one.
      if (tries < PROBES) continue;
      const cause = failure("pk12util", output);
      if (verdict === "locked") throw new AppError("keystore/locked", {}, { cause });
      throw unusable("the database cannot be opened", cause);
    }
  }

  #withDatabase<T>(use: (database: commands.NssDatabase, folder: string) => Promise<T>): Promise<T> {
    return guard(
      "cannot write temporary files",
      () =>
        withTemporaryFolder(this.#parts.temporaryFolder, async (folder) => {
          const emptyPasswordFile = await writePrivateFile(`${folder}/database.password`, "\n");
          return await use({ folder: this.#parts.folder, emptyPasswordFile }, folder);
        }),
    );
  }

  async #run(
    tool: commands.NssTool,
    args: string[],
    { failureExpected = false } = {},
  ): Promise<ProgramOutput> {
    const output = await guard(
      `${tool} cannot be started`,
      () => runProgram(this.#tool(tool), args, { timeoutMs: TOOL_TIMEOUT_MS, env: { LC_ALL: "C" } }),
    );
    if (output.code !== 0 && !failureExpected) {
      this.#parts.log.warn("keystore.tool-failed", {
        tool,
        exitCode: output.code,
        timedOut: output.timedOut,
        output: text(output.stderr),
      });
    }
    return output;
  }

  #tool(tool: commands.NssTool): string {
    const path = (this.#parts.find ?? findProgram)(tool);
    if (path !== undefined) return path;
    throw new AppError("keystore/tool-missing", { tool, package: commands.NSS_PACKAGE });
  }
}

function publicEntry({ fingerprint, certificateDer, chainDer }: NssEntry): KeystoreEntry {
  return { fingerprint, certificateDer, chainDer };
}

/** Anything but a catalogue error becomes `keystore/unusable` with a reason. */
async function guard<T>(reason: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof AppError ? cause : unusable(reason, cause);
  }
}

function unusable(reason: string, cause?: unknown): AppError<"keystore/unusable"> {
  return new AppError("keystore/unusable", { reason }, { cause });
}

function failure(tool: string, output: ProgramOutput): Error {
  return new Error(`${tool} ended with ${output.code}: ${text(output.stderr)}`);
}

/** For the log: enough to see what went wrong, not a book. */
function text(bytes: Bytes): string {
  return new TextDecoder().decode(bytes.subarray(0, 500)).trim();
}
