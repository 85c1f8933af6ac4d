/** The app's side of the protocol as tests speak it: no retries, no distrust, any shape of request. */
import { createSignedData } from "../pki/cms.ts";
import type { Bytes } from "../pki/bytes.ts";
import { sha256 } from "../pki/bytes.ts";
import { createCsr } from "../pki/csr.ts";
import { generateKeyPair, type KeyPair } from "../pki/keys.ts";
import {
  type CertificateIssued,
  confirmationContent,
  type EnrolmentStarted,
  type Problem,
} from "../protocol/messages.ts";
import { HEADERS, MEDIA_TYPES, PATHS } from "../protocol/paths.ts";
import type { TestAuthority } from "./testing.ts";

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look at any shape
  readonly body: any;
}

/** Speaks to one authority. */
export class TestClient {
  readonly #test: TestAuthority;

  constructor(test: TestAuthority) {
    this.#test = test;
  }

  async request(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.#test.authority.urls.api + path, {
      method,
      client: this.#test.client,
      ...init,
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request("POST", path, {
      body: JSON.stringify(body),
      headers: { "content-type": MEDIA_TYPES.json, ...headers },
    });
  }

  /** @param options `serial`: of the certificate that is to be renewed; `device`: install ID. */
  start(loginId: string, { serial, device }: { serial?: string; device?: string } = {}): Promise<Answer> {
    return this.post(PATHS.enrolments, {
      institution: "2224",
      ...(serial === undefined ? { operation: "issue" } : { operation: "renew", serial }),
      loginId,
      client: { version: "test", platform: "linux", ...(device === undefined ? {} : { device }) },
    });
  }

  /** Answers a step of any kind. */
  reply(enrolment: EnrolmentStarted, kind: string, answer: Record<string, string>): Promise<Answer> {
    return this.post(PATHS.answers(enrolment.enrolmentId), { kind, answer }, bearer(enrolment));
  }

  answer(
    enrolment: EnrolmentStarted,
    password: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = { kind: "password", answer: { password } };
    return this.post(PATHS.answers(enrolment.enrolmentId), body, { ...bearer(enrolment), ...headers });
  }

  submit(enrolment: EnrolmentStarted, csrDer: Bytes, key: string): Promise<Answer> {
    const headers = { ...bearer(enrolment), [HEADERS.idempotencyKey]: key };
    return this.post(PATHS.csr(enrolment.enrolmentId), { csr: csrDer.toBase64() }, headers);
  }

  submitSigned(enrolment: EnrolmentStarted, signedCsrDer: Bytes, key: string): Promise<Answer> {
    const headers = { ...bearer(enrolment), [HEADERS.idempotencyKey]: key };
    return this.post(PATHS.csr(enrolment.enrolmentId), { signedCsr: signedCsrDer.toBase64() }, headers);
  }

  confirm(enrolment: EnrolmentStarted, proofDer: Bytes): Promise<Answer> {
    const body = { proof: proofDer.toBase64() };
    return this.post(PATHS.confirmation(enrolment.enrolmentId), body, bearer(enrolment));
  }

  cancel(enrolment: EnrolmentStarted): Promise<Answer> {
    return this.request("DELETE", PATHS.enrolment(enrolment.enrolmentId), { headers: bearer(enrolment) });
  }

  /** Starts and authenticates; all answers must be good. */
  async authenticate(
    loginId: string,
    options: { password?: string; key?: string } = {},
  ): Promise<Authenticated> {
    const started = good(await this.start(loginId), 201) as EnrolmentStarted;
    const headers = options.key === undefined ? {} : { [HEADERS.idempotencyKey]: options.key };
    const accepted = good(await this.answer(started, options.password ?? "password", headers), 200);
    return { enrolment: started, subjectDer: Uint8Array.fromBase64(accepted.step.subject) };
  }

  /** Starts a renewal and authenticates by password alone; all answers must be good. */
  async authenticateRenewal(loginId: string, serial: string): Promise<AuthenticatedRenewal> {
    const enrolment = good(await this.start(loginId, { serial }), 201) as EnrolmentStarted;
    const { step } = good(await this.answer(enrolment, "password"), 200);
    return { enrolment, subjectDer: Uint8Array.fromBase64(step.subject), nonce: step.nonce };
  }

  /** The whole way from an old certificate to a new one, or to its confirmation. */
  async renew(loginId: string, old: Issued, options: IssueOptions = {}): Promise<Issued> {
    const keyPair = options.keyPair ?? await generateKeyPair("p256");
    const { enrolment, subjectDer, nonce } = await this.authenticateRenewal(loginId, old.issued.serial);
    const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: nonce });
    const key = idempotencyKeyOf(keyPair);
    const answer = await this.submitSigned(enrolment, await signCsr(old, csrDer), key);
    const issued = good(answer, 200) as CertificateIssued;
    const certificateDer = Uint8Array.fromBase64(issued.certificate);
    const whole = { enrolment, subjectDer, keyPair, csrDer, key, issued, certificateDer };
    if (options.isConfirmed ?? true) good(await this.confirm(enrolment, await proofOf(whole)), 200);
    return whole;
  }

  /** From the last step to the confirmed certificate. */
  async finish(enrolment: EnrolmentStarted, subjectDer: Bytes): Promise<CertificateIssued> {
    const keyPair = await generateKeyPair("p256");
    const csrDer = await createCsr({ subjectDer, keyPair });
    const issued = good(await this.submit(enrolment, csrDer, idempotencyKeyOf(keyPair)), 200);
    const certificateDer = Uint8Array.fromBase64(issued.certificate);
    good(await this.confirm(enrolment, await proofOf({ enrolment, issued, certificateDer, keyPair })), 200);
    return issued;
  }

  /** The whole way up to the certificate, or up to its confirmation. */
  async issue(loginId: string, options: IssueOptions = {}): Promise<Issued> {
    const keyPair = options.keyPair ?? await generateKeyPair("p256");
    const { enrolment, subjectDer } = await this.authenticate(loginId, options);
    const csrDer = await createCsr({ subjectDer, keyPair });
    const key = idempotencyKeyOf(keyPair);
    const issued = good(await this.submit(enrolment, csrDer, key), 200) as CertificateIssued;
    const certificateDer = Uint8Array.fromBase64(issued.certificate);
    const whole = { enrolment, subjectDer, keyPair, csrDer, key, issued, certificateDer };
    if (options.isConfirmed ?? true) good(await this.confirm(enrolment, await proofOf(whole)), 200);
    return whole;
  }
}

/** Who holds a certificate and its key. */
export type Holder = Pick<Issued, "certificateDer" | "keyPair">;

/** What the app's keystore would make of a CSR: signed by the certificate that is renewed. */
export function signCsr({ certificateDer, keyPair }: Holder, csrDer: Bytes): Promise<Bytes> {
  return createSignedData({ content: csrDer, certificateDer, keyPair, at: new Date() });
}

export interface IssueOptions {
  password?: string;
  keyPair?: KeyPair;
  /** Default true. */
  isConfirmed?: boolean;
}

export interface Authenticated {
  readonly enrolment: EnrolmentStarted;
  readonly subjectDer: Bytes;
}

export interface AuthenticatedRenewal extends Authenticated {
  readonly nonce: string;
}

export interface Issued extends Authenticated {
  readonly keyPair: KeyPair;
  readonly csrDer: Bytes;
  readonly key: string;
  readonly issued: CertificateIssued;
  readonly certificateDer: Bytes;
}

export function bearer(enrolment: EnrolmentStarted): Record<string, string> {
  return { authorization: `Bearer ${enrolment.token}` };
}

export function idempotencyKeyOf(keyPair: KeyPair): string {
  return sha256(keyPair.spkiDer).toHex();
}

/** What the app's keystore would sign. */
export function proofOf(issued: Omit<Issued, "csrDer" | "key" | "subjectDer">): Promise<Bytes> {
  return createSignedData({
    content: confirmationContent(issued.enrolment.enrolmentId, issued.issued.serial),
    certificateDer: issued.certificateDer,
    keyPair: issued.keyPair,
    at: new Date(),
  });
}

// deno-lint-ignore no-explicit-any -- tests look at any shape
function good(answer: Answer, status: number): any {
  if (answer.status === status) return answer.body;
  const { code, key, title } = answer.body as Problem;
  throw new Error(`expected ${status}, got ${answer.status} ${code} ${key} ${title}`);
}
