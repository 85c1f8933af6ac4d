/** What a request says about itself, besides its body. */
import type { HttpBindings } from "@hono/node-server";
import { AppError } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { idempotencyKey } from "../../protocol/messages.ts";
import { HEADERS } from "../../protocol/paths.ts";
import * as v from "valibot";

const CORRELATION_ID = /^[0-9A-Za-z-]{8,64}$/;
const ENROLMENT_ID = /^[A-Za-z0-9_-]{22,64}$/;
const BEARER = /^Bearer ([A-Za-z0-9_-]{43,128})$/;

type Incoming = HttpBindings["incoming"];

/** The caller's correlation ID if it looks like one, so that app and authority log the same; else a fresh one. */
export function correlationIdOf(incoming: Incoming, randomBytes: (length: number) => Bytes): string {
  const given = headerOf(incoming, HEADERS.correlationId);
  if (given !== undefined && CORRELATION_ID.test(given)) return given;
  return freshUuid(randomBytes);
}

/** A version 4 UUID (RFC 9562 §5.4). */
function freshUuid(randomBytes: (length: number) => Bytes): string {
  const bytes = randomBytes(16);
  bytes[6] = bytes[6]! & 0x0f | 0x40;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Enrolment and token of a request.
 *
 * @throws {AppError} `registration/enrolment-unknown` if either cannot be one.
 */
export function enrolmentOf(incoming: Incoming, id: string): { enrolmentId: string; token: string } {
  const token = BEARER.exec(headerOf(incoming, "authorization") ?? "")?.[1];
  if (token === undefined || !ENROLMENT_ID.test(id)) throw new AppError("registration/enrolment-unknown", {});
  return { enrolmentId: id, token };
}

/**
 * The idempotency key.
 *
 * @returns `undefined` if there is none.
 * @throws {AppError} `authority/malformed-request` if it is not 64 hex digits.
 */
export function idempotencyKeyOf(incoming: Incoming): string | undefined {
  const key = headerOf(incoming, HEADERS.idempotencyKey);
  if (key === undefined || v.is(idempotencyKey, key)) return key;
  throw new AppError("authority/malformed-request", { reason: `header ${HEADERS.idempotencyKey}` });
}

/** The other side's IP address. */
export function addressOf(incoming: Incoming): string {
  return incoming.socket?.remoteAddress ?? "unknown";
}

function headerOf(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}
