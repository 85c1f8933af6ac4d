/**
 * Somebody with a PC of their own, the real engine on it, who wants one certificate from an authority that dies now
 * and then, and does not give up.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { CertificateRecord, Store } from "../../src/authority/store/store.ts";
import { addTestUser, randomBytes } from "../../src/authority/testing.ts";
import { AppError, type ErrorKey } from "../../src/errors.ts";
import { createIssuance, type Issuance } from "../../src/issuance/mod.ts";
import { FileKeystore } from "../../src/keystore/file.ts";
import { AuthorityClient } from "../../src/network/authority_client.ts";
import type { HttpAnswer, HttpRequest, SendHttp } from "../../src/network/http.ts";
import { sha256 } from "../../src/pki/bytes.ts";
import { verifySignedData } from "../../src/pki/cms.ts";
import { createCsr } from "../../src/pki/csr.ts";
import { generateKeyPair } from "../../src/pki/keys.ts";
import type { Profile } from "../../src/profile.ts";
import { HEADERS } from "../../src/protocol/paths.ts";
import { createMemoryLog } from "./memory_log.ts";

const PASSWORD = "correct horse 電池";

/** What a person may meet while something breaks. Anything else is a defect. */
const PASSING: readonly ErrorKey[] = ["authority/busy", "network/unreadable-answer"];

/** A person tries as often as this. */
const PATIENCE = 40;

/** An authority as its applicants, and the test beside them, see it. */
export interface Counter {
  readonly directory: string;
  readonly profile: Profile;
  readonly store: Store;
  /** The good way to it. */
  readonly send: SendHttp;
  /** Resolves when trying again makes sense. */
  readonly ready: Promise<void>;
  /** Whether the certificate login takes a certificate. */
  login(certificateDer: Uint8Array<ArrayBuffer>): Promise<CertificateRecord>;
}

/** How one applicant differs from another. */
export interface ApplicantOptions {
  loginId: string;
  /** Their app repeats by itself until the authority is back; the others' gives up, and they start again. */
  isPatient: boolean;
  /** Their app's way to the authority, if it is another one. */
  send?: SendHttp;
  /** Makes that way a bad one. */
  spoil?: (send: SendHttp) => SendHttp;
  /** What they may meet beside the usual. */
  mayMeet?: readonly ErrorKey[];
}

/** One person, one PC. */
export class Applicant {
  readonly loginId: string;
  readonly keystore: FileKeystore;
  /** Every certificate that the authority ever answered with, by idempotency key; one each is right. */
  readonly answered = new Map<string, Set<string>>();
  readonly #authority: Counter;
  readonly #engine: Issuance;
  readonly #mayMeet: readonly ErrorKey[];
  #csr: { csrDer: Uint8Array<ArrayBuffer>; idempotencyKey: string } | undefined;

  private constructor(authority: Counter, options: ApplicantOptions) {
    const { loginId, send = authority.send, spoil = (send) => send } = options;
    this.#mayMeet = [...PASSING, ...options.mayMeet ?? []];
    this.loginId = loginId;
    this.#authority = authority;
    const folder = `${authority.directory}/pc-${loginId}`;
    const now = () => new Date();
    this.keystore = new FileKeystore({ folder: `${folder}/keystore`, now, randomBytes });
    this.#engine = createIssuance({
      profile: authority.profile,
      client: this.#client({
        send: spoil((request) => this.#watch(request, send)),
        wait: options.isPatient ? () => authority.ready : () => Promise.resolve(),
      }),
      keystore: this.keystore,
      log: createMemoryLog(),
      now,
      randomBytes,
      stateFolder: `${folder}/state`,
    });
  }

  static async register(authority: Counter, options: ApplicantOptions): Promise<Applicant> {
    await addTestUser(authority.store, { loginId: options.loginId, password: PASSWORD });
    return new Applicant(authority, options);
  }

  /** One that does not watch, and does not wait. */
  #plainClient(): AuthorityClient {
    return this.#client({ send: this.#authority.send, wait: () => Promise.resolve() });
  }

  #client(way: { send: SendHttp; wait: () => Promise<void> }): AuthorityClient {
    const { url } = this.#authority.profile.authority;
    const { code } = this.#authority.profile.institution;
    const client = { version: "test", platform: "linux" };
    return new AuthorityClient({
      ...way,
      url,
      institution: code,
      client,
      now: () => new Date(),
      randomBytes,
    });
  }

  /** Asks for a certificate until there is one, confirmed. */
  async getsCertificate(): Promise<void> {
    for (let tries = 0; tries < PATIENCE; tries++) {
      try {
        if (await this.#hasAll()) return;
        const attempt = await this.#engine.begin({ operation: "issue", loginId: this.loginId });
        await attempt.answer({ password: PASSWORD });
        await attempt.acquire();
      } catch (error) {
        const isPassing = error instanceof AppError && this.#mayMeet.includes(error.key);
        if (!isPassing) throw new Error(`${this.loginId} met ${error}`, { cause: error });
        await this.#authority.ready;
      }
    }
    throw new Error(`${this.loginId} gave up`);
  }

  /** Another PC of theirs gets a certificate and never confirms it. @returns It. */
  async leavesUnconfirmed(): Promise<Uint8Array<ArrayBuffer>> {
    const keyPair = await generateKeyPair("p256");
    const idempotencyKey = sha256(keyPair.spkiDer).toHex();
    const { access, subjectDer } = await this.#authenticate(idempotencyKey);
    const csrDer = await createCsr({ subjectDer, keyPair });
    const client = this.#plainClient();
    const issued = await client.submitCsr(access, { csrDer, idempotencyKey }, { correlationId: "other-pc" });
    return Uint8Array.fromBase64(issued.certificate);
  }

  /**
   * Exactly one certificate, confirmed, that signs and logs in; asked for again it is the same, byte for byte.
   *
   * @param earlier States of certificates that this person had before and that are of no use now.
   */
  async assertWhole(earlier: CertificateRecord["state"][] = []): Promise<CertificateRecord> {
    const records = await this.#authority.store.listCertificates(this.loginId);
    assertEquals(records.map(({ state }) => state), ["confirmed", ...earlier], this.loginId);
    const [record] = records;
    const entries = await this.keystore.list();
    assertEquals(entries.length, 1 + (earlier.includes("revoked") ? 1 : 0));
    const entry = entries.find(({ certificateDer }) =>
      certificateDer.toHex() === record!.certificateDer?.toHex()
    );
    assert(entry !== undefined, "the keystore has another certificate");
    const { certificateDer, fingerprint } = entry;
    const challenge = randomBytes(32);
    const proofDer = await this.keystore.sign(fingerprint, challenge);
    assertEquals(await verifySignedData(proofDer, { certificateDer }), challenge);
    assertEquals((await this.#authority.login(certificateDer)).serial, record!.serial);
    for (const [key, certificates] of this.answered) assertEquals(certificates.size, 1, `answers for ${key}`);
    assertEquals(await this.#getsAgain(), certificateDer.toBase64());
    return record!;
  }

  async #hasAll(): Promise<boolean> {
    await this.#engine.resume();
    if ((await this.#engine.pending()).length > 0) return false;
    const live = await this.#authority.store.findLiveCertificates(this.loginId);
    const held = await this.#engine.list();
    return live.some(({ serial, state }) =>
      state === "confirmed" && held.some((one) => one.serial === serial)
    );
  }

  async #getsAgain(): Promise<string> {
    const { csrDer, idempotencyKey } = this.#csr!;
    const { access } = await this.#authenticate(idempotencyKey);
    const client = this.#plainClient();
    const call = { correlationId: "again" };
    return (await client.submitCsr(access, { csrDer, idempotencyKey }, call)).certificate;
  }

  async #authenticate(idempotencyKey: string) {
    const client = this.#plainClient();
    const call = { correlationId: "other", idempotencyKey };
    const access = await client.start({ operation: "issue", loginId: this.loginId }, call);
    const answer = { kind: "password", answer: { password: PASSWORD } };
    const { step } = await client.answer(access, answer, call);
    assert("subject" in step && typeof step.subject === "string", `unexpected step ${step.kind}`);
    return { access, subjectDer: Uint8Array.fromBase64(step.subject) };
  }

  /** The way out, watched: which CSR was sent, and what came back for it. */
  async #watch(request: HttpRequest, send: SendHttp): Promise<HttpAnswer> {
    const idempotencyKey = request.headers[HEADERS.idempotencyKey];
    const isCsr = request.url.endsWith("/csr");
    if (isCsr && idempotencyKey !== undefined) {
      this.#csr = { csrDer: Uint8Array.fromBase64(JSON.parse(request.body ?? "").csr), idempotencyKey };
    }
    const answer = await send(request);
    if (isCsr && idempotencyKey !== undefined && answer.status === 200) {
      const { certificate } = JSON.parse(new TextDecoder().decode(answer.body));
      const known = this.answered.get(idempotencyKey) ?? new Set();
      this.answered.set(idempotencyKey, known.add(certificate));
    }
    return answer;
  }
}
