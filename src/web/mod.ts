/**
 * The local web UI: one page in the user's own browser, served on 127.0.0.1 to nobody else.
 *
 * What this module imports is all that is loaded at start; pages, Hono, profile and engine come with the first
 * request that needs them.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import type { Profile } from "../profile.ts";
import { createAssets } from "./assets.ts";
import { createGate, type PageRequest } from "./gate.ts";
import { type PeerCheck, startGuard } from "./guard.ts";
import type { Issuance } from "./issuance_types.ts";
import { Lifetime } from "./lifetime.ts";
import type { ConnectionTimes } from "./limits.ts";
import type { LanguageSetting } from "./page_parts.ts";
import { base64url } from "./secrets.ts";
import { Sessions } from "./session.ts";
import { renderShell } from "./shell.ts";
import type { Walk } from "./walk.ts";

export type { LanguageSetting } from "./page_parts.ts";

/** All that the web UI is given. The three functions are called on first use, then once. */
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
  /** Where the socket's private folder is made; the OS's temporary folder. */
  temporaryFolder?: string | undefined;
}

/** The web UI while it runs. */
export interface RunningWeb {
  /** The TCP port on 127.0.0.1. */
  readonly port: number;
  /** The page's address with a fresh one-time key; a secret. */
  launchUrl(): string;
  /** Resolves when the web UI has ended, by itself or by {@link close}. */
  readonly closed: Promise<void>;
  /** Ends it: pages, connections, socket. A running issuance is not touched. */
  close(): Promise<void>;
}

/** Starts listening; the first page can be answered when this resolves. */
export async function openWeb(parts: WebParts): Promise<RunningWeb> {
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
  let pages: Promise<(request: PageRequest) => Promise<Response>> | undefined;
  async function loadPages() {
    const [{ createPages }, { Walk }, profile, language] = await Promise.all([
      import("./pages.ts"),
      import("./walk.ts"),
      parts.profile(),
      parts.language(),
    ]);
    const created = walk = new Walk(parts.issuance);
    return createPages({
      profile,
      language,
      version: parts.version,
      log,
      now,
      randomBytes,
      walk: created,
      issuance: () => created.issuance((error) => log.warn("web.resume-failed", { cause: String(error) })),
    });
  }

  const checkEveryMs = Math.min((options.closeAfterMs ?? 180_000) / 4, 15_000);
  const lifetime = new Lifetime({
    now,
    graceMs: options.closeAfterMs ?? 180_000,
    checkEveryMs,
    isBusy: () => walk?.running() !== undefined,
  });

  const launchUrl = () => `http://127.0.0.1:${port}/#k=${sessions.mintLaunchKey()}`;
  const inside = await openInside(options.temporaryFolder);
  const guardSecret = base64url(randomBytes(32));
  const gate = createGate({
    host: `127.0.0.1:${port}`,
    urlPrefix: `${inside.scheme}://127.0.0.1:${port}`,
    guardSecret,
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

  const stop = new AbortController();
  const server = inside.serve(gate, {
    signal: stop.signal,
    onError: async (error) => {
      log.error("web.failed", { cause: String(error) });
      return (await import("./refusal.ts")).refuse(500);
    },
  });
  const guard = startGuard({
    listener,
    connect: inside.connect,
    secret: guardSecret,
    peerCheck: parts.peerCheck,
    times: options.times,
    onRefused,
  });
  log.info("web.opened", { port });

  const { promise: closed, resolve: ended } = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    clearInterval(timer);
    stop.abort();
    await Promise.all([guard.close(), server.finished]);
    await inside.remove();
    log.info("web.closed", { refusals });
    ended();
  }
  const close = () => closing ??= shutDown();
  const timer = setInterval(() => {
    if (!options.keepRunning && lifetime.isOver()) void close();
  }, checkEveryMs);

  return { port, launchUrl, closed, close };
}

interface Inside {
  /** What `request.url` begins with. */
  scheme: "http" | "http+unix";
  serve(
    handler: (request: Request) => Promise<Response>,
    options: { signal: AbortSignal; onError: (error: unknown) => Promise<Response> },
  ): { finished: Promise<void> };
  connect: () => Promise<Deno.Conn>;
  remove(): Promise<void>;
}

/** Longest path of a Unix socket: 108 bytes with its final NUL on Linux. */
const MAX_SOCKET_PATH = 100;

/**
 * Where the HTTP server listens behind the guard: a Unix socket in a folder of this user's own. Where there is
 * none (Windows), a second port on 127.0.0.1, whose callers the gate refuses unless they know the guard's secret.
 */
async function openInside(temporaryFolder: string | undefined): Promise<Inside> {
  const folder = Deno.build.os === "windows"
    ? undefined
    : await Deno.makeTempDir({ prefix: "hakko-", ...(temporaryFolder ? { dir: temporaryFolder } : {}) });
  const path = `${folder}/web.sock`;
  if (folder !== undefined && path.length <= MAX_SOCKET_PATH) {
    return {
      scheme: "http+unix",
      serve: (handler, { signal, onError }) => Deno.serve({ path, signal, onError, onListen() {} }, handler),
      connect: () => Deno.connect({ transport: "unix", path }),
      remove: () => removeFolder(folder),
    };
  }
  const port = Promise.withResolvers<number>();
  return {
    scheme: "http",
    serve: (handler, { signal, onError }) =>
      Deno.serve(
        { hostname: "127.0.0.1", port: 0, signal, onError, onListen: (at) => port.resolve(at.port) },
        handler,
      ),
    connect: async () => Deno.connect({ hostname: "127.0.0.1", port: await port.promise }),
    remove: async () => {
      if (folder !== undefined) await removeFolder(folder);
    },
  };
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // the OS cleans its temporary folder
}
