/**
 * The local web UI: one page in the user's own browser, served on 127.0.0.1 to nobody else.
 *
 * What this module imports is all that is loaded at start; pages, Hono, profile and engine come with the first
 * request that needs them.
 *
 * @module
 */
import type { Doctor, SupportBundle } from "../doctor/types.ts";
import { load } from "../lazy.ts";
import type { Log } from "../log/log.ts";
import type { Profile } from "../profile.ts";
import type { Reminders } from "../reminder/types.ts";
import { createAssets } from "./assets.ts";
import type { Answer } from "./answer.ts";
import { createGate, type PageRequest } from "./gate.ts";
import type { Issuance } from "../issuance/mod.ts";
import type { ProxyAuthentication } from "../network/proxy/types.ts";
import { Lifetime } from "./lifetime.ts";
import { CONNECTION_TIMES, type ConnectionTimes } from "./limits.ts";
import type { LanguageSetting, RunningBrowsers } from "./page_parts.ts";
import { type PeerCheck, startServer } from "./server.ts";
import { Sessions } from "./session.ts";
import { renderShell } from "./shell.ts";
import type { Walk } from "./walk.ts";

export type { LanguageSetting, RunningBrowsers } from "./page_parts.ts";

/** All that the web UI is given. The functions `issuance`, `profile` and `language` are called on first use, then once. */
export interface WebParts {
  issuance: () => Promise<Issuance>;
  profile: () => Promise<Profile>;
  language: () => Promise<LanguageSetting>;
  log: Log;
  now: () => Date;
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  version: string;
  /** Whether the process at the other end of a connection belongs to this OS user. */
  peerCheck?: PeerCheck | undefined;
  /** What a second start of the app proves itself with, see `instance.ts`; 43 characters of base64url. */
  instanceSecret?: string | undefined;
  /** For the result page: `createRunningBrowsers()` of `src/platform/running_browsers.ts`. Without it none is named. */
  runningBrowsers?: RunningBrowsers | undefined;
  /** The daily check and the calendar file; called on first use. Without it the pages say nothing of reminders. */
  reminders?: (() => Promise<Reminders>) | undefined;
  /** The checks of 困ったときは; called with its first page. Without it there are none. */
  doctor?: (() => Promise<Doctor>) | undefined;
  /** Makes the file for the support desk, afresh each time. Without it there is none. */
  supportBundle?: (() => Promise<SupportBundle>) | undefined;
  /** Where requests wait while a proxy wants a name and a password: the page asks for them. Without it none does. */
  proxyAuthentication?: ProxyAuthentication | undefined;
  options?: WebOptions | undefined;
}

export interface WebOptions {
  /** Never ends by itself. */
  keepRunning?: boolean | undefined;
  /** How long a launch URL waits for the browser; 30 s. */
  launchKeyTtlMs?: number | undefined;
  /** How long a page may stay untouched; 5 min. */
  idleMs?: number | undefined;
  /** How long after its last page the app ends; 3 min, because hidden tabs beat once a minute. */
  closeAfterMs?: number | undefined;
  /** Requests of one session. */
  rate?: { burst: number; perSecond: number } | undefined;
  times?: Partial<ConnectionTimes> | undefined;
}

/** The web UI while it runs. */
export interface RunningWeb {
  /** The TCP port on 127.0.0.1. */
  readonly port: number;
  /** The page's address with a fresh one-time key; a secret. */
  launchUrl(): string;
  /** Resolves when the web UI has ended, by itself or by {@link close}. */
  readonly closed: Promise<void>;
  /** Ends it: pages, connections, socket. A running issuance is not touched, unless it waits for a proxy's password. */
  close(): Promise<void>;
}

/** Starts listening; the first page can be answered when this resolves. */
export function openWeb(parts: WebParts): Promise<RunningWeb> {
  const options = parts.options ?? {};
  const { now, randomBytes, log } = parts;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const sessions = new Sessions({
    now,
    randomBytes,
    launchKeyTtlMs: options.launchKeyTtlMs ?? 30_000,
    idleMs: options.idleMs ?? 300_000,
    rate: options.rate ?? { burst: 60, perSecond: 20 },
  });

  let walk: Walk | undefined;
  let pages: Promise<(request: PageRequest) => Promise<Answer>> | undefined;
  async function loadPages() {
    const [{ createPages }, { Walk }, profile, language] = await Promise.all([
      load<typeof import("./pages.ts")>(import.meta.resolve("./pages.ts")),
      load<typeof import("./walk.ts")>(import.meta.resolve("./walk.ts")),
      parts.profile(),
      parts.language(),
    ]);
    const created = walk = new Walk(parts.issuance, parts.proxyAuthentication);
    return createPages({
      profile,
      language,
      version: parts.version,
      log,
      now,
      randomBytes,
      walk: created,
      issuance: () => created.issuance((error) => log.warn("web.resume-failed", { cause: String(error) })),
      runningBrowsers: parts.runningBrowsers,
      reminders: parts.reminders,
      doctor: parts.doctor,
      supportBundle: parts.supportBundle,
      proxyAuthentication: parts.proxyAuthentication,
    });
  }

  const closeAfterMs = options.closeAfterMs ?? 180_000;
  const tickMs = Math.min(closeAfterMs, options.times?.requestMs ?? CONNECTION_TIMES.requestMs) / 4;
  const lifetime = new Lifetime({
    now,
    graceMs: closeAfterMs,
    checkEveryMs: tickMs,
    isBusy: () => walk?.isBusy() ?? false,
  });

  const launchUrl = () => `http://127.0.0.1:${port}/#k=${sessions.mintLaunchKey()}`;
  const gate = createGate({
    host: `127.0.0.1:${port}`,
    shell: renderShell,
    assets: createAssets(parts.profile),
    sessions,
    instanceSecret: parts.instanceSecret,
    launchUrl,
    pages: async (request) => {
      pages ??= loadPages();
      pages.catch(() => pages = undefined); // the next request tries again
      return await (await pages)(request);
    },
    revision: () => walk?.revision ?? 0,
    onSeen: () => lifetime.seen(),
    onRefused,
  });
  let refusals = 0;
  function onRefused(reason: string): void {
    // Enough to see an attack, not enough to fill the disk.
    if (++refusals <= 100) log.warn("web.refused", { reason, count: refusals });
  }

  const server = startServer({
    listener,
    answer: gate,
    peerCheck: parts.peerCheck,
    times: options.times,
    onRefused,
    onError: (error) => log.error("web.failed", { cause: String(error) }),
  });
  log.info("web.opened", { port });

  const { promise: closed, resolve: ended } = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    // Nobody will answer any more: what waits for the proxy ends as it ends without a network.
    parts.proxyAuthentication?.cancel();
    await server.close();
    log.info("web.closed", { refusals });
    ended();
  }
  const close = () => closing ??= shutDown();

  // One clock for all limits. Not `setInterval`: the first ordinary timer of a process costs 4 ms and 4 MiB.
  function tick(): void {
    if (closing !== undefined) return;
    server.sweep();
    if (!options.keepRunning && lifetime.isOver()) void close();
    else AbortSignal.timeout(tickMs).onabort = tick;
  }
  AbortSignal.timeout(tickMs).onabort = tick;

  return Promise.resolve({ port, launchUrl, closed, close });
}
