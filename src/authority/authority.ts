/**
 * The running authority: RA and CA behind one address, with what belongs beside them. Tests, the demo and the
 * command line start it here.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import { encodePem } from "../pki/pem.ts";
import { moveAnchor } from "./audit/anchor.ts";
import { appendAudit } from "./audit/chain.ts";
import { type BankOptions, openBank } from "./bank_pages.ts";
import { createCrlPublisher } from "./ca/crl.ts";
import { createIssuingCa, type IssuingCa } from "./ca/issue.ts";
import { readKeyFile, readPemFile } from "./ca/key_files.ts";
import { type CryptoChoice, openSigner, pickVerifier } from "./ca/signer.ts";
import { type AuthorityConfig, authorityPaths, readConfig } from "./config.ts";
import { createApi } from "./http/api.ts";
import { listenPublication, PUBLICATION_PATHS } from "./http/publication.ts";
import { createWeb, publicUrl } from "./http/web.ts";
import { type CertificateLogin, createCertificateLogin } from "./login.ts";
import type { RegistrationParts } from "./registration/parts.ts";
import { createPasswords } from "./registration/passwords.ts";
import { sweepRegistration } from "./registration/sweep.ts";
import { openTokenVault } from "./registration/token_vault.ts";
import { repeat } from "./repeat.ts";
import { openSqliteStore } from "./store/sqlite.ts";
import type { Store } from "./store/store.ts";

/** Base addresses without a slash at the end, e.g. `https://127.0.0.1:22241`. */
export interface AuthorityUrls {
  /** What the app speaks to. */
  readonly api: string;
  /** The bank's pages. */
  readonly portal: string;
  /** The bank's pages behind a client certificate. */
  readonly certificateLogin: string;
  /** Plain HTTP: CRL and CA certificates. */
  readonly publication: string;
}

export interface AuthorityOptions {
  /** Made by `init`: authority.db, pki/, config.json. */
  readonly directory: string;
  /** Instead of the configuration's ports; 0 takes any free one. */
  readonly ports?: {
    readonly api?: number;
    readonly portal?: number;
    readonly certificateLogin?: number;
    readonly publication?: number;
  };
  /** Whether the bank's pages are served, on two ports of their own. Default true. */
  readonly hasBank?: boolean;
  /** The demo's software tokens, whose secrets are open to whoever opens their page. */
  readonly demoTokens?: BankOptions["demoTokens"];
  /** How signatures are made and checked. Default `best`. */
  readonly crypto?: CryptoChoice;
  /** Passphrase of the encrypted CA keys, when `init` was given one. */
  readonly keyPassphrase?: string | undefined;
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** How often what has run out is looked for; 0 leaves it to {@link RunningAuthority.sweep}. Default 60,000. */
  readonly sweepIntervalMs?: number;
}

export interface RunningAuthority extends AsyncDisposable {
  readonly urls: AuthorityUrls;
  readonly config: AuthorityConfig;
  readonly store: Store;
  readonly login: CertificateLogin;
  /** PEM of the root: the trust anchor for the app's TLS and for all certificates. */
  readonly rootPem: string;
  /** Abandons, deletes and republishes what is due by the clock. */
  sweep(): Promise<void>;
  /** Stops listening, lets running requests end, writes the audit anchor, closes the store. */
  close(): Promise<void>;
}

/** Of this reference authority's API. */
const API_VERSION = "1";
const DEFAULT_SWEEP_INTERVAL_MS = 60_000;

/**
 * Starts the authority of one directory.
 *
 * @throws {AppError} `profile/invalid` for a wrong config.json or key file, `state/not-writable`, `usage/invalid`
 * for a port that is taken.
 */
export async function startAuthority(options: AuthorityOptions): Promise<RunningAuthority> {
  const { directory, log, now, randomBytes } = options;
  await using opened = new AsyncDisposableStack();
  const config = await readConfig(directory);
  const store = openSqliteStore(authorityPaths(directory).database);
  opened.defer(() => store.close());
  if (!await moveAnchor(directory, store, { at: now() })) log.error("audit/anchor-contradicts-log");

  const keys = await loadKeys(options);
  // The CRL's address is part of every certificate, so its port comes first; its content comes with the CA.
  const publication = await openPublication(options, { config, store, keys });
  opened.defer(() => publication.close());
  const { ca, crl } = publication;
  const verify = pickVerifier(options.crypto);
  const registration: RegistrationParts = {
    store,
    ca,
    verify,
    passwords: createPasswords(config.registration.scrypt, randomBytes),
    vault: await openTokenVault(authorityPaths(directory).tokenKey, {
      randomBytes,
      hasTokens: () => store.hasTokens(),
    }),
    config,
    now,
    randomBytes,
  };
  const login = createCertificateLogin({ store, issuerDer: ca.certificateDer, verify, now });
  const web = createWeb({
    directory,
    config,
    ports: options.ports ?? {},
    clientIssuersDer: [keys.issuingDer, keys.rootDer],
    keyPassphrase: options.keyPassphrase,
    now,
    randomBytes,
  });
  opened.defer(() => web.close());

  const api = createApi({ registration, log, version: API_VERSION });
  const urls = { api: "", portal: "", certificateLogin: "", publication: publication.url };
  urls.api = await web.listen("api", (request, env) => api.fetch(request, env));
  if (options.hasBank ?? true) {
    const { demoTokens } = options;
    await openBank({ config, store, registration, login, web, urls, demoTokens, log, now, randomBytes });
  }

  async function sweep(): Promise<void> {
    const { confirmWithinHours } = config.registration;
    const abandoned = await sweepRegistration(store, { now: now(), confirmWithinHours });
    if (abandoned > 0) log.info("authority/abandoned", { certificates: abandoned });
    await crl.current();
    await web.renew();
    if (!await moveAnchor(directory, store, { at: now() })) log.error("audit/anchor-contradicts-log");
  }
  const stopSweeping = repeat(sweep, {
    intervalMs: options.sweepIntervalMs ?? DEFAULT_SWEEP_INTERVAL_MS,
    onError: (error) => log.error("authority/sweep-failed", { cause: String(error) }),
  });
  opened.defer(stopSweeping);

  await record(store, { at: now(), action: "authority.started", details: { signer: ca.signer.name } });
  log.info("authority/started", { ...urls, signer: ca.signer.name });
  const parts = opened.move();
  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    return closing ??= (async () => {
      await stopSweeping();
      await web.close();
      await publication.close();
      await record(store, { at: now(), action: "authority.stopped", details: {} });
      await moveAnchor(directory, store, { at: now() });
      await parts.disposeAsync();
      log.info("authority/stopped");
    })();
  }
  return {
    urls,
    config,
    store,
    login,
    rootPem: encodePem(keys.rootDer, "CERTIFICATE"),
    sweep,
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Keys = Awaited<ReturnType<typeof loadKeys>>;

async function loadKeys({ directory, keyPassphrase, crypto }: AuthorityOptions) {
  const paths = authorityPaths(directory);
  return {
    rootDer: await readPemFile(paths.root),
    rootCrlDer: await readPemFile(paths.rootCrl, "X509 CRL"),
    issuingDer: await readPemFile(paths.issuing),
    signer: await openSigner(await readKeyFile(paths.issuingKey, keyPassphrase), crypto),
  };
}

/** Opens the CRL's port, which the CA needs to know, and makes the CA, which the CRL needs. */
async function openPublication(
  options: AuthorityOptions,
  { config, store, keys }: { config: AuthorityConfig; store: Store; keys: Keys },
) {
  const { now, log, randomBytes } = options;
  const made = Promise.withResolvers<ReturnType<typeof createCrlPublisher>>();
  const server = listenPublication({
    crl: { current: async () => await (await made.promise).current() },
    issuingDer: keys.issuingDer,
    rootDer: keys.rootDer,
    rootCrlDer: keys.rootCrlDer,
    log,
  }, {
    hostname: config.listen,
    port: options.ports?.publication ?? config.endpoints.publication.port,
  });
  const url = publicUrl(config, { endpoint: "publication", scheme: "http", port: server.port });
  const ca: IssuingCa = createIssuingCa({
    certificateDer: keys.issuingDer,
    rootDer: keys.rootDer,
    signer: keys.signer,
    profile: {
      ...config.certificate,
      crlUrl: url + PUBLICATION_PATHS.crl,
      caIssuersUrl: url + PUBLICATION_PATHS.issuing,
    },
    randomBytes,
  });
  const crl = createCrlPublisher({ ca, store, now, validityHours: config.crl.validityHours });
  made.resolve(crl);
  return await Promise.resolve({ url, ca, crl, close: () => server.close() });
}

function record(
  store: Store,
  event: { at: Date; action: string; details: Readonly<Record<string, string>> },
): Promise<void> {
  return store.write((transaction) =>
    appendAudit(transaction, { ...event, actor: "authority", subject: "authority", correlationId: "-" })
  );
}
