/** What every page is given. */
import type { Doctor, SupportBundle } from "../doctor/types.ts";
import { AppError, type Language } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { Profile } from "../profile.ts";
import type { Issuance } from "../issuance/mod.ts";
import type { ProxyAuthentication } from "../network/proxy/types.ts";
import type { Reminders } from "../reminder/types.ts";
import type { Walk } from "./walk.ts";

/** The language of the pages, remembered between starts. */
export interface LanguageSetting {
  current(): Language;
  /** Failing to remember it is not worth an error page: it may reject, and the pages go on in the new language. */
  change(language: Language): Promise<void>;
}

/** Handed to the routes; they ask nobody else. */
export interface PageParts {
  profile: Profile;
  language: LanguageSetting;
  version: string;
  log: Log;
  now: () => Date;
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  walk: Walk;
  issuance: () => Promise<Issuance>;
  runningBrowsers?: RunningBrowsers | undefined;
  reminders?: (() => Promise<Reminders>) | undefined;
  /** The checks of 困ったときは; called with its first page. Without it there are none. */
  doctor?: (() => Promise<Doctor>) | undefined;
  /** Makes the file for the support desk, afresh each time. Without it there is none. */
  supportBundle?: (() => Promise<SupportBundle>) | undefined;
  /** Where requests wait while a proxy wants a name and a password. Without it none ever does. */
  proxyAuthentication?: ProxyAuthentication | undefined;
}

/**
 * The browsers of this OS user that run now, by the names that people know; in no particular order, each once.
 * Empty where there is no way to know.
 */
export type RunningBrowsers = () => Promise<readonly string[]>;

/**
 * Makes anything thrown presentable: an unknown error becomes `internal/unexpected`, and each has a
 * correlation ID that is in the log as well.
 */
export function presentable(thrown: unknown, parts: PageParts): AppError {
  const error = thrown instanceof AppError
    ? thrown
    : new AppError("internal/unexpected", {}, { cause: thrown });
  const correlationId = error.correlationId ?? parts.randomBytes(16).toHex();
  const cause = error.cause === undefined ? undefined : String(error.cause);
  const record = { code: error.code, key: error.key, correlationId, cause };
  if (error.row.status >= 500) parts.log.error("web.error", record);
  else parts.log.info("web.refused-input", record);
  if (error.correlationId !== undefined) return error;
  return copyWith(error, correlationId);
}

function copyWith(error: AppError, correlationId: string): AppError {
  const { cause, retryAfterSeconds, detail, field } = error;
  return new AppError(error.key, error.values as never, {
    cause,
    correlationId,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(detail === undefined ? {} : { detail }),
    ...(field === undefined ? {} : { field }),
  });
}
