/**
 * The real authority with its bank pages in this process, in a temporary folder, on ports of its own and with a
 * clock that tests move. Certificates come the way the app gets them: through the API over TLS.
 *
 * @module
 */
import { type RunningAuthority, startAuthority } from "../../src/authority/authority.ts";
import { type AuthorityConfig, DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { initAuthority } from "../../src/authority/init.ts";
import { createPasswords } from "../../src/authority/registration/passwords.ts";
import { revoke } from "../../src/authority/revocation.ts";
import type { User } from "../../src/authority/store/store.ts";
import { AuthorityClient } from "../../src/network/authority_client.ts";
import { openHttp } from "../../src/network/http.ts";
import { type Bytes, sha256, toHex } from "../../src/pki/bytes.ts";
import { createSignedData } from "../../src/pki/cms.ts";
import { createCsr } from "../../src/pki/csr.ts";
import { generateKeyPair, type KeyPair } from "../../src/pki/keys.ts";
import { encodePem } from "../../src/pki/pem.ts";
import { confirmationContent, type KeyAlgorithm } from "../../src/protocol/messages.ts";
import { createMemoryLog, type MemoryLog } from "./memory_log.ts";

/** A user and the password that the store has only a hash of. */
export interface TestAccount {
  loginId: string;
  password: string;
  name: string;
  company: string;
}

/** A certificate with its key, as a client holds them. */
export interface TestCredential {
  serial: string;
  keyPair: KeyPair;
  certificateDer: Bytes;
  /** Issuing CA, then root. */
  chainDer: Bytes[];
  certificatePem: string;
  keyPem: string;
}

/** What an authority starts with. */
export interface DemoAuthorityOptions {
  /** Changes to the default configuration; password hashes are cheap in any case. */
  config?: (config: AuthorityConfig) => AuthorityConfig;
}

/** A running authority; `await using` ends it and removes its folder. */
export interface DemoAuthority extends AsyncDisposable {
  readonly authority: RunningAuthority;
  readonly directory: string;
  readonly log: MemoryLog;
  /** The authority's time: the real one until a test moves it. */
  readonly clock: { moveDays(days: number): void; now(): Date };
  /** Speaks to the API over TLS that trusts this authority's root only beside the platform's. */
  readonly client: AuthorityClient;
  /** Adds a user who demands a password. */
  addAccount(changes?: Partial<User>): Promise<TestAccount>;
  changeAccount(account: Pick<TestAccount, "loginId">, changes: Partial<User>): Promise<void>;
  /** Gets a certificate with a fresh key. Default: P-256, confirmed. */
  acquire(
    account: TestAccount,
    options?: { algorithm?: KeyAlgorithm; isConfirmed?: boolean },
  ): Promise<TestCredential>;
  revoke(serial: string): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Makes an authority and starts it. */
export async function startDemoAuthority(options: DemoAuthorityOptions = {}): Promise<DemoAuthority> {
  await using made = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "hakko-authority-" });
  made.defer(() => Deno.remove(directory, { recursive: true }));
  const log = createMemoryLog();
  let movedMs = 0;
  function now(): Date {
    return new Date(Date.now() + movedMs);
  }
  const config = testConfig(options.config);
  await initAuthority({ directory, config, algorithm: "p256", now, randomBytes });
  const ports = { api: 0, portal: 0, certificateLogin: 0, publication: 0 };
  const authority = made.use(
    await startAuthority({ directory, ports, log, now, randomBytes, sweepIntervalMs: 0 }),
  );
  const http = openHttp([authority.rootPem]);
  made.defer(() => http.close());
  const client = new AuthorityClient({
    url: authority.urls.api,
    institution: config.institution.code,
    client: { version: "0.0.0", platform: "test" },
    send: http.send,
    now,
    randomBytes,
  });
  const passwords = createPasswords(config.registration.scrypt, randomBytes);
  let accounts = 0;
  const kept = made.move();
  return {
    authority,
    directory,
    log,
    client,
    clock: { now, moveDays: (days) => movedMs += days * DAY_MS },
    async addAccount(changes = {}) {
      const password = `pass-${toHex(randomBytes(4))}`;
      const user: User = {
        loginId: `user${String(++accounts).padStart(4, "0")}`,
        name: "山田 花子",
        company: "株式会社みらい商事",
        role: "user",
        passwordHash: await passwords.hash(password),
        steps: ["password"],
        question: null,
        validityDays: null,
        isDisabled: false,
        createdAt: now(),
        ...changes,
      };
      await authority.store.write((transaction) => transaction.insertUser(user));
      const { loginId, name, company } = user;
      return { loginId, password, name, company };
    },
    changeAccount: ({ loginId }, changes) =>
      authority.store.write(async (transaction) => {
        const user = await transaction.findUser(loginId);
        await transaction.updateUser({ ...user!, ...changes });
      }),
    acquire: (account, { algorithm = "p256", isConfirmed = true } = {}) =>
      acquire({ client, now }, { account, algorithm, isConfirmed }),
    async revoke(serial) {
      await revoke(authority.store, {
        target: { serial },
        reason: "unspecified",
        actor: "operator",
        at: now(),
        correlationId: "test-revocation",
      });
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function acquire(
  { client, now }: { client: AuthorityClient; now: () => Date },
  request: { account: TestAccount; algorithm: KeyAlgorithm; isConfirmed: boolean },
): Promise<TestCredential> {
  const { loginId, password } = request.account;
  const call = { correlationId: crypto.randomUUID() };
  const keyPair = await generateKeyPair(request.algorithm);
  const access = await client.start({ operation: "issue", loginId }, call);
  const { step } = await client.answer(access, { kind: "password", answer: { password } }, call);
  if (!("subject" in step) || typeof step.subject !== "string") {
    throw new Error(`unexpected step ${step.kind}`);
  }
  const csrDer = await createCsr({ subjectDer: Uint8Array.fromBase64(step.subject), keyPair });
  const idempotencyKey = toHex(sha256(keyPair.spkiDer));
  const { certificate, chain, serial } = await client.submitCsr(access, { csrDer, idempotencyKey }, call);
  const certificateDer = Uint8Array.fromBase64(certificate);
  if (request.isConfirmed) {
    const content = confirmationContent(access.enrolmentId, serial);
    await client.confirm(
      access,
      await createSignedData({ content, certificateDer, keyPair, at: now() }),
      call,
    );
  }
  return {
    serial,
    keyPair,
    certificateDer,
    chainDer: chain.map((der) => Uint8Array.fromBase64(der)),
    certificatePem: encodePem(certificateDer, "CERTIFICATE"),
    keyPem: encodePem(keyPair.pkcs8Der, "PRIVATE KEY"),
  };
}

function testConfig(
  change: (config: AuthorityConfig) => AuthorityConfig = (config) => config,
): AuthorityConfig {
  const { registration } = DEFAULT_CONFIG;
  const cheap = { ...registration, scrypt: { log2N: 4, r: 8, p: 1 } };
  return change({ ...DEFAULT_CONFIG, registration: cheap });
}

function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}
