/** Forms as our pages send them: a few short texts. */
import { AppError } from "../../errors.ts";
import type { BankContext } from "./context.ts";
import { refuseForeignPages } from "./same_origin.ts";

/** All fields of any form together, encoded. */
const MAX_BYTES = 8 * 1024;

/**
 * Reads these fields, each of which must be there once, after the checks that every form needs.
 *
 * @param origin Our configured origin.
 * @throws {AppError} `login/request-refused`, `authority/request-too-large`, `authority/malformed-request`
 */
export async function readForm<Name extends string>(
  c: BankContext,
  { names, origin }: { names: readonly Name[]; origin: string },
): Promise<Record<Name, string>> {
  refuseForeignPages(c, origin);
  if (c.req.header("content-type") !== "application/x-www-form-urlencoded") throw malformed();
  const fields = new URLSearchParams(await readText(c.req.raw));
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const [value, ...more] = fields.getAll(name);
    if (value === undefined || more.length > 0) throw malformed();
    values[name] = value;
  }
  return values as Record<Name, string>;
}

/** The server closes connections whose bodies do not arrive in time, see ../http/server.ts. */
async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new AppError("authority/request-too-large", {});
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function malformed(): AppError<"authority/malformed-request"> {
  return new AppError("authority/malformed-request", { reason: "form" });
}
