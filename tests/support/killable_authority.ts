/**
 * An authority in a process of its own that can be killed and started again on the same directory and ports; the
 * test reads its store beside it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createCertificateLogin } from "../../src/authority/login.ts";
import { readPemFile } from "../../src/authority/ca/key_files.ts";
import { type AuthorityConfig, authorityPaths, DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { PUBLICATION_PATHS } from "../../src/authority/http/publication.ts";
import { initAuthority } from "../../src/authority/init.ts";
import { openSqliteStore } from "../../src/authority/store/sqlite.ts";
import type { CertificateRecord, Store } from "../../src/authority/store/store.ts";
import { CHEAP_SCRYPT, randomBytes } from "../../src/authority/testing.ts";
import { openHttp, type SendHttp } from "../../src/network/http.ts";
import { verifySignature } from "../../src/pki/signature.ts";
import { parseProfile, type Profile } from "../../src/profile.ts";
import { choosePorts } from "../../scripts/demo/ports.ts";
import type { Counter } from "./applicant.ts";
import { AuditWatch } from "./audit_watch.ts";
import type { AuthorityOrder, CommitPoint } from "./authority_kill_driver.ts";
import { DriverProcess } from "./driver_process.ts";

/** A directory with its one running process. */
export class KillableAuthority implements Counter, AsyncDisposable {
  readonly directory: string;
  readonly store: Store;
  readonly profile: Profile;
  readonly audit: AuditWatch;
  readonly send: SendHttp;
  readonly #close: () => void;
  readonly #issuingDer: Uint8Array<ArrayBuffer>;
  readonly #ports: { api: number; publication: number };
  #process = new DriverProcess("authority_kill_driver.ts");
  #next = new DriverProcess("authority_kill_driver.ts");
  #starts = 0;
  #restarted = Promise.withResolvers<void>();

  private constructor(made: {
    directory: string;
    profile: Profile;
    ports: { api: number; publication: number };
    issuingDer: Uint8Array<ArrayBuffer>;
  }) {
    this.directory = made.directory;
    this.profile = made.profile;
    this.#ports = made.ports;
    this.#issuingDer = made.issuingDer;
    this.store = openSqliteStore(authorityPaths(made.directory).database);
    this.audit = new AuditWatch(made.directory);
    const http = openHttp(made.profile.authority.trustAnchors);
    this.send = http.send;
    this.#close = () => http.close();
  }

  static async open(): Promise<KillableAuthority> {
    const directory = await Deno.makeTempDir({ prefix: "hakko-kill-authority-" });
    const config = testConfig();
    const { rootPem } = await initAuthority({
      directory,
      config,
      algorithm: "p256",
      now: () => new Date(),
      randomBytes,
    });
    const { api, publication } = choosePorts({ api: { port: 0 }, publication: { port: 0 } });
    const ports = { api: api.port, publication: publication.port };
    const issuingDer = await readPemFile(authorityPaths(directory).issuing);
    const profile = createProfile(`https://127.0.0.1:${ports.api}`, rootPem);
    const authority = new KillableAuthority({ directory, profile, ports, issuingDer });
    await authority.#start();
    return authority;
  }

  /** Resolves when it listens again after the last {@link expectDeath}. */
  get ready(): Promise<void> {
    return this.#restarted.promise;
  }

  /** Dies at the first such commit from now on. */
  async arm(point: CommitPoint): Promise<void> {
    this.expectDeath();
    await this.#order({ do: "arm", point });
    assertEquals(await this.#process.answer(), { armed: true });
  }

  /** @returns Serial numbers; `undefined` if the authority died over it. */
  async revoke(loginId: string): Promise<string[] | undefined> {
    await this.#order({ do: "revoke", loginId });
    try {
      return (await this.#process.answer<{ serials: string[] }>()).serials;
    } catch {
      return undefined;
    }
  }

  /** The CRL as everybody gets it. */
  async crl(): Promise<Uint8Array<ArrayBuffer>> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.publication}${PUBLICATION_PATHS.crl}`);
    assertEquals(response.status, 200);
    return await response.bytes();
  }

  kill(): void {
    this.#process.kill();
  }

  /** It will die: whoever loses it from now on waits for the restart. */
  expectDeath(): void {
    this.#restarted = Promise.withResolvers();
    // Perhaps nobody waits.
    this.#restarted.promise.catch(() => {});
  }

  /** Resolves when it has been killed. */
  async end(): Promise<void> {
    assertEquals(await this.#process.end(), "SIGKILL");
  }

  /** It will not come back: nobody shall wait for it. */
  giveUp(reason: unknown): void {
    this.#restarted.reject(reason);
  }

  /** Starts the next process. */
  async restart(): Promise<void> {
    try {
      this.#process = this.#next;
      this.#next = new DriverProcess("authority_kill_driver.ts");
      await this.#start();
      this.#restarted.resolve();
    } catch (error) {
      this.#restarted.reject(error);
      throw error;
    }
  }

  /** Whether the certificate login takes a certificate, by what the store says now. */
  async login(certificateDer: Uint8Array<ArrayBuffer>): Promise<CertificateRecord> {
    const { store } = this;
    const issuerDer = this.#issuingDer;
    const login = createCertificateLogin({
      store,
      issuerDer,
      verify: verifySignature,
      now: () => new Date(),
    });
    return (await login.check(certificateDer, "kill-test")).certificate;
  }

  async #start(): Promise<void> {
    const crypto = this.#starts++ % 2 === 0 ? "webcrypto" : "best";
    await this.#order({ do: "start", directory: this.directory, ports: this.#ports, crypto });
    await this.#process.answer();
  }

  async #order(order: AuthorityOrder): Promise<void> {
    await this.#process.order(order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#next[Symbol.asyncDispose]();
    this.#close();
    await this.store.close();
    await Deno.remove(this.directory, { recursive: true });
  }
}

function testConfig(): AuthorityConfig {
  const busy = { perMinute: 1_000_000, burst: 1_000_000 };
  const throttle = { account: busy, address: busy, everybody: busy };
  const { registration } = DEFAULT_CONFIG;
  return { ...DEFAULT_CONFIG, registration: { ...registration, throttle, scrypt: CHEAP_SCRYPT } };
}

function createProfile(url: string, rootPem: string): Profile {
  const path = new URL("../../assets/profile.json", import.meta.url);
  const profile = parseProfile(Deno.readTextFileSync(path), "assets/profile.json");
  return {
    ...profile,
    key: { algorithm: "p256" },
    authority: { ...profile.authority, url, trustAnchors: [rootPem] },
  };
}
