/**
 * Somebody with a PC of their own, the real engine on it, who wants one certificate from an authority that is hard to
 * reach now and then, and later a new one for it, and does not give up.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { CertificateRecord, Store } from "../../src/authority/store/store.ts";
import { addTestUser, randomBytes } from "../../src/authority/testing.ts";
import { AppError, type ErrorKey } from "../../src/errors.ts";
import { type AcquisitionRequest, createIssuance, type Issuance } from "../../src/issuance/mod.ts";
import { FileKeystore } from "../../src/keystore/file.ts";
import type { KeystoreEntry } from "../../src/keystore/mod.ts";
import { AuthorityClient } from "../../src/network/authority_client.ts";
import type { HttpAnswer, HttpRequest, SendHttp } from "../../src/network/http.ts";
import { sha256 } from "../../src/pki/bytes.ts";
import { fingerprint as fingerprintOf } from "../../src/pki/certificate.ts";
import { verifySignedData } from "../../src/pki/cms.ts";
import { createCsr } from "../../src/pki/csr.ts";
import { generateKeyPair } from "../../src/pki/keys.ts";
import type { Profile } from "../../src/profile.ts";
import { HEADERS } from "../../src/protocol/paths.ts";
import { createMemoryLog } from "./memory_log.ts";

const PASSWORD = "correct horse 電池";

/** What a person may meet while something breaks. Anything else is a defect. */
const PASSING: readonly ErrorKey[] = ["authority/busy", "network/unreadable-answer"];

/** And of a renewal: the authority has superseded the old certificate already, and the app has yet to hear of it. */
const PASSING_RENEWAL: readonly ErrorKey[] = ["registration/renewal-superseded"];

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
  /** Of their certificates. Default: as the authority has it. */
  validityDays?: number;
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
  #isRenewing = false;
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
        wait: async () => {
          if (options.isPatient) await authority.ready;
          if (this.#isRenewing) await this.assertCanLogIn();
        },
      }),
      keystore: this.keystore,
      log: createMemoryLog(),
      now,
      randomBytes,
      stateFolder: `${folder}/state`,
    });
  }

  static async register(authority: Counter, options: ApplicantOptions): Promise<Applicant> {
    const { loginId, validityDays = null } = options;
    await addTestUser(authority.store, { loginId, password: PASSWORD, validityDays });
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
    const request = { operation: "issue", loginId: this.loginId } as const;
    await this.#keepsAsking(request, { isDone: () => this.#hasAll(), mayMeet: this.#mayMeet });
  }

  /**
   * Asks for a renewal until a new certificate, confirmed, has taken the old one's place; and logs in with what there is
   * whenever something has to be tried again, by the app or by the person.
   */
  async getsRenewal(old: CertificateRecord): Promise<void> {
    const request = { operation: "renew", fingerprint: fingerprintOf(old.certificateDer!) } as const;
    this.#isRenewing = true;
    await this.#keepsAsking(request, {
      mayMeet: [...this.#mayMeet, ...PASSING_RENEWAL],
      isDone: async () => {
        await this.assertCanLogIn();
        return await this.#hasAll({ renews: old.serial });
      },
    });
    this.#isRenewing = false;
  }

  /**
   * Right now, whatever is half done: the login takes one of the certificates in the keystore, and its key signs. Which
   * one is tried first is left to chance; if the new one is, its login confirms it.
   */
  async assertCanLogIn(): Promise<void> {
    const refusals: unknown[] = [];
    for (const entry of await this.keystore.list()) {
      try {
        await this.#authority.login(entry.certificateDer);
        await this.#assertSigns(entry);
        return;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refusals.push(error);
      }
    }
    throw new Error(`${this.loginId} cannot log in: ${refusals.join(", ")}`);
  }

  async #keepsAsking(
    request: AcquisitionRequest,
    { isDone, mayMeet }: { isDone: () => Promise<boolean>; mayMeet: readonly ErrorKey[] },
  ): Promise<void> {
    for (let tries = 0; tries < PATIENCE; tries++) {
      try {
        if (await isDone()) return;
        const attempt = await this.#engine.begin(request);
        await attempt.answer({ password: PASSWORD });
        await attempt.acquire();
      } catch (error) {
        const isPassing = error instanceof AppError && mayMeet.includes(error.key);
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
    await this.#assertUsable(entry, record!);
    assertEquals(await this.#getsAgain(), entry.certificateDer.toBase64());
    return record!;
  }

  /**
   * The new certificate alone is there, confirmed, signs and logs in; the old one is superseded by it, refused, and
   * gone. Two keys were ever answered, with one certificate each.
   *
   * @returns The new one.
   */
  async assertRenewed(old: CertificateRecord): Promise<CertificateRecord> {
    const records = await this.#authority.store.listCertificates(this.loginId);
    assertEquals(
      records.map(({ serial, state, renews, revocationReason }) => [
        ...[serial === old.serial, state, renews, revocationReason],
      ]),
      [[false, "confirmed", old.serial, null], [true, "revoked", null, "superseded"]],
      this.loginId,
    );
    const [record] = records;
    const [entry, ...others] = await this.keystore.list();
    assertEquals([entry?.certificateDer, others], [record!.certificateDer!, []]);
    assertEquals((await this.#engine.list()).map(({ serial }) => serial), [record!.serial]);
    assertEquals([await this.#engine.unlisted(), await this.#engine.pending()], [[], []]);
    await this.#assertUsable(entry!, record!);
    assertEquals(this.answered.size, 2, "one key for each of the two certificates");
    const refusal = await assertRejects(() => this.#authority.login(old.certificateDer!), AppError);
    assertEquals(refusal.key, "login/certificate-superseded");
    return record!;
  }

  async #assertUsable(entry: KeystoreEntry, record: CertificateRecord): Promise<void> {
    await this.#assertSigns(entry);
    assertEquals((await this.#authority.login(entry.certificateDer)).serial, record.serial);
    for (const [key, certificates] of this.answered) assertEquals(certificates.size, 1, `answers for ${key}`);
  }

  async #assertSigns({ certificateDer, fingerprint }: KeystoreEntry): Promise<void> {
    const challenge = randomBytes(32);
    const proofDer = await this.keystore.sign(fingerprint, challenge);
    assertEquals(await verifySignedData(proofDer, { certificateDer }), challenge);
  }

  /** @param renews Serial number that it has to have renewed. */
  async #hasAll({ renews }: { renews?: string } = {}): Promise<boolean> {
    await this.#engine.resume();
    if ((await this.#engine.pending()).length > 0) return false;
    const live = await this.#authority.store.findLiveCertificates(this.loginId);
    const held = await this.#engine.list();
    return live.some((record) =>
      record.state === "confirmed" && held.some((one) => one.serial === record.serial) &&
      (renews === undefined || record.renews === renews)
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
    const { csr } = isCsr ? JSON.parse(request.body ?? "") : {};
    // A renewal's belongs to its enrolment: nobody asks for that again.
    if (csr !== undefined && idempotencyKey !== undefined) {
      this.#csr = { csrDer: Uint8Array.fromBase64(csr), idempotencyKey };
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
