/** What the log keeps of an error: its code, and all that led to it. Never for a person's eyes. */
import type { LogFields } from "./log.ts";

/** Longest chain of causes that is followed. */
const MAX_CAUSES = 5;

/** Flat fields for {@link Log.error}: `code` of a catalogue error, `error` with all causes, and the first cause's `stack`. */
export function errorFields(error: unknown): LogFields {
  const messages: string[] = [];
  let current = error;
  let stack: string | undefined;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined && current !== null; depth++) {
    messages.push(current instanceof Error ? `${current.name}: ${current.message}` : String(current));
    if (current instanceof Error) stack = current.stack;
    current = current instanceof Error ? current.cause : undefined;
  }
  return {
    ...(hasCode(error) ? { code: error.code, correlationId: error.correlationId } : {}),
    error: messages.join(" ← "),
    stack,
  };
}

function hasCode(error: unknown): error is { code: string; correlationId?: string } {
  return error instanceof Error && error.name === "AppError" && "code" in error;
}
