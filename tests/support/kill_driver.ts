/**
 * The app's engine as a process that kills itself at a given point: real HTTPS to a real authority, a real NSS
 * database. Driven by tests/kill_app_test.ts and kill_renewal_test.ts; every order is a start of its own, with nothing kept from the last.
 *
 * @module
 */
import { createIssuance, type Issuance } from "../../src/issuance/mod.ts";
import { NssKeystore } from "../../src/keystore/nss.ts";
import type { Keystore } from "../../src/keystore/mod.ts";
import { ApplicationLog } from "../../src/log/application_log.ts";
import { AuthorityClient } from "../../src/network/authority_client.ts";
import { openHttp } from "../../src/network/http.ts";
import { excludePlatformRoots } from "../../src/network/trust_anchors.ts";
import { fingerprint as fingerprintOf } from "../../src/pki/certificate.ts";
import { findProgram } from "../../src/platform/run.ts";
import { parseProfile } from "../../src/profile.ts";
import type { KeyAlgorithm } from "../../src/protocol/messages.ts";
import { killMyself, readOrders, say } from "./driver_process.ts";

/** Where the app can be killed, in the order in which an issue comes by. */
export const ISSUE_KILL_POINTS = [
  "enrolment-started",
  "password-accepted",
  "KEY_CREATED",
  "CSR_SAVED",
  "SUBMITTED",
  "certificate-answered",
  "RECEIVED",
  "bundle-written",
  "imported",
  "signed",
  "INSTALLED",
  "confirmation-answered",
  "CONFIRMED",
] as const;

/** The same for a renewal. `signed` is by the new key, as above. */
export const RENEWAL_KILL_POINTS = [
  "old-tried",
  "enrolment-started",
  "password-accepted",
  "KEY_CREATED",
  "old-signed",
  "CSR_SAVED",
  "SUBMITTED",
  "certificate-answered",
  "RECEIVED",
  "bundle-written",
  "imported",
  "signed",
  "INSTALLED",
  "confirmation-answered",
  "confirmation-kept",
  "old-key-removed",
  "old-removed",
  "CONFIRMED",
] as const;
export type KillPoint = (typeof ISSUE_KILL_POINTS)[number] | (typeof RENEWAL_KILL_POINTS)[number];

/** One user's PC, and the authority that it speaks to. */
export interface Place {
  apiUrl: string;
  rootPem: string;
  algorithm: KeyAlgorithm;
  /** `state/`, `nssdb/` and `ApplicationLog.log` come into it. */
  folder: string;
  loginId: string;
  password: string;
  /** Serial number of the certificate that is to be renewed; `null` for a first issue. */
  renews: string | null;
}

/** What the driver is told to do. */
export type KillOrder =
  /** Issue or renew, and die at that point, or at none. Says `{going}` when it starts and `{finished}` at the end. */
  | { do: "acquire"; place: Place; killAt: KillPoint | null }
  /** What a fresh start does, and then the person if there is no new certificate yet. Says `{finished}`. */
  | { do: "recover"; place: Place }
  /** The same; then signs the challenge and says a {@link Recovery}. */
  | { do: "recover-and-show"; place: Place; challenge: string };

/** How a recovery went. */
export interface Recovery {
  /** Serial numbers that the resumption finished. */
  resumed: string[];
  /** A person had to type the password again. */
  wasAsked: boolean;
  held: { serial: string; fingerprint: string; loginId: string }[];
  /** Entries of the keystore, of any issuer. */
  entries: number;
  pending: number;
  /** CMS SignedData by the first entry's key over the challenge, base64. */
  proof: string;
  certificate: string;
}

type Reach = (point: KillPoint) => void;

export interface Opened {
  engine: Issuance;
  keystore: Keystore;
  /** Closes idle connections. */
  close(): void;
}

/** The app's engine on a place. */
export function openEngine(place: Place, reach: Reach = () => {}): Opened {
  const { folder, apiUrl, rootPem, algorithm } = place;
  const stateFolder = `${folder}/state`;
  const log = new ApplicationLog({ paths: [`${folder}/ApplicationLog.log`], now });
  const profile = parseProfile(
    Deno.readTextFileSync(new URL("../../assets/profile.json", import.meta.url)),
    "assets/profile.json",
  );
  const http = openHttp([rootPem]);
  const real = new AuthorityClient({
    url: apiUrl,
    institution: profile.institution.code,
    client: { version: "test", platform: "linux" },
    send: http.send,
    now,
    randomBytes,
  });
  let isImporting = false;
  let lookups = 0;
  const isFirstLookup = () => ++lookups === 1;
  let isRemoving = false;
  let latest: string | undefined;
  const fresh = new Set<string>();
  const keystore = new NssKeystore({
    folder: `${folder}/nssdb`,
    temporaryFolder: `${stateFolder}/tmp`,
    log,
    find: (tool) => {
      // It is looked up right before it is run, when the bundle and its password are on disk.
      if (tool === "pk12util" && isImporting) reach("bundle-written");
      // It is run for the key first, then for the certificate.
      if (tool === "certutil" && isRemoving && !isFirstLookup()) reach("old-key-removed");
      return findProgram(tool);
    },
  });
  const engine = createIssuance({
    profile: {
      ...profile,
      key: { algorithm },
      authority: { ...profile.authority, url: apiUrl, trustAnchors: [rootPem] },
    },
    client: {
      start: (request, call) => then(real.start(request, call), () => reach("enrolment-started")),
      answer: (access, answer, call) =>
        then(real.answer(access, answer, call), () => reach("password-accepted")),
      submitCsr: (access, request, call) =>
        then(real.submitCsr(access, request, call), () => reach("certificate-answered")),
      confirm: (access, proofDer, call) =>
        then(real.confirm(access, proofDer, call), () => reach("confirmation-answered")),
      abandon: (access, call) => real.abandon(access, call),
      status: (call) => real.status(call),
    },
    keystore: {
      check: () => keystore.check(),
      list: () => keystore.list(),
      listWithoutKey: () => keystore.listWithoutKey(),
      remove: (fingerprint) => {
        isRemoving = true;
        return then(keystore.remove(fingerprint), () => reach("old-removed"));
      },
      import: (bundle) => {
        isImporting = true;
        fresh.add(fingerprintOf(bundle.certificateDer));
        return then(keystore.import(bundle), () => reach("imported"));
      },
      sign: (fingerprint, content) =>
        then(keystore.sign(fingerprint, content), () => {
          if (fresh.has(fingerprint)) reach("signed");
          else reach(latest === "KEY_CREATED" ? "old-signed" : "old-tried");
        }),
    },
    log,
    now,
    randomBytes,
    stateFolder,
    onState: (state) => {
      // A renewal writes it again when the authority has confirmed.
      reach(state === "INSTALLED" && latest === state ? "confirmation-kept" : state);
      latest = state;
    },
  });
  return { engine, keystore, close: http.close };
}

/** What the person does: issues, or renews the certificate that is listed. */
export async function acquire(engine: Issuance, { loginId, password, renews }: Place): Promise<void> {
  engine.prepareKey();
  const old = renews === null ? undefined : (await engine.list()).find(({ serial }) => serial === renews);
  const attempt = await engine.begin(
    old === undefined
      ? { operation: "issue", loginId }
      : { operation: "renew", fingerprint: old.fingerprint },
  );
  await attempt.answer({ password });
  await attempt.acquire();
}

async function recover({ engine }: Opened, place: Place): Promise<{ resumed: string[]; wasAsked: boolean }> {
  const resumed = await engine.resume();
  const wasAsked = (await engine.list()).every(({ serial }) => serial === place.renews);
  if (wasAsked) await acquire(engine, place);
  return { resumed: resumed.map(({ serial }) => serial), wasAsked };
}

async function recoverAndShow(opened: Opened, place: Place, challenge: string): Promise<Recovery> {
  const { engine, keystore } = opened;
  const recovered = await recover(opened, place);
  const held = await engine.list();
  const entries = await keystore.list();
  const [first] = entries;
  if (first === undefined) throw new Error("the keystore is empty");
  const proofDer = await keystore.sign(first.fingerprint, new TextEncoder().encode(challenge));
  return {
    ...recovered,
    held: held.map(({ serial, fingerprint, loginId }) => ({ serial, fingerprint, loginId })),
    entries: entries.length,
    pending: (await engine.pending()).length,
    proof: proofDer.toBase64(),
    certificate: first.certificateDer.toBase64(),
  };
}

async function obey(order: KillOrder): Promise<void> {
  const { place } = order;
  const opened = openEngine(place, (point) => {
    if (order.do === "acquire" && point === order.killAt) killMyself();
  });
  if (order.do === "recover-and-show") return say(await recoverAndShow(opened, place, order.challenge));
  if (order.do === "acquire") say({ going: true });
  await (order.do === "acquire" ? acquire(opened.engine, place) : recover(opened, place));
  say({ finished: true });
}

async function then<T>(work: Promise<T>, next: () => void): Promise<T> {
  const result = await work;
  next();
  return result;
}

function now(): Date {
  return new Date();
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

if (import.meta.main) {
  excludePlatformRoots();
  for await (const order of readOrders<KillOrder>()) await obey(order);
}
