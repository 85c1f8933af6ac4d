/**
 * Sessions of the bank's pages. The browser holds 256 random bits, the store their hash: a copy of the
 * database opens no session, and several processes may serve one.
 *
 * @module
 */
import { type Bytes, sha256, toHex, utf8 } from "../../pki/bytes.ts";

/** One logged-in browser, as the store keeps it. */
export interface SessionRow {
  /** SHA-256 of the token, 64 lowercase hex digits. */
  tokenHash: string;
  /** Serial number of the certificate that logged in, lowercase hex. */
  serial: string;
  loginId: string;
  createdAt: Date;
  seenAt: Date;
  /** The same person's login before this one. */
  previousLoginAt: Date | undefined;
}

/** Where sessions are kept; missing rows are no error. */
export interface SessionStore {
  insertSession(row: SessionRow): void | Promise<void>;
  findSession(tokenHash: string): SessionRow | undefined | Promise<SessionRow | undefined>;
  touchSession(tokenHash: string, seenAt: Date): void | Promise<void>;
  deleteSession(tokenHash: string): void | Promise<void>;
  /** When this login ID logged in last, in a session that may have ended since. */
  lastLoginAt(loginId: string): Date | undefined | Promise<Date | undefined>;
}

/** A session ends when nobody used it for so long … */
export const IDLE_MS = 15 * 60 * 1000;
/** … and when it is so old, whatever happens in it. */
export const LIFETIME_MS = 8 * 60 * 60 * 1000;
/** Writing down every single view would cost a commit each; this is exact enough. */
const TOUCH_EVERY_MS = 30 * 1000;

const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** What opening, finding and ending a session need. */
export interface SessionParts {
  sessions: SessionStore;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
}

/**
 * Opens a session under a token that nobody has seen before: one that the browser brought is never taken over
 * (session fixation).
 *
 * @returns The token for the cookie, 43 characters of base64url.
 */
export async function openSession(
  parts: SessionParts,
  holder: { serial: string; loginId: string },
): Promise<string> {
  const token = parts.randomBytes(TOKEN_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  const at = parts.now();
  await parts.sessions.insertSession({
    tokenHash: hash(token),
    serial: holder.serial,
    loginId: holder.loginId,
    createdAt: at,
    seenAt: at,
    previousLoginAt: await parts.sessions.lastLoginAt(holder.loginId),
  });
  return token;
}

/** The live session of a token; one that has run out is deleted and gone. */
export async function findSession(parts: SessionParts, token: string): Promise<SessionRow | undefined> {
  if (!TOKEN_SHAPE.test(token)) return undefined;
  const tokenHash = hash(token);
  const row = await parts.sessions.findSession(tokenHash);
  if (row === undefined) return undefined;
  const at = parts.now();
  if (at >= runsOutAt(row)) {
    await parts.sessions.deleteSession(tokenHash);
    return undefined;
  }
  if (at.getTime() - row.seenAt.getTime() >= TOUCH_EVERY_MS) {
    await parts.sessions.touchSession(tokenHash, at);
  }
  return row;
}

/** Ends a token's session, if it has one. */
export async function endSession(parts: SessionParts, token: string): Promise<void> {
  if (TOKEN_SHAPE.test(token)) await parts.sessions.deleteSession(hash(token));
}

function runsOutAt(row: SessionRow): Date {
  return new Date(Math.min(row.seenAt.getTime() + IDLE_MS, row.createdAt.getTime() + LIFETIME_MS));
}

function hash(token: string): string {
  return toHex(sha256(utf8(token)));
}
