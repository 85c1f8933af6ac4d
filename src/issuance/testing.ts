/**
 * The engine for tests, against the real authority over TLS and a real keystore in a temporary folder. Each
 * {@link EngineTest.open} is what a fresh start of the app would be. Only tests and developer commands import it.
 *
 * @module
 */
import { createMemoryLog, type MemoryLog } from "../../tests/support/memory_log.ts";
import {
  addTestUser,
  randomBytes,
  startTestAuthority,
  type TestAuthority,
  type TestAuthorityOptions,
} from "../authority/testing.ts";
import type { User } from "../authority/store/store.ts";
import { FileKeystore } from "../keystore/file.ts";
import type { Keystore } from "../keystore/mod.ts";
import { hasNssTools, NssKeystore } from "../keystore/nss.ts";
import { AuthorityClient } from "../network/authority_client.ts";
import { type HttpAnswer, type HttpRequest, openHttp, type SendHttp } from "../network/http.ts";
import { parseProfile, type Profile } from "../profile.ts";
import type { KeyAlgorithm } from "../protocol/messages.ts";
import { createIssuance, type Issuance, type IssuanceParts } from "./mod.ts";

/** Thrown by `onState` where a test wants the process to be gone. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** What a test changes about the way out: faults between app and authority. */
export type Network = (request: HttpRequest, send: SendHttp) => Promise<HttpAnswer>;

export interface EngineTestOptions {
  algorithm?: KeyAlgorithm;
  authority?: TestAuthorityOptions;
  /** Default: NSS where its tools are. */
  keystore?: "nss" | "file";
}

export interface EngineTest extends AsyncDisposable {
  readonly authority: TestAuthority;
  readonly keystore: Keystore;
  readonly log: MemoryLog;
  readonly folder: string;
  readonly stateFolder: string;
  /** Every request so far, `POST …/csr`, without the enrolment's ID. */
  readonly requests: string[];
  /** Replaces the network; nothing puts the good one back. */
  setNetwork(network?: Network): void;
  addUser(user?: Partial<User> & { loginId?: string; password?: string }): Promise<string>;
  open(parts?: Partial<IssuanceParts>): Issuance;
  journalFiles(): string[];
}

/** Starts an authority and makes an empty keystore. */
export async function startEngineTest(options: EngineTestOptions = {}): Promise<EngineTest> {
  const authority = await startTestAuthority(options.authority);
  const folder = await Deno.makeTempDir({ prefix: "hakko-engine-" });
  const stateFolder = `${folder}/state`;
  const log = createMemoryLog();
  const { now } = authority.clock;
  const isNss = (options.keystore ?? (hasNssTools() ? "nss" : "file")) === "nss";
  const keystore = isNss
    ? new NssKeystore({ folder: `${folder}/nssdb`, temporaryFolder: `${stateFolder}/tmp`, log })
    : new FileKeystore({ folder: `${stateFolder}/keystore`, now, randomBytes });
  const http = openHttp([authority.authority.rootPem]);
  const requests: string[] = [];
  let network: Network = (request, send) => send(request);

  function open(parts: Partial<IssuanceParts> = {}): Issuance {
    const client = new AuthorityClient({
      url: authority.authority.urls.api,
      institution: "2224",
      client: { version: "test", platform: "linux" },
      now,
      randomBytes,
      wait: () => Promise.resolve(),
      send: (request) => {
        const path = new URL(request.url).pathname.replace(/\/enrolments\/[^/]+/, "/enrolments/…");
        requests.push(`${request.method} ${path}`);
        return network(request, http.send);
      },
    });
    const profile = createProfile(authority.authority.rootPem, options.algorithm ?? "p256");
    return createIssuance({ profile, client, keystore, log, now, randomBytes, stateFolder, ...parts });
  }

  return {
    authority,
    keystore,
    log,
    folder,
    stateFolder,
    requests,
    setNetwork: (changed = (request, send) => send(request)) => {
      network = changed;
    },
    addUser: async (user = {}) => {
      const { loginId } = await addTestUser(authority.authority.store, { loginId: "hanako.yamada", ...user });
      return loginId;
    },
    open,
    journalFiles: () => {
      try {
        return [...Deno.readDirSync(`${stateFolder}/journal`)].map(({ name }) => name);
      } catch {
        return [];
      }
    },
    async [Symbol.asyncDispose]() {
      http.close();
      await authority[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function createProfile(rootPem: string, algorithm: KeyAlgorithm): Profile {
  const path = new URL("../../assets/profile.json", import.meta.url);
  const profile = parseProfile(Deno.readTextFileSync(path), "assets/profile.json");
  return {
    ...profile,
    key: { algorithm },
    authority: { ...profile.authority, trustAnchors: [rootPem] },
  };
}
