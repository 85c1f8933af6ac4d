import { AppError } from "../errors.ts";

/**
 * The one error of this room for bytes that are not what they should be.
 *
 * @param what A short phrase: the structure, and after a colon the part that is wrong. Never bytes or values.
 * @param cause For the log.
 */
export function malformed(what: string, cause?: unknown): AppError<"pki/malformed"> {
  return new AppError("pki/malformed", { what }, { cause });
}
