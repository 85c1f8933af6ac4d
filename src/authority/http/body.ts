/**
 * Reading a JSON body from whoever it may be: the right type, no more than the limit, and strictly one meaning.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { AppError } from "../../errors.ts";
import { MAX_BODY_BYTES, MEDIA_TYPES } from "../../protocol/paths.ts";
import { parseStrictJson } from "./strict_json.ts";

/**
 * Reads and parses a request's body.
 *
 * @throws {AppError} `authority/unsupported-media-type`, `authority/request-too-large`,
 * `authority/malformed-request`.
 */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const type = incoming.headers["content-type"] ?? "";
  const isJson = /^application\/json(\s*;\s*charset="?utf-8"?)?$/i.test(type);
  if (!isJson || incoming.headers["content-encoding"] !== undefined) {
    throw new AppError("authority/unsupported-media-type", {}, { detail: `expected ${MEDIA_TYPES.json}` });
  }
  return parseStrictJson(await readBody(incoming));
}

/** The server closes connections whose bodies do not arrive in time, see server.ts. */
function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) return Promise.reject(new AppError("authority/request-too-large", {}));
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    function settle(error: AppError | undefined): void {
      incoming.off("data", onData);
      incoming.off("end", onEnd);
      incoming.off("close", onClose);
      incoming.off("error", onClose);
      if (error) reject(error);
      else resolve(chunks.length === 1 ? chunks[0]! : join(chunks, length));
    }
    function onData(chunk: Uint8Array): void {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) settle(new AppError("authority/request-too-large", {}));
      else chunks.push(chunk);
    }
    const onEnd = () => settle(undefined);
    const onClose = () => settle(malformed("the body broke off"));
    incoming.on("data", onData);
    incoming.on("end", onEnd);
    incoming.on("close", onClose);
    incoming.on("error", onClose);
  });
}

function malformed(reason: string): AppError<"authority/malformed-request"> {
  return new AppError("authority/malformed-request", { reason });
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
