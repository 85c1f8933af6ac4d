/**
 * The authority's HTTP API as functions: checked messages in, checked messages out, refusals as errors of the
 * catalogue.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../errors.ts";
import type { Bytes } from "../pki/bytes.ts";
import * as messages from "../protocol/messages.ts";
import { HEADERS, MEDIA_TYPES, PATHS } from "../protocol/paths.ts";
import type { HttpRequest, SendHttp } from "./http.ts";
import { refusal } from "./problem.ts";
import { type RetryParts, wait, withRetries } from "./retry.ts";

/** What the client is made of. */
export interface AuthorityClientParts {
  /** Where the authority is, without a path, e.g. `https://ra.example`. */
  url: string;
  /** The profile's institution code. */
  institution: string;
  /** Said to the authority at the start of an enrolment, for its statistics and its support desk. */
  client: { version: string; platform: string };
  send: SendHttp;
  now: () => Date;
  randomBytes: (length: number) => Bytes;
  /** The real one when left out. */
  wait?: RetryParts["wait"];
}

/** Goes with every call. */
export interface Call {
  correlationId: string;
  signal?: AbortSignal | undefined;
}

/** An enrolment and the secret that proves it is ours. */
export interface EnrolmentAccess {
  enrolmentId: string;
  token: string;
}

/** What an enrolment is asked for with. `device` is the installation's ID, if it has one. */
export type EnrolmentRequest =
  & { loginId: string; device?: string | undefined }
  & ({ operation: "issue" } | {
    operation: "renew";
    /** Of the certificate that is renewed, lowercase hex. */
    serial: string;
  });

/** A CSR on its way, with the SHA-256 of its SubjectPublicKeyInfo, hex. */
export type CsrRequest =
  & { idempotencyKey: string }
  & ({ csrDer: Bytes } | {
    /** CMS SignedData by the certificate that is renewed, over the CSR. */
    signedCsrDer: Bytes;
  });

/**
 * Calls the authority. Every method throws {@link AppError}: what the authority refused, `authority/busy`,
 * `authority/unavailable`, `network/untrusted-authority`, `network/certificate-dates` or `network/unreadable-answer`,
 * each with the call's correlation ID; and `AbortError` when the call's signal says so.
 *
 * What may safely happen twice is tried again a few times: {@link submitCsr} (its key makes it the same
 * request), {@link confirm}, {@link abandon} and {@link status}.
 */
export class AuthorityClient {
  readonly #parts: AuthorityClientParts;

  constructor(parts: AuthorityClientParts) {
    this.#parts = parts;
  }

  /** Asks for an enrolment; the answer says what the person has to show first. */
  start(request: EnrolmentRequest, call: Call): Promise<messages.EnrolmentStarted> {
    const { institution } = this.#parts;
    const { device, ...wanted } = request;
    const client = device === undefined ? this.#parts.client : { ...this.#parts.client, device };
    const message: messages.StartEnrolment = { institution, client, ...wanted };
    return this.#exchange(messages.EnrolmentStarted, { ...post(PATHS.enrolments, message), call });
  }

  /**
   * Answers the current step. Never repeated by itself: a wrong password counts.
   *
   * @param call `idempotencyKey` names the key of a certificate that is still to be fetched, which the person
   * may have again although they have it already.
   */
  answer(
    access: EnrolmentAccess,
    answer: messages.StepAnswer,
    call: Call & { idempotencyKey?: string | undefined },
  ): Promise<messages.StepAccepted> {
    const path = PATHS.answers(access.enrolmentId);
    const { idempotencyKey } = call;
    const headers = idempotencyKey === undefined ? {} : { [HEADERS.idempotencyKey]: idempotencyKey };
    return this.#exchange(messages.StepAccepted, { ...post(path, answer), access, call, headers });
  }

  /** Sends the CSR, or sends it again: the same key gets the same certificate, byte for byte. */
  submitCsr(
    access: EnrolmentAccess,
    request: CsrRequest,
    call: Call,
  ): Promise<messages.CertificateIssued> {
    const message: messages.SubmitCsr = "signedCsrDer" in request
      ? { signedCsr: request.signedCsrDer.toBase64() }
      : { csr: request.csrDer.toBase64() };
    return this.#again(call, () =>
      this.#exchange(messages.CertificateIssued, {
        ...post(PATHS.csr(access.enrolmentId), message),
        access,
        call,
        headers: { [HEADERS.idempotencyKey]: request.idempotencyKey },
      }));
  }

  /** Says that the certificate is installed, with a signature by its key as the proof. */
  confirm(
    access: EnrolmentAccess,
    proofDer: Bytes,
    call: Call,
  ): Promise<messages.CertificateConfirmed> {
    const message: messages.ConfirmCertificate = { proof: proofDer.toBase64() };
    const path = PATHS.confirmation(access.enrolmentId);
    return this.#again(
      call,
      () => this.#exchange(messages.CertificateConfirmed, { ...post(path, message), access, call }),
    );
  }

  /** Gives up an enrolment before its CSR is sent. */
  async abandon(access: EnrolmentAccess, call: Call): Promise<void> {
    await this.#again(
      call,
      () =>
        this.#exchange(undefined, {
          method: "DELETE",
          path: PATHS.enrolment(access.enrolmentId),
          access,
          call,
        }),
    );
  }

  /** Whether the authority is there, and what time it has. */
  status(call: Call): Promise<messages.AuthorityStatus> {
    return this.#again(
      call,
      () => this.#exchange(messages.AuthorityStatus, { method: "GET", path: PATHS.status, call }),
    );
  }

  #again<T>(call: Call, work: () => Promise<T>): Promise<T> {
    const { randomBytes } = this.#parts;
    return withRetries(work, { wait: this.#parts.wait ?? wait, randomBytes, signal: call.signal });
  }

  #exchange<S extends v.GenericSchema>(schema: S, exchange: Exchange): Promise<v.InferOutput<S>>;
  #exchange(schema: undefined, exchange: Exchange): Promise<undefined>;
  async #exchange(schema: v.GenericSchema | undefined, exchange: Exchange): Promise<unknown> {
    const { method, path, message, access, call } = exchange;
    const { correlationId, signal } = call;
    try {
      const answer = await this.#parts.send({
        method,
        url: new URL(path, this.#parts.url).href,
        headers: {
          accept: MEDIA_TYPES.json,
          [HEADERS.correlationId]: correlationId,
          ...(access === undefined ? {} : { authorization: `Bearer ${access.token}` }),
          ...(message === undefined ? {} : { "content-type": MEDIA_TYPES.json }),
          ...exchange.headers,
        },
        ...(message === undefined ? {} : { body: JSON.stringify(message) }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status < 200 || answer.status > 299) {
        throw refusal(answer, { now: this.#parts.now(), correlationId });
      }
      return schema === undefined ? undefined : readMessage(schema, answer.body);
    } catch (error) {
      throw error instanceof AppError ? error.withCorrelationId(correlationId) : error;
    }
  }
}

interface Exchange {
  method: HttpRequest["method"];
  path: string;
  message?: unknown;
  access?: EnrolmentAccess;
  headers?: Record<string, string>;
  call: Call;
}

function post(path: string, message: unknown): Pick<Exchange, "method" | "path" | "message"> {
  return { method: "POST", path, message };
}

function readMessage(schema: v.GenericSchema, body: Bytes): unknown {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch (error) {
    // Where it is wrong, never what was there: an answer holds the enrolment's token.
    const where = error instanceof v.ValiError ? v.getDotPath(error.issues[0]) ?? "/" : "not JSON";
    throw new AppError("network/unreadable-answer", {}, { cause: new Error(`answer: ${where}`) });
  }
}
