/**
 * The gate: every request of the local web UI passes these checks, in this order, before any page runs.
 *
 * Hostile pages in the user's browser can send requests here (CSRF), under a foreign name (DNS rebinding), or
 * from another port of this very address; other programs can send anything. So nothing is trusted by default:
 * a header that is missing counts as wrong.
 *
 * @module
 */
import { type Answer, json, type Refusal, refuse, type UiRequest } from "./answer.ts";
import type { Asset } from "./assets.ts";
import { type Fields, hasExactly, parseFields } from "./body.ts";
import { MAX_TARGET_BYTES } from "./limits.ts";
import {
  ACTION_PATHS,
  ALIVE_PATH,
  HELP_PROGRESS_PATH,
  LAUNCH_PATH,
  PAGE_PATHS,
  PROGRESS_PATH,
  SESSION_PATH,
  SHELL_PATH,
} from "./paths.ts";
import { sameText } from "./secrets.ts";
import { isNonce, type Session, type Sessions } from "./session.ts";

/** A request that passed: from a live session's page, its body read. */
export interface PageRequest {
  method: "GET" | "POST";
  path: string;
  /** Empty for GET. */
  fields: Fields;
}

export interface GateParts {
  /** `127.0.0.1:port`, as browsers send it. */
  host: string;
  shell: () => string;
  /** By exact path. */
  assets: ReadonlyMap<string, Asset>;
  sessions: Sessions;
  /** A second start of the app proves itself with it; without one there is no such endpoint. */
  instanceSecret: string | undefined;
  launchUrl: () => string;
  /** Answers pages, progress and actions. */
  pages: (request: PageRequest) => Promise<Answer>;
  /** A number that changes when a page should reload itself. */
  revision: () => number;
  /** A live page was heard of. */
  onSeen: () => void;
  onRefused: (reason: string) => void;
}

type Handler = (request: UiRequest, parts: GateParts) => Promise<Answer> | Answer;

/** Headers that our page never causes a browser to send; each stands for an attempt to be taken for another request. */
const FOREIGN_HEADERS = [
  "forwarded",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
  "upgrade",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-real-ip",
  "x-rewrite-url",
];

/** A page asks here by itself, so that nothing of it says that a person is there. */
const PROGRESS_PATHS: readonly string[] = [PROGRESS_PATH, HELP_PROGRESS_PATH];

/** Builds the gate. */
export function createGate(parts: GateParts): (request: UiRequest) => Promise<Answer> {
  const routes = new Map<string, { method: "GET" | "POST"; handle: Handler }>();
  routes.set(SHELL_PATH, { method: "GET", handle: shell });
  for (const path of parts.assets.keys()) routes.set(path, { method: "GET", handle: asset });
  routes.set(SESSION_PATH, { method: "POST", handle: openSession });
  routes.set(ALIVE_PATH, { method: "POST", handle: alive });
  routes.set(LAUNCH_PATH, { method: "POST", handle: launch });
  for (const path of [...Object.values(PAGE_PATHS), ...PROGRESS_PATHS]) {
    routes.set(path, { method: "GET", handle: page });
  }
  for (const path of Object.values(ACTION_PATHS)) routes.set(path, { method: "POST", handle: action });

  return async function gate(request: UiRequest): Promise<Answer> {
    const { method, target, headers } = request;
    // Again, although the server has looked already: nothing behind this line may depend on that.
    if (headers.get("host") !== parts.host) return no(parts, 403, "host");
    if (method !== "GET" && method !== "POST") return no(parts, 403, "method");
    if (target.length > MAX_TARGET_BYTES) return no(parts, 414, "length");
    if (FOREIGN_HEADERS.some((name) => headers.has(name))) return no(parts, 400, "foreign header");
    // One exact look-up: no query, no parameter, no normalising, so nothing to traverse or to confuse.
    const route = routes.get(target);
    if (route === undefined) return no(parts, 404, "path");
    if (route.method !== method) return no(parts, 405, "method");
    return await route.handle(request, parts);
  };
}

/** The page itself: typed, launched, or reloaded, as a whole tab; never framed, never linked from elsewhere. */
function shell({ headers }: UiRequest, parts: GateParts): Answer {
  const site = headers.get("sec-fetch-site");
  if (site !== "none" && site !== "same-origin") return no(parts, 403, "site");
  if (headers.get("sec-fetch-mode") !== "navigate" || headers.get("sec-fetch-dest") !== "document") {
    return no(parts, 403, "mode");
  }
  if (headers.has("origin")) return no(parts, 403, "origin");
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: parts.shell() };
}

async function asset(request: UiRequest, parts: GateParts): Promise<Answer> {
  const { destination, type, text } = parts.assets.get(request.target)!;
  const refusal = fromOwnPage(request, parts, destination);
  if (refusal !== undefined) return refusal;
  return { status: 200, headers: { "content-type": type }, body: await text() };
}

async function openSession(request: UiRequest, parts: GateParts): Promise<Answer> {
  const { fields, refusal } = postedFields(request, parts);
  if (fields === undefined) return refusal;
  if (!hasExactly(fields, ["nonce", "mac"])) return no(parts, 400, "body");
  const opened = await parts.sessions.open(fields.nonce, fields.mac);
  if (opened === "slow-down") return no(parts, 429, "rate", "slow-down");
  if (typeof opened === "string") return no(parts, 403, `launch key ${opened}`, opened);
  parts.onSeen();
  return json(opened);
}

async function alive(request: UiRequest, parts: GateParts): Promise<Answer> {
  const { fields, refusal } = postedFields(request, parts);
  if (fields === undefined) return refusal;
  const { session, refused } = liveSession(request, parts);
  if (session === undefined) return refused;
  if (!hasExactly(fields, ["nonce", "active"]) || !isNonce(fields.nonce)) return no(parts, 400, "body");
  // A beating page is not a person: only what the person did counts against the idle time.
  if (fields.active === "yes") parts.sessions.touch(session);
  return json({ proof: await parts.sessions.prove(session, fields.nonce), revision: parts.revision() });
}

async function page(request: UiRequest, parts: GateParts): Promise<Answer> {
  const refusal = fromOwnPage(request, parts, "empty");
  if (refusal !== undefined) return refusal;
  const { session, refused } = liveSession(request, parts);
  if (session === undefined) return refused;
  if (!PROGRESS_PATHS.includes(request.target)) parts.sessions.touch(session);
  return await parts.pages({ method: "GET", path: request.target, fields: {} });
}

async function action(request: UiRequest, parts: GateParts): Promise<Answer> {
  const { fields, refusal } = postedFields(request, parts);
  if (fields === undefined) return refusal;
  const { session, refused } = liveSession(request, parts);
  if (session === undefined) return refused;
  parts.sessions.touch(session);
  return await parts.pages({ method: "POST", path: request.target, fields });
}

/** A second start of the app asks for a fresh launch URL. Whatever a browser would add is refused. */
function launch({ headers, body }: UiRequest, parts: GateParts): Answer {
  const fromBrowser = [...headers.keys()].some((name) =>
    name === "origin" || name === "referer" || name === "cookie" || name === "x-app-session" ||
    name.startsWith("sec-")
  );
  if (fromBrowser) return no(parts, 403, "launch from a browser");
  const { instanceSecret } = parts;
  if (instanceSecret === undefined || !sameText(headers.get("x-app-instance") ?? "", instanceSecret)) {
    return no(parts, 403, "launch secret");
  }
  if (headers.get("content-type") !== "application/json") return no(parts, 415, "content type");
  const fields = parseFields(body);
  if (fields === undefined || !hasExactly(fields, [])) return no(parts, 400, "body");
  parts.onSeen();
  return json({ url: parts.launchUrl() });
}

/**
 * Origin and Fetch Metadata (W3C) of a request that our own page made. Without `Sec-Fetch-Site` there is no
 * answer: browsers leave it out exactly where an attacker wants it left out (rebinding, 0.0.0.0, WebSocket).
 */
function fromOwnPage(
  { method, headers }: UiRequest,
  parts: GateParts,
  destination: string,
): Answer | undefined {
  const origin = headers.get("origin");
  const isOriginRight = origin === undefined ? method === "GET" : origin === `http://${parts.host}`;
  if (!isOriginRight) return no(parts, 403, "origin");
  if (headers.get("sec-fetch-site") !== "same-origin") return no(parts, 403, "site");
  const modes = destination === "empty" ? ["cors", "same-origin"] : ["no-cors", "cors"];
  if (!modes.includes(headers.get("sec-fetch-mode") ?? "")) return no(parts, 403, "mode");
  if (headers.get("sec-fetch-dest") !== destination) return no(parts, 403, "destination");
  return undefined;
}

type Posted = { fields: Fields; refusal?: never } | { fields?: never; refusal: Answer };

function postedFields(request: UiRequest, parts: GateParts): Posted {
  const refusal = fromOwnPage(request, parts, "empty");
  if (refusal !== undefined) return { refusal };
  // Exactly this type: the simple types of a form need no preflight, and so prove nothing.
  if (request.headers.get("content-type") !== "application/json") {
    return { refusal: no(parts, 415, "content type") };
  }
  const fields = parseFields(request.body);
  return fields === undefined ? { refusal: no(parts, 400, "body") } : { fields };
}

type Live = { session: Session; refused?: never } | { session?: never; refused: Answer };

function liveSession({ headers }: UiRequest, parts: GateParts): Live {
  const found = parts.sessions.find(headers.get("x-app-session"));
  if (found.state === "slow-down") return { refused: no(parts, 429, "rate", "slow-down") };
  if (found.state !== "live") {
    return { refused: no(parts, 403, `session ${found.state}`, found.state) };
  }
  parts.onSeen();
  return { session: found.session };
}

function no(parts: GateParts, status: number, reason: string, refusal: Refusal = "refused"): Answer {
  parts.onRefused(reason);
  return refuse(status, refusal);
}
