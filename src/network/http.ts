/**
 * One HTTP exchange over pinned TLS, with limits on time and size. No redirects, no cookies, no retries.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, concatBytes } from "../pki/bytes.ts";
import { networkFailure, TimeLimitError } from "./failures.ts";

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
 * @throws {AppError} `authority/busy`, `network/untrusted-authority`, `network/certificate-dates`,
 * `network/unreadable-answer`.
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

/**
 * Opens the real transport.
 *
 * Proxies plug in here: `Deno.createHttpClient` takes one beside the trust anchors.
 *
 * @param trustAnchorsPem The profile's trust anchors. See `excludePlatformRoots()` for why these are the only ones.
 */
export function openHttp(
  trustAnchorsPem: readonly string[],
  limits: Partial<HttpLimits> = {},
): HttpTransport {
  const client = Deno.createHttpClient({ caCerts: [...trustAnchorsPem], poolIdleTimeout: 15_000 });
  return {
    send: createSend((url, init) => fetch(url, { ...init, client }), limits),
    close: () => client.close(),
  };
}

/** {@link SendHttp} over anything like `fetch`. */
export function createSend(fetchLike: FetchLike, limits: Partial<HttpLimits> = {}): SendHttp {
  const { answerMs, idleMs, totalMs, answerBytes } = { ...HTTP_LIMITS, ...limits };
  return async function send(request) {
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
      request.signal?.throwIfAborted();
      throw networkFailure(clock.signal.aborted ? clock.signal.reason : error);
    } finally {
      clock.stop();
    }
  };
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
