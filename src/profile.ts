/**
 * The profile: all that makes the white-label app one institution's app. One JSON file, checked once.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "./errors.ts";

const text = v.strictObject({
  ja: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
  en: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
});
const httpsUrl = v.pipe(v.string(), v.url(), v.startsWith("https://"), v.maxLength(512));

export const Profile = v.strictObject({
  institution: v.strictObject({
    /** Names folders and registry keys as well: digits and letters only. */
    code: v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{1,16}$/)),
    name: text,
    service: text,
    app: text,
  }),
  authority: v.strictObject({
    url: httpsUrl,
    /** Explicit trust anchors (RFC 7030 §3.6.1): PEM certificates that both the TLS server and issued certificates must chain to. */
    trustAnchors: v.pipe(
      v.array(v.pipe(v.string(), v.startsWith("-----BEGIN CERTIFICATE-----"))),
      v.maxLength(8),
    ),
  }),
  /** The way out: `system` as the OS has it, `direct`, or the URL of an HTTP proxy. `--proxy` comes before it. */
  proxy: v.optional(
    v.union([
      v.picklist(["system", "direct"]),
      v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//), v.maxLength(512)),
    ]),
    "system",
  ),
  trust: v.optional(
    v.strictObject({
      /** The OS's trust store counts besides the trust anchors: for networks that inspect TLS. */
      platform: v.optional(v.boolean(), false),
    }),
    {},
  ),
  /** The bank's login page. */
  portal: v.strictObject({ url: httpsUrl }),
  /** Scheme of the links in the bank's pages that start the app. */
  uriScheme: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]{2,31}$/)),
  key: v.strictObject({ algorithm: v.picklist(["rsa-2048", "p256"]) }),
  renewal: v.strictObject({
    /** So many days before `notAfter` the list offers the renewal; the authority decides by its own setting. */
    opensDaysBefore: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)),
  }),
  keystore: v.strictObject({
    /** `os`: the OS's keystore. `file`: encrypted files, for demos and servers only. `auto`: `os`, else `file`. */
    kind: v.picklist(["os", "file", "auto"]),
  }),
  brand: v.strictObject({
    /** The one accent colour, per theme. */
    accentLight: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)),
    accentDark: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)),
  }),
  support: v.strictObject({ contact: text }),
});
export type Profile = v.InferOutput<typeof Profile>;

/** Largest profile that is read, in bytes. */
const MAX_PROFILE_BYTES = 256 * 1024;

/**
 * Checks a profile's text.
 *
 * @param json The file's content.
 * @param path Where it came from, for the message.
 * @throws {AppError} `profile/invalid` naming the first wrong field.
 */
export function parseProfile(json: string, path: string): Profile {
  if (json.length > MAX_PROFILE_BYTES) throw new AppError("profile/invalid", { path, problem: "too large" });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AppError("profile/invalid", { path, problem: "not JSON" }, { cause });
  }
  const parsed = v.safeParse(Profile, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new AppError("profile/invalid", { path, problem: `${v.getDotPath(issue) ?? "/"}: ${issue.message}` });
}
