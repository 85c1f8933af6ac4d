/**
 * Puts the real parts together, once. The executable and the tests both start here.
 *
 * Nothing is loaded before it is needed: the first page must not wait for the engine, nor the engine for the page.
 *
 * @module
 */
import type { Config } from "./config.ts";
import type { Doctor, SupportBundle } from "./doctor/types.ts";
import type { Language } from "./errors.ts";
import type { Issuance } from "./issuance/mod.ts";
import type { Keystore } from "./keystore/mod.ts";
import { load } from "./lazy.ts";
import { ApplicationLog } from "./log/application_log.ts";
import type { HttpLimits, HttpTransport } from "./network/http.ts";
import { createProxyAuthenticator, NOBODY, type ProxyAuthenticator } from "./network/proxy/authentication.ts";
import type { ProxyAuthentication, ProxySettings } from "./network/proxy/types.ts";
import { canOpenBrowser } from "./platform/browser.ts";
import { readEnvironment } from "./platform/environment.ts";
import { inFolder } from "./platform/folders.ts";
import { currentOs } from "./platform/os.ts";
import { createPeerCheck } from "./platform/peer.ts";
import { findProgram, runProgram } from "./platform/run.ts";
import { openSecretStore } from "./platform/secret_store.ts";
import { startCommand } from "./platform/start_command.ts";
import type { Reminders } from "./reminder/mod.ts";
import { type LanguageSetting, openWeb, type RunningBrowsers, type RunningWeb } from "./web/mod.ts";

/** The app's parts, each made on first use. */
export interface App {
  readonly config: Config;
  readonly log: ApplicationLog;
  /** The one clock of all parts and commands. */
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  issuance(): Promise<Issuance>;
  reminders(): Promise<Reminders>;
  /** Where a proxy's wish for credentials waits for somebody who has them. */
  readonly proxyAuthentication: ProxyAuthentication;
  doctor(): Promise<Doctor>;
  /** Runs the doctor for it. */
  supportBundle(): Promise<SupportBundle>;
  /** Names of the browsers that run now: they see a new certificate only after a restart. */
  runningBrowsers: RunningBrowsers;
  openWeb(options: OpenWebOptions): Promise<RunningWeb>;
}

export interface OpenWebOptions {
  /** What a second start proves itself with. */
  instanceSecret: string;
  launchKeyTtlMs: number;
}

/** A CRL of some hundred thousand entries. */
const MAX_CRL_BYTES = 16 * 1024 * 1024;

/** Builds the app from a checked configuration. Nothing happens yet, on disk or on the network. */
export function openApp(config: Config, { now = realTime }: { now?: () => Date } = {}): App {
  const log = new ApplicationLog({ paths: config.logPaths, now });
  const language = languageSetting(config);
  const proxyAuthentication = createProxyAuthenticator({
    secretStore: openSecretStore(),
    institution: config.profile.institution.code,
    log,
  });
  let issuance: Promise<Issuance> | undefined;
  let reminders: Promise<Reminders> | undefined;
  let doctor: Promise<Doctor> | undefined;
  const app: AppParts = {
    config,
    log,
    now,
    randomBytes,
    issuance: () => issuance ??= openIssuance(app),
    runningBrowsers,
    reminders: () => reminders ??= openReminders(app, language),
    proxyAuthentication,
    doctor: () => doctor ??= openDoctor(app),
    supportBundle: () => packSupportBundle(app),
    async openWeb({ instanceSecret, launchKeyTtlMs }) {
      const peerCheck = createPeerCheck();
      if (peerCheck === undefined) log.warn("peer-check.unavailable");
      return await openWeb({
        issuance: app.issuance,
        reminders: app.reminders,
        runningBrowsers,
        profile: () => Promise.resolve(config.profile),
        language: () => Promise.resolve(language),
        log,
        now,
        randomBytes,
        version: config.version,
        peerCheck,
        instanceSecret,
        proxyAuthentication,
        doctor: app.doctor,
        supportBundle: app.supportBundle,
        options: { keepRunning: config.keepRunning, launchKeyTtlMs },
      });
    },
  };
  return app;
}

/** What the parts share, but nobody outside. */
interface AppParts extends App {
  readonly proxyAuthentication: ProxyAuthenticator;
}

async function openIssuance(app: AppParts): Promise<Issuance> {
  const [{ createIssuance }, { AuthorityClient }, transport, openKeystoreIn] = await Promise.all([
    load<typeof import("./issuance/mod.ts")>(import.meta.resolve("./issuance/mod.ts")),
    load<typeof import("./network/authority_client.ts")>(
      import.meta.resolve("./network/authority_client.ts"),
    ),
    openTransport(app),
    loadKeystore(app),
  ]);
  const { config: { profile, stateFolder, version }, log, now } = app;
  return createIssuance({
    profile,
    client: new AuthorityClient({
      url: profile.authority.url,
      institution: profile.institution.code,
      client: { version, platform: currentOs() },
      send: transport.send,
      now,
      randomBytes,
    }),
    keystore: openKeystoreIn({}),
    log,
    now,
    randomBytes,
    stateFolder,
  });
}

/** @param authentication Who is asked for a proxy's credentials. */
async function openTransport(
  { config, log, proxyAuthentication }: AppParts,
  { limits, authentication = proxyAuthentication }: {
    limits?: Partial<HttpLimits>;
    authentication?: Pick<ProxyAuthenticator, "credentialsFor" | "replace" | "accepted">;
  } = {},
): Promise<HttpTransport> {
  const [{ openHttp }, { chooseRoots }, proxy] = await Promise.all([
    load<typeof import("./network/http.ts")>(import.meta.resolve("./network/http.ts")),
    load<typeof import("./network/trust_anchors.ts")>(import.meta.resolve("./network/trust_anchors.ts")),
    proxySettings(config),
  ]);
  const { authority, trust } = config.profile;
  if (!chooseRoots({ platform: trust?.platform === true })) log.warn("trust-anchors.not-exclusive");
  return openHttp({ trustAnchorsPem: authority.trustAnchors, proxy, authentication, limits });
}

async function proxySettings({ proxy: flag, profile }: Config): Promise<ProxySettings> {
  const { openSystemProxy } = await load<typeof import("./network/proxy/settings.ts")>(
    import.meta.resolve("./network/proxy/settings.ts"),
  );
  return { flag, profile: profile.proxy, system: openSystemProxy() };
}

/** The keystore of this system and profile, with other folders where they are named. */
async function loadKeystore({ config, log, now }: AppParts) {
  const { openKeystore } = await load<typeof import("./keystore/mod.ts")>(
    import.meta.resolve("./keystore/mod.ts"),
  );
  const { stateFolder, profile: { keystore: { kind } } } = config;
  return ({ folder, temporaryFolder }: { folder?: string; temporaryFolder?: string }): Keystore =>
    openKeystore({
      os: currentOs(),
      kind,
      nssFolder: folder ?? config.nssFolder,
      fileFolder: folder ?? inFolder(stateFolder, "keystore"),
      temporaryFolder: temporaryFolder ?? inFolder(stateFolder, "tmp"),
      log,
      now,
      randomBytes,
    });
}

async function openDoctor(app: AppParts): Promise<Doctor> {
  const { config, log, now, proxyAuthentication } = app;
  // The doctor finds that credentials are wanted: it does not wait for them.
  const authentication: typeof NOBODY = {
    credentialsFor: (proxy) => proxyAuthentication.credentialsFor(proxy),
    accepted: (proxy, used) => proxyAuthentication.accepted(proxy, used),
    replace: NOBODY.replace,
  };
  const [{ openDoctor }, proxy, openKeystoreIn, transport, publicTransport] = await Promise.all([
    load<typeof import("./doctor/open.ts")>(import.meta.resolve("./doctor/open.ts")),
    proxySettings(config),
    loadKeystore(app),
    openTransport(app, { authentication }),
    openTransport(app, { authentication, limits: { answerBytes: MAX_CRL_BYTES } }),
  ]);
  return openDoctor({
    os: currentOs(),
    profile: config.profile,
    version: config.version,
    stateFolder: config.stateFolder,
    log,
    logPaths: config.logPaths,
    nssFolder: config.nssFolder,
    fileFolder: inFolder(config.stateFolder, "keystore"),
    openKeystore: openKeystoreIn,
    listed: async () => (await (await app.issuance()).list()).map(({ fingerprint }) => fingerprint),
    network: { proxy, authentication, send: transport.send, fetchPublic: publicTransport.send },
    now,
    randomBytes,
  });
}

async function packSupportBundle(app: AppParts): Promise<SupportBundle> {
  const { packSupportBundle } = await load<typeof import("./doctor/support_bundle.ts")>(
    import.meta.resolve("./doctor/support_bundle.ts"),
  );
  const { config, now } = app;
  const doctor = await app.doctor();
  const results = await doctor.run();
  return await packSupportBundle({ config, os: currentOs(), now: now(), results });
}

async function openReminders(app: App, language: LanguageSetting): Promise<Reminders> {
  const { openReminders } = await load<typeof import("./reminder/mod.ts")>(
    import.meta.resolve("./reminder/mod.ts"),
  );
  const { config: { profile, stateFolder, startFlags }, log, now } = app;
  const { code, name, app: appName } = profile.institution;
  return openReminders({
    os: currentOs(),
    env: readEnvironment,
    institution: { code, name, app: appName },
    command: startCommand(startFlags),
    stateFolder,
    list: async () => await (await app.issuance()).list(),
    canOpenPage: canOpenBrowser,
    language: language.current,
    now,
    log,
    run: runProgram,
    find: findProgram,
  });
}

async function runningBrowsers(): Promise<readonly string[]> {
  const { createRunningBrowsers } = await load<typeof import("./platform/running_browsers.ts")>(
    import.meta.resolve("./platform/running_browsers.ts"),
  );
  return await createRunningBrowsers()?.() ?? [];
}

/** The pages' language: what was chosen, remembered for the next start. */
function languageSetting(config: Config): LanguageSetting {
  let language: Language = config.language;
  return {
    current: () => language,
    async change(chosen) {
      language = chosen;
      const { writeSettings } = await load<typeof import("./settings.ts")>(
        import.meta.resolve("./settings.ts"),
      );
      await writeSettings(config.stateFolder, { language: chosen });
    },
  };
}

function realTime(): Date {
  return new Date();
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
