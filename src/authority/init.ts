/**
 * Making a new authority: its directory with configuration, keys, certificates and an empty store.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { encodePem } from "../pki/pem.ts";
import type { KeyAlgorithm } from "../protocol/messages.ts";
import { ANCHORED_SETTING, createAnchorKey, moveAnchor } from "./audit/anchor.ts";
import { appendAudit } from "./audit/chain.ts";
import { createHierarchy, type Hierarchy } from "./ca/hierarchy.ts";
import { encodeKeyPem, writeSecretFile } from "./ca/key_files.ts";
import { type AuthorityConfig, authorityPaths, DEFAULT_CONFIG } from "./config.ts";
import { createTokenKey } from "./registration/token_vault.ts";
import { openSqliteStore } from "./store/sqlite.ts";

export interface InitOptions {
  /** Made if it is not there; must not hold an authority already. */
  readonly directory: string;
  /** Default {@link DEFAULT_CONFIG}. */
  readonly config?: AuthorityConfig;
  /** Of root and issuing CA. Default `rsa-2048`. */
  readonly algorithm?: KeyAlgorithm;
  /** Encrypts the issuing CA's key in its file. */
  readonly keyPassphrase?: string;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

/** What is not in the directory. */
export interface InitResult {
  readonly rootPem: string;
  /**
   * The root's private key as PEM, encrypted if a passphrase is given: keep it off this machine, or drop it and
   * never make another CA below this root.
   */
  exportRootKey(passphrase?: string): string;
}

/**
 * Makes a new authority.
 *
 * @throws {AppError} `usage/invalid` if the directory holds one, `state/not-writable`.
 */
export async function initAuthority(options: InitOptions): Promise<InitResult> {
  const { directory, config = DEFAULT_CONFIG, now, randomBytes } = options;
  const paths = authorityPaths(directory);
  const hierarchy = await createHierarchy({
    institutionName: config.institution.name,
    algorithm: options.algorithm ?? "rsa-2048",
    hosts: config.hosts,
    now: now(),
    randomBytes,
  });
  try {
    await Deno.mkdir(paths.pki, { recursive: true, mode: 0o700 });
    await Deno.chmod(directory, 0o700);
    // Written first and never over an existing one: two inits cannot mix their files.
    await Deno.writeTextFile(paths.config, `${JSON.stringify(config, undefined, 2)}\n`, { createNew: true });
    await writeHierarchy(hierarchy, options);
    await createAnchorKey(directory, randomBytes);
    await createTokenKey(paths.tokenKey, randomBytes);
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new AppError("usage/invalid", { problem: `${directory} holds an authority already` }, { cause });
    }
    throw new AppError("state/not-writable", { path: directory }, { cause });
  }
  const store = openSqliteStore(paths.database);
  try {
    await store.write(async (transaction) => {
      await transaction.saveSetting(ANCHORED_SETTING, "yes");
      await appendAudit(transaction, {
        at: now(),
        actor: "operator",
        action: "authority.created",
        subject: config.institution.code,
        correlationId: "-",
      });
    });
    await moveAnchor(directory, store, { at: now(), isFirst: true });
  } finally {
    await store.close();
  }
  return {
    rootPem: encodePem(hierarchy.root.certificateDer, "CERTIFICATE"),
    exportRootKey: (passphrase) => encodeKeyPem(hierarchy.root.keyPair.pkcs8Der, passphrase),
  };
}

async function writeHierarchy(hierarchy: Hierarchy, options: InitOptions): Promise<void> {
  const { root, issuing, web, server, rootCrlDer } = hierarchy;
  const paths = authorityPaths(options.directory);
  const { keyPassphrase } = options;
  await writeSecretFile(paths.issuingKey, encodeKeyPem(issuing.keyPair.pkcs8Der, keyPassphrase));
  await writeSecretFile(paths.webKey, encodeKeyPem(web.keyPair.pkcs8Der, keyPassphrase));
  await writeSecretFile(paths.serverKey, encodeKeyPem(server.keyPair.pkcs8Der));
  await Deno.writeTextFile(paths.root, encodePem(root.certificateDer, "CERTIFICATE"));
  await Deno.writeTextFile(paths.rootCrl, encodePem(rootCrlDer, "X509 CRL"));
  await Deno.writeTextFile(paths.issuing, encodePem(issuing.certificateDer, "CERTIFICATE"));
  await Deno.writeTextFile(paths.web, encodePem(web.certificateDer, "CERTIFICATE"));
  await Deno.writeTextFile(paths.server, encodePem(server.certificateDer, "CERTIFICATE"));
}
