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
import { inFolder } from "./platform/folders.ts";
import { currentOs } from "./platform/os.ts";
import { createPeerCheck } from "./platform/peer.ts";
import { type LanguageSetting, openWeb, type RunningWeb } from "./web/mod.ts";

/** The app's parts, each made on first use. */
export interface App {
  readonly config: Config;
  readonly log: ApplicationLog;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  issuance(): Promise<Issuance>;
  openWeb(options: OpenWebOptions): Promise<RunningWeb>;
}

export interface OpenWebOptions {
  /** What a second start proves itself with. */
  instanceSecret: string;
  launchKeyTtlMs: number;
}

/** Builds the app from a checked configuration. Nothing happens yet, on disk or on the network. */
export function openApp(config: Config): App {
  const log = new ApplicationLog({ paths: config.logPaths, now });
  let issuance: Promise<Issuance> | undefined;
  const app: App = {
    config,
    log,
    randomBytes,
    issuance: () => issuance ??= openIssuance(config, log),
    async openWeb({ instanceSecret, launchKeyTtlMs }) {
      const peerCheck = createPeerCheck();
      if (peerCheck === undefined) log.warn("peer-check.unavailable");
      return await openWeb({
        issuance: app.issuance,
        profile: () => Promise.resolve(config.profile),
        language: () => Promise.resolve(languageSetting(config)),
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

async function openIssuance(config: Config, log: ApplicationLog): Promise<Issuance> {
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

function now(): Date {
  return new Date();
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
