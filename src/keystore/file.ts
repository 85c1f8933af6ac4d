/**
 * A keystore of encrypted files, FOR DEMONSTRATIONS AND SERVERS ONLY: no browser reads it, and whatever runs as
 * this user can open it, because the master key lies beside the sealed keys. Institutions leave it off
 * (profile: `keystore.kind`).
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { fingerprint as fingerprintOf, parseCertificate } from "../pki/certificate.ts";
import { createSignedData } from "../pki/cms.ts";
import { importKeyPair } from "../pki/keys.ts";
import { decodePem, encodePem } from "../pki/pem.ts";
import { openPkcs12 } from "../pki/pkcs12.ts";
import { ensurePrivateFolder, removeDurably, writeDurably } from "../platform/durable_file.ts";
import type { Keystore, KeystoreEntry, KeystoreStatus, Pkcs12Bundle } from "./keystore.ts";
import { MASTER_KEY_BYTES, openSealedKey, sealKey } from "./sealed_key.ts";

/** What the file keystore is made of. */
export interface FileKeystoreParts {
  /** This keystore's own folder. Created when missing. */
  folder: string;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
}

const NOTICE = `This folder is Hakko's file keystore. It is meant for demonstrations and servers.

Each certificate (.pem) has its private key beside it (.key), sealed with AES-256-GCM under a key derived from
master.key. Whoever can read this folder can use the keys: keep it private, and do not copy it.
`;

/**
 * {@link Keystore} of files: `<fingerprint>.key` (sealed) and `<fingerprint>.pem` (certificate, then its chain).
 * The certificate is written last and removed first: an entry is there with its key or not at all.
 */
export class FileKeystore implements Keystore {
  readonly #parts: FileKeystoreParts;

  constructor(parts: FileKeystoreParts) {
    this.#parts = parts;
  }

  async check(): Promise<KeystoreStatus> {
    await guard("the folder cannot be written", () => this.#masterKey());
    return { location: this.#parts.folder, usable: true, kind: "file" };
  }

  async import(bundle: Pkcs12Bundle): Promise<KeystoreEntry> {
    const { pkcs8Der, certificateDer, chainDer } = await openBundle(bundle);
    const fingerprint = fingerprintOf(certificateDer);
    await guard("the folder cannot be written", async () => {
      const masterKey = await this.#masterKey();
      const { randomBytes } = this.#parts;
      const sealed = await sealKey(pkcs8Der, { masterKey, fingerprint, randomBytes });
      pkcs8Der.fill(0);
      await writeDurably(this.#path(fingerprint, "key"), sealed);
      const pem = [certificateDer, ...chainDer].map((der) => encodePem(der, "CERTIFICATE")).join("");
      await writeDurably(this.#path(fingerprint, "pem"), new TextEncoder().encode(pem));
    });
    const entry = (await this.list()).find((entry) => entry.fingerprint === fingerprint);
    if (entry === undefined) throw new AppError("keystore/import-failed", {});
    return entry;
  }

  async list(): Promise<KeystoreEntry[]> {
    return await this.#entries({ withKey: true });
  }

  async listWithoutKey(): Promise<KeystoreEntry[]> {
    return await this.#entries({ withKey: false });
  }

  async sign(fingerprint: string, content: Bytes): Promise<Bytes> {
    const entry = (await this.list()).find((entry) => entry.fingerprint === fingerprint);
    if (entry === undefined) throw new AppError("keystore/not-found", {});
    return await guard("the key cannot be used", async () => {
      const sealed = await Deno.readFile(this.#path(fingerprint, "key"));
      const pkcs8Der = await openSealedKey(sealed, { masterKey: await this.#masterKey(), fingerprint });
      const keyPair = await importKeyPair(pkcs8Der);
      const { certificateDer } = entry;
      try {
        return await createSignedData({ content, certificateDer, keyPair, at: this.#parts.now() });
      } finally {
        pkcs8Der.fill(0);
      }
    });
  }

  async remove(fingerprint: string): Promise<void> {
    if (!/^[0-9a-f]{64}$/.test(fingerprint)) return; // never a path from elsewhere
    await guard("the folder cannot be written", async () => {
      await removeDurably(this.#path(fingerprint, "pem"));
      await removeDurably(this.#path(fingerprint, "key"));
    });
  }

  async #entries({ withKey }: { withKey: boolean }): Promise<KeystoreEntry[]> {
    const { folder } = this.#parts;
    const entries: KeystoreEntry[] = [];
    await guard("the folder cannot be read", async () => {
      try {
        for await (const { name } of Deno.readDir(folder)) {
          const fingerprint = /^([0-9a-f]{64})\.pem$/.exec(name)?.[1];
          if (fingerprint === undefined || await exists(this.#path(fingerprint, "key")) !== withKey) continue;
          const pem = await Deno.readTextFile(this.#path(fingerprint, "pem"));
          const [certificateDer, ...chainDer] = decodePem(pem, "CERTIFICATE");
          if (certificateDer !== undefined) entries.push({ fingerprint, certificateDer, chainDer });
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    });
    return entries;
  }

  async #masterKey(): Promise<Bytes> {
    const { folder, randomBytes } = this.#parts;
    await ensurePrivateFolder(folder);
    const path = `${folder}/master.key`;
    if (!await exists(path)) {
      await writeDurably(path, randomBytes(MASTER_KEY_BYTES));
      await writeDurably(`${folder}/README.txt`, new TextEncoder().encode(NOTICE));
    }
    const masterKey = await Deno.readFile(path);
    if (masterKey.length !== MASTER_KEY_BYTES) throw new Error("master.key is damaged");
    return masterKey;
  }

  #path(fingerprint: string, extension: "key" | "pem"): string {
    return `${this.#parts.folder}/${fingerprint}.${extension}`;
  }
}

async function openBundle(bundle: Pkcs12Bundle) {
  try {
    const opened = await openPkcs12(bundle.pkcs12Der, bundle.password);
    const { spkiDer } = await importKeyPair(opened.pkcs8Der);
    if (!equalBytes(spkiDer, parseCertificate(opened.certificateDer).spkiDer)) {
      throw new Error("the key is not the certificate's");
    }
    if (!equalBytes(opened.certificateDer, bundle.certificateDer)) {
      throw new Error("the bundle holds another certificate");
    }
    return opened;
  } catch (cause) {
    throw new AppError("keystore/import-failed", {}, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

async function guard<T>(reason: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError && cause.key.startsWith("keystore/")) throw cause;
    throw new AppError("keystore/unusable", { reason }, { cause });
  }
}
