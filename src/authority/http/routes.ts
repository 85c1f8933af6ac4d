/**
 * The API's routes: one table that the server answers from and that the OpenAPI document is written from, so that
 * neither can say anything else than the other.
 *
 * @module
 */
import * as v from "valibot";
import { AppError, type ErrorKey } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import {
  CertificateConfirmed,
  CertificateIssued,
  ConfirmCertificate,
  EnrolmentStarted,
  StartEnrolment,
  StepAccepted,
  StepAnswer,
  SubmitCsr,
} from "../../protocol/messages.ts";
import { HEADERS, PATHS } from "../../protocol/paths.ts";
import { confirmCertificate } from "../registration/confirmation.ts";
import { answerStep, cancelEnrolment, startEnrolment } from "../registration/enrolment.ts";
import { submitCsr } from "../registration/issuance.ts";
import type { EnrolmentCaller, RegistrationParts, RequestOrigin } from "../registration/parts.ts";

/** A request as routes see it: checked, and without HTTP. */
export interface RouteRequest<Body> {
  readonly body: Body;
  readonly origin: RequestOrigin;
  /** Enrolment and token; a route without an enrolment must not ask. */
  readonly caller: () => EnrolmentCaller;
  readonly idempotencyKey: () => string | undefined;
}

/** One route, its types hidden. */
export interface Route {
  readonly method: "POST" | "DELETE";
  /** With `:id`, as Hono has it. */
  readonly path: string;
  readonly summary: string;
  /** Of the answer when all goes well. */
  readonly status: 200 | 201 | 204;
  /** `undefined`: there is no body. */
  readonly request: v.GenericSchema | undefined;
  readonly response: v.GenericSchema | undefined;
  readonly needsEnrolment: boolean;
  readonly idempotencyKey: "none" | "optional" | "required";
  /** What it may answer besides, for the document. */
  readonly problems: readonly ErrorKey[];
  handle(parts: RegistrationParts, request: RouteRequest<unknown>): Promise<unknown>;
}

type RouteOf<Body> = Omit<Route, "handle" | "request"> & {
  readonly request: v.GenericSchema<unknown, Body> | undefined;
  handle(parts: RegistrationParts, request: RouteRequest<Body>): Promise<unknown>;
};

/** The body was checked with `request` before `handle` sees it. */
function route<Body>(definition: RouteOf<Body>): Route {
  return definition as Route;
}

const ENROLMENT_PROBLEMS = ["registration/enrolment-unknown", "registration/enrolment-expired"] as const;

const RENEWAL_PROBLEMS = [
  "registration/renewal-unknown",
  "registration/renewal-revoked",
  "registration/renewal-superseded",
  "registration/renewal-expired",
  "registration/renewal-too-early",
] as const;

export const ROUTES: readonly Route[] = [
  route<StartEnrolment>({
    method: "POST",
    path: PATHS.enrolments,
    summary: "Begins an enrolment; the answer is the same for login IDs that do not exist",
    status: 201,
    request: StartEnrolment,
    response: EnrolmentStarted,
    needsEnrolment: false,
    idempotencyKey: "none",
    problems: ["registration/not-allowed", ...RENEWAL_PROBLEMS],
    handle: (parts, { body, origin }) => startEnrolment(parts, body, origin),
  }),
  route<StepAnswer>({
    method: "POST",
    path: PATHS.answers(":id"),
    summary: "Answers the current step",
    status: 200,
    request: StepAnswer,
    response: StepAccepted,
    needsEnrolment: true,
    idempotencyKey: "optional",
    problems: [
      ...ENROLMENT_PROBLEMS,
      "registration/out-of-order",
      "registration/wrong-credentials",
      "registration/wrong-answer",
      "registration/code-used",
      "registration/locked",
      "registration/not-allowed",
      "registration/token-not-registered",
      "registration/token-not-issued",
      "registration/already-issued",
      ...RENEWAL_PROBLEMS,
    ],
    async handle(parts, { body, caller, idempotencyKey }) {
      const request = { ...body, idempotencyKey: idempotencyKey() };
      return { step: await answerStep(parts, request, caller()) };
    },
  }),
  route<SubmitCsr>({
    method: "POST",
    path: PATHS.csr(":id"),
    summary: "Asks for the certificate; the same key gets the same bytes again",
    status: 200,
    request: SubmitCsr,
    response: CertificateIssued,
    needsEnrolment: true,
    idempotencyKey: "required",
    problems: [
      ...ENROLMENT_PROBLEMS,
      "registration/out-of-order",
      "registration/csr-refused",
      "registration/renewal-refused",
      "registration/not-allowed",
      "registration/already-issued",
      ...RENEWAL_PROBLEMS,
    ],
    async handle(parts, { body, caller, idempotencyKey }) {
      const key = idempotencyKey();
      if (key === undefined) {
        throw new AppError("authority/malformed-request", { reason: `no header ${HEADERS.idempotencyKey}` });
      }
      const submitted = "csr" in body
        ? { csrDer: decodeBase64(body.csr, "csr") }
        : { signedCsrDer: decodeBase64(body.signedCsr, "signedCsr") };
      const request = { submitted, idempotencyKey: key };
      const { certificateDer, serial, state } = await submitCsr(parts, request, caller());
      return { certificate: certificateDer.toBase64(), chain: chainOf(parts), serial, state };
    },
  }),
  route<ConfirmCertificate>({
    method: "POST",
    path: PATHS.confirmation(":id"),
    summary: "Confirms that the certificate has arrived and that its key works; may be repeated",
    status: 200,
    request: ConfirmCertificate,
    response: CertificateConfirmed,
    needsEnrolment: true,
    idempotencyKey: "none",
    problems: [...ENROLMENT_PROBLEMS, "registration/out-of-order", "registration/confirmation-refused"],
    async handle(parts, { body, caller }) {
      const serial = await confirmCertificate(parts, decodeBase64(body.proof, "proof"), caller());
      return { state: "confirmed", serial };
    },
  }),
  route<undefined>({
    method: "DELETE",
    path: PATHS.enrolment(":id"),
    summary: "Gives an enrolment up, before a certificate was asked for",
    status: 204,
    request: undefined,
    response: undefined,
    needsEnrolment: true,
    idempotencyKey: "none",
    problems: [...ENROLMENT_PROBLEMS, "registration/out-of-order"],
    handle: (parts, { caller }) => cancelEnrolment(parts, caller()),
  }),
];

const chains = new WeakMap<RegistrationParts, readonly string[]>();

/** The CAs' certificates in base64, which are the same in every answer. */
function chainOf(parts: RegistrationParts): readonly string[] {
  let chain = chains.get(parts);
  if (!chain) {
    chain = parts.ca.chainDer.map((der) => der.toBase64());
    chains.set(parts, chain);
  }
  return chain;
}

function decodeBase64(text: string, name: string): Bytes {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    throw new AppError("authority/malformed-request", { reason: `${name}: not base64` }, { cause });
  }
}
