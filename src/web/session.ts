/**
 * Who may use the local web UI: the page that was opened with a launch key.
 *
 * The key (128 bit) travels in the URL's fragment, which no browser sends. The page never sends it either: it
 * proves that it has it, and the app proves the same back, so that another program that took over the port of
 * an ended app learns nothing and cannot pose as the app. The session's token (256 bit) travels in a header,
 * never in a cookie: cookies are shared between all ports of 127.0.0.1.
 *
 * @module
 */
import { Bucket } from "./bucket.ts";
import { base64url, hmac, sameText } from "./secrets.ts";

/** Sessions of one app at a time; a further one ends the oldest. */
const MAX_SESSIONS = 8;
/** Ended sessions that are remembered, so that their pages can say why. */
const MAX_ENDED = 16;
/** Launch keys that wait for a page. */
const MAX_KEYS = 8;

/** 16 bytes and 32 bytes in base64url without padding. */
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const MAC = /^[A-Za-z0-9_-]{43}$/;

export interface SessionsOptions {
  now: () => Date;
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** How long a launch key waits for its page. */
  launchKeyTtlMs: number;
  /** How long a page may stay untouched. */
  idleMs: number;
  /** Requests of one session. */
  rate: { burst: number; perSecond: number };
}

/** One page's right to use the app. */
export interface Session {
  readonly token: string;
  readonly key: string;
  readonly bucket: Bucket;
  lastActive: number;
}

/** What a token is worth now. */
export type Found =
  | { state: "live"; session: Session }
  | { state: "slow-down" }
  | { state: "refused" | "expired" | "reused" };

/** Answer to a page that proved its launch key. */
export type Opened = { token: string; proof: string } | "refused" | "reused" | "slow-down";

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #keys = new Map<string, { expiresAt: number }>();
  readonly #live = new Set<Session>();
  readonly #ended: { token: string; key: string; reason: "expired" | "reused" }[] = [];
  readonly #openings: Bucket;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#openings = new Bucket({ burst: 20, perSecond: 2, now: options.now });
  }

  /** A fresh one-time key: 22 characters of base64url. */
  mintLaunchKey(): string {
    const now = this.#options.now().getTime();
    for (const [key, { expiresAt }] of this.#keys) {
      if (expiresAt < now || this.#keys.size >= MAX_KEYS) this.#keys.delete(key);
    }
    const key = base64url(this.#options.randomBytes(16));
    this.#keys.set(key, { expiresAt: now + this.#options.launchKeyTtlMs });
    return key;
  }

  /**
   * Exchanges a launch key for a session.
   *
   * @param nonce The page's 16 random bytes, base64url.
   * @param mac HMAC-SHA256(key, `page|` + nonce), base64url.
   * @returns The token, and HMAC-SHA256(key, `app|` + nonce) as the app's own proof. A key that comes a second
   *   time was seen by somebody else: its session ends, whoever of the two holds it.
   */
  async open(nonce: string, mac: string): Promise<Opened> {
    if (!this.#openings.take()) return "slow-down";
    if (!NONCE.test(nonce) || !MAC.test(mac)) return "refused";
    const message = `page|${nonce}`;
    // HMACs are awaited before anything is decided: two uses of one key at the same moment must not both win.
    const known = [
      ...this.#keys.keys(),
      ...[...this.#live].map((s) => s.key),
      ...this.#ended.map((e) => e.key),
    ];
    const macs = await Promise.all(known.map(async (key) => [key, await hmac(key, message)] as const));
    const key = macs.find(([, expected]) => sameText(expected, mac))?.[0];
    if (key === undefined) return "refused";
    const proof = await hmac(key, `app|${nonce}`);

    const waiting = this.#keys.get(key);
    if (waiting === undefined) {
      for (const session of this.#live) if (session.key === key) this.#end(session, "reused");
      return "reused";
    }
    this.#keys.delete(key);
    const now = this.#options.now().getTime();
    if (waiting.expiresAt < now) return "refused";
    for (const oldest of this.#live) if (this.#live.size >= MAX_SESSIONS) this.#end(oldest, "expired");
    const session: Session = {
      token: base64url(this.#options.randomBytes(32)),
      key,
      bucket: new Bucket({ ...this.#options.rate, now: this.#options.now }),
      lastActive: now,
    };
    this.#live.add(session);
    return { token: session.token, proof };
  }

  /** Looks a token up, in constant time for each known one. */
  find(token: string | undefined): Found {
    this.#expire();
    if (token === undefined || !MAC.test(token)) return { state: "refused" };
    let found: Session | undefined;
    for (const session of this.#live) if (sameText(session.token, token)) found = session;
    if (found !== undefined) {
      return found.bucket.take() ? { state: "live", session: found } : { state: "slow-down" };
    }
    return { state: this.#ended.find((ended) => sameText(ended.token, token))?.reason ?? "refused" };
  }

  /** The person did something: the idle time starts again. */
  touch(session: Session): void {
    session.lastActive = this.#options.now().getTime();
  }

  /** HMAC-SHA256(key, `alive|` + nonce): the app behind this port is still the one that opened the session. */
  prove(session: Session, nonce: string): Promise<string> {
    return hmac(session.key, `alive|${nonce}`);
  }

  #expire(): void {
    const now = this.#options.now().getTime();
    for (const session of this.#live) {
      session.lastActive = Math.min(session.lastActive, now); // a clock set back must not keep a page open
      if (now - session.lastActive >= this.#options.idleMs) this.#end(session, "expired");
    }
  }

  #end(session: Session, reason: "expired" | "reused"): void {
    this.#live.delete(session);
    this.#ended.push({ token: session.token, key: session.key, reason });
    if (this.#ended.length > MAX_ENDED) this.#ended.shift();
  }
}

/** Whether a text is 16 bytes of base64url. */
export function isNonce(text: string): boolean {
  return NONCE.test(text);
}
