/**
 * One HTTP exchange over pinned TLS, with limits on time and size, through a proxy where there is one. No
 * redirects, no cookies, no retries.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, concatBytes } from "../pki/bytes.ts";
import { Diagnosis, type ProxyHoldsUp } from "./diagnosis.ts";
import { networkFailure, TimeLimitError } from "./failures.ts";
import { NOBODY, type ProxyAuthenticator, type UsedCredentials } from "./proxy/authentication.ts";
import { Clients } from "./proxy/clients.ts";
import { resolveRoute } from "./proxy/settings.ts";
import type { ProxyRoute, ProxySettings } from "./proxy/types.ts";

/** What is sent. */
export interface HttpRequest {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** The caller's own reason to stop. */
  signal?: AbortSignal;
}

/** What came back, whole. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: Bytes;
}

/**
 * Sends one request.
 *
 * @throws {AppError} `authority/busy`, `network/untrusted-authority`, `network/inspected`,
 * `network/certificate-dates`, `network/unreadable-answer`, and `network/proxy-…` where one is on the way.
 * @throws {DOMException} `AbortError` if the caller's signal said so.
 */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

/** The part of `fetch` that is used. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** How long and how much, at most. */
export interface HttpLimits {
  /** From the start to the answer's first line: name, connection, TLS and the authority's work. */
  answerMs: number;
  /** Between two pieces of the answer's body. */
  idleMs: number;
  /** For all of it. */
  totalMs: number;
  /** Largest answer, in bytes. */
  answerBytes: number;
}

/** Issuing takes the authority well under a second; what takes 20 s has been lost on the way. */
export const HTTP_LIMITS: HttpLimits = {
  answerMs: 20_000,
  idleMs: 10_000,
  totalMs: 30_000,
  answerBytes: 256 * 1024,
};

/** The app's way out. */
export interface HttpTransport {
  send: SendHttp;
  /** Closes idle connections. */
  close(): void;
}

/** What the way out is made of. */
export interface HttpOptions {
  /** The profile's trust anchors. See `chooseRoots()` for why these are the only ones. */
  trustAnchorsPem: readonly string[];
  /** Straight ahead when left out. The environment's proxies count only where these settings say so. */
  proxy?: ProxySettings | undefined;
  /** Nobody can be asked when left out. */
  authentication?: Pick<ProxyAuthenticator, "credentialsFor" | "replace" | "accepted"> | undefined;
  limits?: Partial<HttpLimits> | undefined;
  /** Longest look at what a failure alone does not tell; 5 s when left out. */
  lookMs?: number | undefined;
}

/** A look takes a round trip or three; what takes longer is not worth a person's time. */
const LOOK_MS = 5_000;

/**
 * Opens the real transport. A request that a proxy holds up for its credentials waits for them, however long that
 * takes, and then goes on by itself: a CONNECT that was refused has carried nothing to the authority.
 *
 * @param options A bare list: these trust anchors, and no proxy.
 */
export function openHttp(options: HttpOptions | readonly string[]): HttpTransport {
  const all: HttpOptions = isList(options) ? { trustAnchorsPem: options } : options;
  const { trustAnchorsPem, proxy, authentication = NOBODY, limits = {}, lookMs = LOOK_MS } = all;
  const clients = new Clients(trustAnchorsPem);
  const diagnosis = new Diagnosis({ trustAnchorsPem, timeoutMs: lookMs });

  /** One try with the credentials of this moment. */
  async function exchangeBy(route: ProxyRoute, request: HttpRequest): Promise<HttpAnswer | ProxyAsks> {
    const used = route.kind === "proxy" ? authentication.credentialsFor(route) : NO_CREDENTIALS;
    try {
      const answer = await clients.use(
        route,
        used,
        (client) => exchange((url, init) => fetch(url, { ...init, client }), limits, request),
      );
      if (route.kind === "proxy") authentication.accepted(route, used);
      return answer;
    } catch (thrown) {
      request.signal?.throwIfAborted();
      const found = await diagnosis.find(thrown, { url: request.url, route, used, signal: request.signal });
      if (found instanceof AppError) throw found;
      return { ...found, used };
    }
  }

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    for (let mistakes = 0;;) {
      signal?.throwIfAborted();
      // Each time anew: a notebook may have come to another network while it waited.
      const route = proxy === undefined ? DIRECT : await resolveRoute(request.url, proxy);
      const answer = await exchangeBy(route, request);
      if (!("asks" in answer)) return answer;
      if (answer.schemes !== undefined) {
        await authentication.replace(answer.asks, answer.used, { schemes: answer.schemes, signal });
      } else if (++mistakes === MAX_MISTAKES) {
        const cause = new Error("the proxy asks for credentials, and then it does not");
        throw new AppError("network/proxy-unreachable", { proxy: answer.asks.address }, { cause });
      }
    }
  }

  return { send, close: () => clients.close() };
}

/** A proxy that held the request up, and what it had been shown. */
interface ProxyAsks extends ProxyHoldsUp {
  used: UsedCredentials;
}

const DIRECT: ProxyRoute = { kind: "direct" };
const NO_CREDENTIALS: UsedCredentials = { generation: 0, credentials: undefined };

/** So often may a proxy take back that it asked, in one request. */
const MAX_MISTAKES = 3;

function isList(options: HttpOptions | readonly string[]): options is readonly string[] {
  return Array.isArray(options);
}

/** {@link SendHttp} over anything like `fetch`. */
export function createSend(fetchLike: FetchLike, limits: Partial<HttpLimits> = {}): SendHttp {
  return async function send(request) {
    try {
      return await exchange(fetchLike, limits, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw networkFailure(error);
    }
  };
}

/** @throws Whatever went wrong, as it was thrown. */
async function exchange(
  fetchLike: FetchLike,
  limits: Partial<HttpLimits>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { answerMs, idleMs, totalMs, answerBytes } = { ...HTTP_LIMITS, ...limits };
  const clock = new Watch(totalMs, request.signal);
  try {
    clock.expect(answerMs);
    const response = await fetchLike(request.url, {
      method: request.method,
      headers: request.headers,
      signal: clock.signal,
      // A redirect would carry the token and the password to wherever it points.
      redirect: "manual",
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const body = await readBody(response, { answerBytes, onPiece: () => clock.expect(idleMs) });
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    throw clock.signal.aborted ? clock.signal.reason : error;
  } finally {
    clock.stop();
  }
}

async function readBody(
  response: Response,
  { answerBytes, onPiece }: { answerBytes: number; onPiece: () => void },
): Promise<Bytes> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  onPiece();
  // The declared length is a claim: only what arrives is counted. Leaving the loop cancels the stream.
  for await (const piece of response.body ?? []) {
    onPiece();
    length += piece.length;
    if (length > answerBytes) {
      throw new AppError("network/unreadable-answer", {}, { cause: new Error("answer too large") });
    }
    pieces.push(piece);
  }
  return concatBytes(pieces);
}

type Timer = ReturnType<typeof setTimeout>;

/** Aborts when the whole or the next event takes too long, or when the caller says so. */
class Watch {
  readonly #controller = new AbortController();
  readonly #total: Timer;
  readonly #outer: AbortSignal | undefined;
  #next: Timer | undefined;

  constructor(totalMs: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    outer?.throwIfAborted();
    outer?.addEventListener("abort", this.#abortWithOuter);
    this.#total = setTimeout(() => this.#timeOut("total", totalMs), totalMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The next event must come within this time. */
  expect(ms: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#timeOut("answer", ms), ms);
  }

  stop(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#next);
    this.#outer?.removeEventListener("abort", this.#abortWithOuter);
  }

  readonly #abortWithOuter = () => this.#controller.abort(this.#outer?.reason);

  #timeOut(what: string, ms: number): void {
    this.#controller.abort(new TimeLimitError(`${what} took longer than ${ms} ms`));
  }
}
