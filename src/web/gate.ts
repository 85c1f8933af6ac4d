/**
 * The gate: every request of the local web UI passes these checks, in this order, before any page runs.
 *
 * Hostile pages in the user's browser can send requests here (CSRF), under a foreign name (DNS rebinding), or
 * from another port of this very address; other programs can send anything. So nothing is trusted by default:
 * a header that is missing counts as wrong.
 *
 * @module
 */
import type { Asset } from "./assets.ts";
import { type Fields, hasExactly, parseFields, readBody } from "./body.ts";
import { GUARD_HEADER } from "./head.ts";
import { MAX_TARGET_BYTES } from "./limits.ts";
import {
  ACTION_PATHS,
  ALIVE_PATH,
  LAUNCH_PATH,
  PAGE_PATHS,
  PROGRESS_PATH,
  SESSION_PATH,
  SHELL_PATH,
} from "./paths.ts";
import { type Refusal, refuse, SECURITY_HEADERS } from "./refusal.ts";
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
  /** What `request.url` begins with for an origin-form request, e.g. `http+unix://127.0.0.1:1234`. */
  urlPrefix: string;
  /** Only the guard knows it: nobody reaches the inner server around the guard. */
  guardSecret: string;
  shell: () => string;
  /** By exact path. */
  assets: ReadonlyMap<string, Asset>;
  sessions: Sessions;
  /** A second start of the app proves itself with it; without one there is no such endpoint. */
  instanceSecret: string | undefined;
  launchUrl: () => string;
  /** Answers pages, progress and actions. */
  pages: (request: PageRequest) => Promise<Response>;
  /** A number that changes when a page should reload itself. */
  revision: () => number;
  /** A live page was heard of. */
  onSeen: () => void;
  onRefused: (reason: string) => void;
}

type Handler = (request: Request, parts: GateParts) => Promise<Response> | Response;

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

/** Builds the gate. */
export function createGate(parts: GateParts): (request: Request) => Promise<Response> {
  const routes = new Map<string, { method: "GET" | "POST"; handle: Handler }>();
  routes.set(SHELL_PATH, { method: "GET", handle: shell });
  for (const path of parts.assets.keys()) routes.set(path, { method: "GET", handle: asset });
  routes.set(SESSION_PATH, { method: "POST", handle: openSession });
  routes.set(ALIVE_PATH, { method: "POST", handle: alive });
  routes.set(LAUNCH_PATH, { method: "POST", handle: launch });
  for (const path of [...Object.values(PAGE_PATHS), PROGRESS_PATH]) {
    routes.set(path, { method: "GET", handle: page });
  }
  for (const path of Object.values(ACTION_PATHS)) routes.set(path, { method: "POST", handle: action });

  return async function gate(request: Request): Promise<Response> {
    const path = addressedPath(request, parts);
    if (path === undefined) return no(parts, 403, "address");
    const { method } = request;
    if (method !== "GET" && method !== "POST") return no(parts, 403, "method");
    if (path.length > MAX_TARGET_BYTES) return no(parts, 414, "length");
    if (FOREIGN_HEADERS.some((name) => request.headers.has(name))) return no(parts, 400, "foreign header");
    const route = routes.get(path);
    if (route === undefined) return no(parts, 404, "path");
    if (route.method !== method) return no(parts, 405, "method");
    const response = await route.handle(request, parts);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    return response;
  };
}

/**
 * The request's path, if it is addressed to us: the raw Host header and the parsed URL must both be exactly
 * ours. Stops DNS rebinding, which arrives under the attacker's name, and absolute-form targets, which make
 * `request.url` and Host differ.
 */
function addressedPath(request: Request, parts: GateParts): string | undefined {
  if (!sameText(request.headers.get(GUARD_HEADER) ?? "", parts.guardSecret)) return undefined;
  if (request.headers.get("host") !== parts.host) return undefined;
  if (!request.url.startsWith(`${parts.urlPrefix}/`)) return undefined;
  return request.url.slice(parts.urlPrefix.length);
}

/** The page itself: typed, launched, or reloaded, as a whole tab; never framed, never linked from elsewhere. */
function shell({ headers }: Request, parts: GateParts): Response {
  const site = headers.get("sec-fetch-site");
  if (site !== "none" && site !== "same-origin") return no(parts, 403, "site");
  if (headers.get("sec-fetch-mode") !== "navigate" || headers.get("sec-fetch-dest") !== "document") {
    return no(parts, 403, "mode");
  }
  if (headers.has("origin")) return no(parts, 403, "origin");
  return new Response(parts.shell(), { headers: { "content-type": "text/html; charset=utf-8" } });
}

async function asset(request: Request, parts: GateParts): Promise<Response> {
  const found = parts.assets.get(addressedPath(request, parts)!)!;
  const refusal = fromOwnPage(request, parts, found.destination);
  if (refusal !== undefined) return refusal;
  return new Response(await found.text(), { headers: { "content-type": found.type } });
}

async function openSession(request: Request, parts: GateParts): Promise<Response> {
  const fields = await postedFields(request, parts);
  if (fields instanceof Response) return fields;
  if (!hasExactly(fields, ["nonce", "mac"])) return no(parts, 400, "body");
  const opened = await parts.sessions.open(fields.nonce, fields.mac);
  if (opened === "slow-down") return no(parts, 429, "rate", "slow-down");
  if (typeof opened === "string") return no(parts, 403, `launch key ${opened}`, opened);
  parts.onSeen();
  return Response.json(opened);
}

async function alive(request: Request, parts: GateParts): Promise<Response> {
  const fields = await postedFields(request, parts);
  if (fields instanceof Response) return fields;
  const session = liveSession(request, parts);
  if (session instanceof Response) return session;
  if (!hasExactly(fields, ["nonce", "active"]) || !isNonce(fields.nonce)) return no(parts, 400, "body");
  // A beating page is not a person: only what the person did counts against the idle time.
  if (fields.active === "yes") parts.sessions.touch(session);
  return Response.json({
    proof: await parts.sessions.prove(session, fields.nonce),
    revision: parts.revision(),
  });
}

async function page(request: Request, parts: GateParts): Promise<Response> {
  const refusal = fromOwnPage(request, parts, "empty");
  if (refusal !== undefined) return refusal;
  const session = liveSession(request, parts);
  if (session instanceof Response) return session;
  const path = addressedPath(request, parts)!;
  if (path !== PROGRESS_PATH) parts.sessions.touch(session);
  return await parts.pages({ method: "GET", path, fields: {} });
}

async function action(request: Request, parts: GateParts): Promise<Response> {
  const fields = await postedFields(request, parts);
  if (fields instanceof Response) return fields;
  const session = liveSession(request, parts);
  if (session instanceof Response) return session;
  parts.sessions.touch(session);
  return await parts.pages({ method: "POST", path: addressedPath(request, parts)!, fields });
}

/** A second start of the app asks for a fresh launch URL. Whatever a browser would add is refused. */
async function launch({ headers, body }: Request, parts: GateParts): Promise<Response> {
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
  const posted = await readBody(new Request("http://body", { method: "POST", body }));
  if (posted === undefined || !hasExactly(parseFields(posted) ?? { no: "" }, [])) {
    return no(parts, 400, "body");
  }
  parts.onSeen();
  return Response.json({ url: parts.launchUrl() });
}

/**
 * Origin and Fetch Metadata (W3C) of a request that our own page made. Without `Sec-Fetch-Site` there is no
 * answer: browsers leave it out exactly where an attacker wants it left out (rebinding, 0.0.0.0, WebSocket).
 */
function fromOwnPage(
  { method, headers }: Request,
  parts: GateParts,
  destination: string,
): Response | undefined {
  const origin = headers.get("origin");
  if (method === "GET" ? origin !== null && !isOwn(origin, parts) : !isOwn(origin, parts)) {
    return no(parts, 403, "origin");
  }
  if (headers.get("sec-fetch-site") !== "same-origin") return no(parts, 403, "site");
  const mode = headers.get("sec-fetch-mode");
  const modes = destination === "empty" ? ["cors", "same-origin"] : ["no-cors", "cors"];
  if (mode === null || !modes.includes(mode)) return no(parts, 403, "mode");
  if (headers.get("sec-fetch-dest") !== destination) return no(parts, 403, "destination");
  return undefined;
}

function isOwn(origin: string | null, parts: GateParts): boolean {
  return origin === `http://${parts.host}`;
}

async function postedFields(request: Request, parts: GateParts): Promise<Fields | Response> {
  const refusal = fromOwnPage(request, parts, "empty");
  if (refusal !== undefined) return refusal;
  // Exactly this type: the simple types of a form need no preflight, and so prove nothing.
  if (request.headers.get("content-type") !== "application/json") return no(parts, 415, "content type");
  const body = await readBody(request);
  if (body === undefined) return no(parts, 413, "body");
  return parseFields(body) ?? no(parts, 400, "body");
}

function liveSession(request: Request, parts: GateParts): Session | Response {
  const found = parts.sessions.find(request.headers.get("x-app-session"));
  if (found.state === "slow-down") return no(parts, 429, "rate", "slow-down");
  if (found.state !== "live") return no(parts, 403, `session ${found.state}`, found.state);
  parts.onSeen();
  return found.session;
}

function no(parts: GateParts, status: number, reason: string, refusal: Refusal = "refused"): Response {
  parts.onRefused(reason);
  return refuse(status, refusal);
}
