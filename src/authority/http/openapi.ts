/**
 * The API's description (OpenAPI 3.1), written from the routes and from the very schemas that validate requests.
 *
 * @module
 */
import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { CATALOGUE, type ErrorKey } from "../../errors.ts";
import {
  AuthorityStatus,
  CertificateConfirmed,
  CertificateIssued,
  ConfirmCertificate,
  EnrolmentStarted,
  Problem,
  StartEnrolment,
  StepAccepted,
  StepAnswer,
  SubmitCsr,
} from "../../protocol/messages.ts";
import { HEADERS, MEDIA_TYPES, PATHS } from "../../protocol/paths.ts";
import type { Route } from "./routes.ts";

const SCHEMAS = {
  StartEnrolment,
  EnrolmentStarted,
  StepAnswer,
  StepAccepted,
  SubmitCsr,
  CertificateIssued,
  ConfirmCertificate,
  CertificateConfirmed,
  AuthorityStatus,
  Problem,
} as const;

/** What every route may answer. */
const COMMON_PROBLEMS: readonly ErrorKey[] = [
  "input/invalid",
  "authority/malformed-request",
  "authority/request-too-large",
  "authority/unsupported-media-type",
  "authority/busy",
  "authority/unavailable",
];

type JsonObject = { [name: string]: unknown };

/** The OpenAPI document, as an object for JSON. */
export function describeApi(routes: readonly Route[], version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.path.replace(":id", "{id}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  paths[PATHS.status] = {
    get: describeRead("Tells whether anybody is there, and the time", AuthorityStatus),
  };
  return {
    openapi: "3.1.0",
    info: { title: "Hakko authority", version },
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => [name, describeSchema(schema)]),
      ),
      securitySchemes: { enrolmentToken: { type: "http", scheme: "bearer" } },
    },
  };
}

function describeRoute(route: Route): JsonObject {
  const parameters: JsonObject[] = [
    header(HEADERS.correlationId, { type: "string", pattern: "^[0-9A-Za-z-]{8,64}$" }, false),
  ];
  if (route.path.includes(":id")) {
    parameters.push({ name: "id", in: "path", required: true, schema: { type: "string" } });
  }
  if (route.idempotencyKey !== "none") {
    const schema = { type: "string", pattern: "^[0-9a-f]{64}$" };
    parameters.push(header(HEADERS.idempotencyKey, schema, route.idempotencyKey === "required"));
  }
  return {
    summary: route.summary,
    parameters,
    ...(route.needsEnrolment ? { security: [{ enrolmentToken: [] }] } : {}),
    ...(route.request
      ? { requestBody: { required: true, content: content(MEDIA_TYPES.json, route.request) } }
      : {}),
    responses: {
      [route.status]: {
        description: "Done",
        ...(route.response ? { content: content(MEDIA_TYPES.json, route.response) } : {}),
      },
      ...describeProblems([...COMMON_PROBLEMS, ...route.problems]),
    },
  };
}

function describeRead(summary: string, schema: v.GenericSchema): JsonObject {
  return { summary, responses: { 200: { description: "Done", content: content(MEDIA_TYPES.json, schema) } } };
}

/** One entry per status, naming the catalogue's rows that come with it. */
function describeProblems(keys: readonly ErrorKey[]): JsonObject {
  const byStatus = new Map<number, string[]>();
  for (const key of new Set(keys)) {
    const { code, message } = CATALOGUE[key];
    const status = key === "authority/busy" ? 429 : CATALOGUE[key].status;
    byStatus.set(status, [...byStatus.get(status) ?? [], `${code} ${message.en}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      { description: lines.join("; "), content: content(MEDIA_TYPES.problem, Problem) },
    ]),
  );
}

function header(name: string, schema: JsonObject, required: boolean): JsonObject {
  return { name, in: "header", required, schema };
}

function content(mediaType: string, schema: v.GenericSchema): JsonObject {
  const name = Object.entries(SCHEMAS).find(([, known]) => known === schema)?.[0];
  return {
    [mediaType]: { schema: name ? { $ref: `#/components/schemas/${name}` } : describeSchema(schema) },
  };
}

/** Checks that JSON Schema has no words for are left out: the server makes them all the same. */
const CONVERSION: ConversionConfig = { errorMode: "ignore", typeMode: "input" };

function describeSchema(schema: v.GenericSchema): JsonObject {
  const { $schema: _, ...description } = toJsonSchema(schema, CONVERSION) as JsonObject;
  return description;
}
