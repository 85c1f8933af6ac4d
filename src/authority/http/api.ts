/**
 * The API over HTTP: decodes, calls registration, encodes. Every answer carries the correlation ID.
 *
 * @module
 */
import { type Context, Hono } from "@hono/hono";
import type { HttpBindings } from "@hono/node-server";
import * as v from "valibot";
import { AppError, toAppError } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import type { AuthorityStatus } from "../../protocol/messages.ts";
import { API_PREFIX, HEADERS, MEDIA_TYPES, PATHS } from "../../protocol/paths.ts";
import type { RegistrationParts } from "../registration/parts.ts";
import { readMaintenance } from "../maintenance.ts";
import { readJson } from "./body.ts";
import { addressOf, correlationIdOf, enrolmentOf, idempotencyKeyOf } from "./context.ts";
import { describeApi } from "./openapi.ts";
import { problemAnswer } from "./problem.ts";
import { type Answer, send } from "./respond.ts";
import { type Route, ROUTES } from "./routes.ts";

type ApiContext = Context<{ Bindings: HttpBindings }>;

/** How long clients are asked to wait during maintenance, in seconds. */
const MAINTENANCE_RETRY_SECONDS = 300;

export interface ApiParts {
  readonly registration: RegistrationParts;
  readonly log: Log;
  /** For the document. */
  readonly version: string;
}

/** The API; it listens nowhere. It reads bodies from node's request, so it needs http/server.ts around it. */
export function createApi(parts: ApiParts): Hono<{ Bindings: HttpBindings }> {
  const { registration, log } = parts;
  const { store, config, now, randomBytes } = registration;
  const app = new Hono<{ Bindings: HttpBindings }>();

  /** Runs a route's work; whatever it throws becomes a problem document. */
  async function answer(c: ApiContext, work: (correlationId: string) => Promise<Answer>): Promise<Response> {
    const correlationId = correlationIdOf(c.env.incoming, randomBytes);
    try {
      return send(c.env, await work(correlationId));
    } catch (thrown) {
      report(c, toAppError(thrown), correlationId);
      return send(c.env, problemAnswer(thrown, correlationId));
    }
  }

  function report(c: ApiContext, error: AppError, correlationId: string): void {
    const fields = {
      correlationId,
      code: error.code,
      key: error.key,
      method: c.req.method,
      path: c.req.path,
    };
    if (error.key !== "internal/unexpected") return log.info("api/refused", fields);
    const { cause } = error;
    log.error("api/failed", {
      ...fields,
      cause: cause instanceof Error ? cause.stack ?? cause.message : "?",
    });
  }

  async function call(c: ApiContext, route: Route): Promise<Response> {
    return await answer(c, async (correlationId) => {
      const { incoming } = c.env;
      await refuseDuringMaintenance();
      const body = route.request && checkBody(route.request, await readJson(incoming));
      const origin = { correlationId, address: addressOf(incoming) };
      const result = await route.handle(registration, {
        body,
        origin,
        caller: () => ({ ...origin, ...enrolmentOf(incoming, c.req.param("id") ?? "") }),
        idempotencyKey: () => idempotencyKeyOf(incoming),
      });
      return jsonAnswer(route.status, { value: result, correlationId });
    });
  }

  async function refuseDuringMaintenance(): Promise<void> {
    const message = await readMaintenance(store);
    if (message === undefined) return;
    const options = { detail: message, retryAfterSeconds: MAINTENANCE_RETRY_SECONDS };
    throw new AppError("authority/unavailable", {}, options);
  }

  async function status(): Promise<AuthorityStatus> {
    const maintenance = await readMaintenance(store) ?? null;
    return { institution: config.institution.code, time: now().toISOString(), maintenance };
  }

  function get(path: string, respond: () => Promise<unknown>): void {
    app.get(
      path,
      (c) => answer(c, async (correlationId) => jsonAnswer(200, { value: await respond(), correlationId })),
    );
    refuseOtherMethods(path, ["GET", "HEAD"]);
  }

  function refuseOtherMethods(path: string, allowed: readonly string[]): void {
    app.all(path, (c) =>
      answer(c, async (correlationId) => {
        if (path.startsWith(API_PREFIX) && path !== PATHS.status) await refuseDuringMaintenance();
        const refusal = problemAnswer(new AppError("authority/method-not-allowed", {}), correlationId);
        return { ...refusal, headers: { ...refusal.headers, allow: allowed.join(", ") } };
      }));
  }

  for (const route of ROUTES) app.on(route.method, route.path, (c) => call(c, route));
  for (const path of new Set(ROUTES.map(({ path }) => path))) {
    refuseOtherMethods(path, ROUTES.filter((route) => route.path === path).map(({ method }) => method));
  }
  get(PATHS.status, status);
  const document = describeApi(ROUTES, parts.version);
  get(PATHS.openapi, async () => {
    await refuseDuringMaintenance();
    return document;
  });
  get("/healthz", async () => {
    await store.auditHead();
    return { ok: true };
  });
  app.notFound((c) =>
    answer(c, async () => {
      if (c.req.path.startsWith(API_PREFIX)) await refuseDuringMaintenance();
      throw new AppError("authority/not-found", {});
    })
  );
  app.onError((thrown, c) => answer(c, () => Promise.reject(thrown)));
  return app;
}

function jsonAnswer(
  status: number,
  { value, correlationId }: { value: unknown; correlationId: string },
): Answer {
  return {
    status,
    headers: {
      ...(value === undefined ? {} : { "content-type": MEDIA_TYPES.json }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      [HEADERS.correlationId]: correlationId,
    },
    body: value === undefined ? "" : JSON.stringify(value),
  };
}

/** What a person types: what is wrong with it is their matter, everything else is the app's. */
const TYPED_FIELD = /^(?:answer\.)?(loginId|(?<=answer\.)\w+)$/;

function checkBody(schema: v.GenericSchema, value: unknown): unknown {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const path = v.getDotPath(parsed.issues[0]) ?? "/";
  const field = TYPED_FIELD.exec(path)?.[1];
  if (field !== undefined) throw new AppError("input/invalid", {}, { field });
  // The schema's own message would quote the value, which may be a secret.
  throw new AppError("authority/malformed-request", { reason: `field ${path.slice(0, 64)}` });
}
