/**
 * Puts the real parts together, once. The executable and the tests both start here.
 *
 * Nothing is loaded before it is needed: the first page must not wait for the engine, nor the engine for the page.
 *
 * @module
 */
import type { Config } from "./config.ts";
import type { Language } from "./errors.ts";
import type { Issuance } from "./issuance/mod.ts";
import { load } from "./lazy.ts";
import { ApplicationLog } from "./log/application_log.ts";
import { canOpenBrowser } from "./platform/browser.ts";
import { readEnvironment } from "./platform/environment.ts";
import { inFolder } from "./platform/folders.ts";
import { currentOs } from "./platform/os.ts";
import { createPeerCheck } from "./platform/peer.ts";
import { findProgram, runProgram } from "./platform/run.ts";
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
  /** Names of the browsers that run now: they see a new certificate only after a restart. */
  runningBrowsers: RunningBrowsers;
  openWeb(options: OpenWebOptions): Promise<RunningWeb>;
}

export interface OpenWebOptions {
  /** What a second start proves itself with. */
  instanceSecret: string;
  launchKeyTtlMs: number;
}

/** Builds the app from a checked configuration. Nothing happens yet, on disk or on the network. */
export function openApp(config: Config, { now = realTime }: { now?: () => Date } = {}): App {
  const log = new ApplicationLog({ paths: config.logPaths, now });
  const language = languageSetting(config);
  let issuance: Promise<Issuance> | undefined;
  let reminders: Promise<Reminders> | undefined;
  const app: App = {
    config,
    log,
    now,
    randomBytes,
    issuance: () => issuance ??= openIssuance(app),
    runningBrowsers,
    reminders: () => reminders ??= openReminders(app, language),
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
        options: { keepRunning: config.keepRunning, launchKeyTtlMs },
      });
    },
  };
  return app;
}

async function openIssuance({ config, log, now }: App): Promise<Issuance> {
  const [{ createIssuance }, { openKeystore }, { AuthorityClient }, { excludePlatformRoots }, { openHttp }] =
    await Promise.all([
      load<typeof import("./issuance/mod.ts")>(import.meta.resolve("./issuance/mod.ts")),
      load<typeof import("./keystore/mod.ts")>(import.meta.resolve("./keystore/mod.ts")),
      load<typeof import("./network/authority_client.ts")>(
        import.meta.resolve("./network/authority_client.ts"),
      ),
      load<typeof import("./network/trust_anchors.ts")>(import.meta.resolve("./network/trust_anchors.ts")),
      load<typeof import("./network/http.ts")>(import.meta.resolve("./network/http.ts")),
    ]);
  const { profile, stateFolder, version } = config;
  if (!excludePlatformRoots()) log.warn("trust-anchors.not-exclusive");
  return createIssuance({
    profile,
    client: new AuthorityClient({
      url: profile.authority.url,
      institution: profile.institution.code,
      client: { version, platform: currentOs() },
      send: openHttp(profile.authority.trustAnchors).send,
      now,
      randomBytes,
    }),
    keystore: openKeystore({
      os: currentOs(),
      kind: profile.keystore.kind,
      nssFolder: config.nssFolder,
      fileFolder: inFolder(stateFolder, "keystore"),
      temporaryFolder: inFolder(stateFolder, "tmp"),
      log,
      now,
      randomBytes,
    }),
    log,
    now,
    randomBytes,
    stateFolder,
  });
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
