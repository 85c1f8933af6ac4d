/**
 * An authority for tests: real HTTPS, a real store in a temporary folder, a transient CA, a clock that can be moved.
 * Only tests and developer commands import it.
 *
 * @module
 */
import type { Log, LogFields } from "../log/log.ts";
import type { KeyAlgorithm } from "../protocol/messages.ts";
import { type AuthorityOptions, type RunningAuthority, startAuthority } from "./authority.ts";
import { type AuthorityConfig, authorityPaths, DEFAULT_CONFIG } from "./config.ts";
import { initAuthority } from "./init.ts";
import { createPasswords } from "./registration/passwords.ts";
import { normaliseReply } from "./registration/replies.ts";
import { openTokenVault } from "./registration/token_vault.ts";
import { insertToken } from "./registration/tokens.ts";
import type { SecurityQuestion, Store, TokenKind, User } from "./store/store.ts";

/** Hashes in a millisecond instead of 150. */
export const CHEAP_SCRYPT = { log2N: 8, r: 8, p: 1 } as const;

export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A clock that stands at the real time it was made, plus what it was moved by. */
export interface TestClock {
  readonly now: () => Date;
  advance(step: { days?: number; hours?: number; minutes?: number; seconds?: number }): void;
}

export function createTestClock(): TestClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    advance: (step) => {
      offsetMs += milliseconds(step);
    },
  };
}

/** A clock that only a test moves, in the middle of a minute: no one-time password changes by itself. */
export function createStillClock(): TestClock {
  let at = Math.floor(Date.now() / 60_000) * 60_000 + 10_000;
  return {
    now: () => new Date(at),
    advance: (step) => {
      at += milliseconds(step);
    },
  };
}

function milliseconds(
  { days = 0, hours = 0, minutes = 0, seconds = 0 }: Parameters<TestClock["advance"]>[0],
) {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** One record of {@link createTestLog}. */
export interface TestLogRecord {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

/** A log that keeps its records. */
export function createTestLog(records: TestLogRecord[] = [], shared: LogFields = {}): Log & {
  readonly records: readonly TestLogRecord[];
} {
  function add(level: string) {
    return (event: string, fields: LogFields = {}) => {
      records.push({ level, event, fields: { ...shared, ...fields } });
    };
  }
  return {
    records,
    info: add("info"),
    warn: add("warn"),
    error: add("error"),
    with: (fields) => createTestLog(records, { ...shared, ...fields }),
  };
}

export interface TestAuthorityOptions {
  /** Default P-256, which starts in no time. */
  readonly algorithm?: KeyAlgorithm;
  readonly config?: (config: AuthorityConfig) => AuthorityConfig;
  readonly start?: Partial<AuthorityOptions>;
  /** Default: the real time. */
  readonly clock?: TestClock;
}

/** A running authority with what a test needs beside it. */
export interface TestAuthority extends AsyncDisposable {
  /** Another one after {@link restart}. */
  readonly authority: RunningAuthority;
  readonly directory: string;
  readonly clock: TestClock;
  readonly log: ReturnType<typeof createTestLog>;
  /** For `fetch`: trusts the root and nothing else. */
  readonly client: Deno.HttpClient;
  /** Stops and starts again on the same directory; ports change. */
  restart(): Promise<void>;
}

/** Makes and starts an authority in a temporary folder, which goes with it. */
export async function startTestAuthority(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
  const directory = await Deno.makeTempDir({ prefix: "hakko-authority-" });
  const clock = options.clock ?? createTestClock();
  const log = createTestLog();
  const { rootPem } = await initAuthority({
    directory,
    algorithm: options.algorithm ?? "p256",
    config: (options.config ?? ((config) => config))(testConfig()),
    now: clock.now,
    randomBytes,
  });
  const client = Deno.createHttpClient({ caCerts: [rootPem] });
  function start(): Promise<RunningAuthority> {
    return startAuthority({
      directory,
      log,
      now: clock.now,
      randomBytes,
      sweepIntervalMs: 0,
      ...options.start,
    });
  }
  let authority = await start();
  return {
    get authority() {
      return authority;
    },
    directory,
    clock,
    log,
    client,
    async restart() {
      await authority.close();
      authority = await start();
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await authority.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function testConfig(): AuthorityConfig {
  const port = { port: 0 };
  return {
    ...DEFAULT_CONFIG,
    endpoints: { api: port, portal: port, certificateLogin: port, publication: port },
    registration: { ...DEFAULT_CONFIG.registration, scrypt: CHEAP_SCRYPT },
  };
}

/** A user whose password is `password`, with a cheap hash. */
export async function addTestUser(
  store: Store,
  user: Partial<User> & { loginId: string; password?: string },
): Promise<User> {
  const { password = "password", ...given } = user;
  const passwordHash = await createPasswords(CHEAP_SCRYPT, randomBytes).hash(password);
  const whole: User = {
    name: "山田 花子",
    company: "厚生商事株式会社",
    role: "user",
    steps: [],
    question: null,
    validityDays: null,
    isDisabled: false,
    createdAt: new Date(),
    passwordHash,
    ...given,
  };
  await store.write((transaction) => transaction.insertUser(whole));
  return whole;
}

/** What a person is asked and what they answer, as the store keeps it. */
export async function testQuestion(reply: string): Promise<SecurityQuestion> {
  const replyHash = await createPasswords(CHEAP_SCRYPT, randomBytes).hash(normaliseReply(reply));
  return { prompt: "ペットの名前は?", replyHash };
}

/** Registers one token of each of these kinds, all with one secret. */
export async function addTestTokens(
  { authority, directory, clock }: Pick<TestAuthority, "authority" | "directory"> & {
    clock: { now(): Date };
  },
  { loginId, kinds, secret }: {
    loginId: string;
    kinds: readonly TokenKind[];
    secret: Uint8Array<ArrayBuffer>;
  },
): Promise<void> {
  const vault = await openTokenVault(authorityPaths(directory).tokenKey, {
    randomBytes,
    hasTokens: () => authority.store.hasTokens(),
  });
  for (const kind of kinds) {
    const token = { loginId, kind, secret, registeredAt: clock.now() };
    await authority.store.write((transaction) => insertToken({ vault }, transaction, token));
  }
}
