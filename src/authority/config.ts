/**
 * The authority's directory and the config.json in it: everything that an institution decides, checked once at the
 * start.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { AppError } from "../errors.ts";
import { parseOcraSuite } from "../otp/ocra.ts";
import { institutionCode } from "../protocol/messages.ts";

const text = v.strictObject({
  ja: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
  en: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
});
/** The Japanese name is the O of every certificate, which has 64 characters at most (RFC 5280 appendix A.1). */
const institutionName = v.strictObject({
  ...text.entries,
  ja: v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.regex(/^\S(.*\S)?$/su)),
});
const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const host = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:-]{1,253}$/));
const colour = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/));

/** A rate that GCRA allows, see registration/throttle.ts. */
const rate = v.strictObject({
  /** Requests per minute in the long run. */
  perMinute: wholeNumber(1, 1_000_000),
  /** Requests at once after a pause. */
  burst: wholeNumber(1, 1_000_000),
});

/** A kind of step, see registration/steps/. An app that does not know one answers `G004e`. */
export const stepKind = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/));
/** Steps in their order. The password is the first: nobody learns what else is asked before that is right. */
const steps = v.pipe(
  v.array(stepKind),
  v.check((kinds) => kinds[0] === "password", "the first step is password"),
  v.check((kinds) => new Set(kinds).size === kinds.length, "a step comes twice"),
);
const stepsByRole = v.strictObject({ user: steps, administrator: steps });

/** Which steps are asked, see registration/policy.ts. */
const policy = v.strictObject({
  issue: stepsByRole,
  renew: stepsByRole,
  /** Asked besides on a PC, or from a network, where this person has acquired no certificate before. */
  newDevice: v.array(stepKind),
  newNetwork: v.array(stepKind),
});

const digits = v.picklist([6, 8]);

/** The tokens that people hold. */
const tokens = v.strictObject({
  /** TOTP (RFC 6238), as authenticator apps have it. */
  otp: v.strictObject({ digits, periodSeconds: wholeNumber(10, 300) }),
  /** The same on a hardware token, of which two neighbouring codes are asked for. */
  timeSync: v.strictObject({ digits, periodSeconds: wholeNumber(10, 300) }),
  /** Suite of the transaction token (RFC 6287 §6), with a question and nothing else. */
  ocraSuite: v.pipe(v.string(), v.check(isUsableSuite, "not an OCRA suite with a question alone")),
  /** How many time steps before and after the expected one a code may be from. */
  windowSteps: wholeNumber(0, 10),
  /** The same for two neighbouring codes, which tell where a token's clock has drifted to. */
  resyncSteps: wholeNumber(0, 100),
});

/** When renewal is possible. */
const renewal = v.strictObject({
  /** So many days before `notAfter` it opens. */
  opensDaysBefore: wholeNumber(1, 365),
  /** So many days after `notAfter` it is still possible. */
  graceDays: wholeNumber(0, 365),
});

export const DEFAULT_POLICY: v.InferOutput<typeof policy> = {
  issue: { user: ["password"], administrator: ["password"] },
  renew: { user: ["password"], administrator: ["password"] },
  newDevice: [],
  newNetwork: [],
};
export const DEFAULT_TOKENS: v.InferOutput<typeof tokens> = {
  otp: { digits: 6, periodSeconds: 30 },
  timeSync: { digits: 6, periodSeconds: 60 },
  ocraSuite: "OCRA-1:HOTP-SHA256-8:QH64",
  windowSteps: 1,
  resyncSteps: 10,
};
export const DEFAULT_RENEWAL: v.InferOutput<typeof renewal> = { opensDaysBefore: 40, graceDays: 0 };

/** Where one server listens, and under which address others reach it. */
const endpoint = v.strictObject({
  port: wholeNumber(0, 65_535),
  /** If it differs, e.g. behind a load balancer: without a slash at the end. */
  publicUrl: v.optional(v.pipe(v.string(), v.url(), v.maxLength(512))),
});

export const AuthorityConfig = v.strictObject({
  institution: v.strictObject({
    code: institutionCode,
    name: institutionName,
    service: text,
    app: text,
    supportContact: text,
  }),
  brand: v.strictObject({ accentLight: colour, accentDark: colour }),
  /** Scheme of the links that start the app. */
  uriScheme: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]{2,31}$/)),
  /** Where the app's installer is. */
  downloadUrl: v.optional(v.pipe(v.string(), v.url(), v.maxLength(512))),
  /** Address that all ports are bound to. */
  listen: host,
  /** Names and addresses in the server's certificate; the first one is in the URLs. */
  hosts: v.pipe(v.array(host), v.minLength(1), v.maxLength(16)),
  endpoints: v.strictObject({
    api: endpoint,
    portal: endpoint,
    certificateLogin: endpoint,
    publication: endpoint,
  }),
  certificate: v.strictObject({
    validityDays: wholeNumber(1, 825),
    backdateHours: wholeNumber(0, 48),
  }),
  crl: v.strictObject({ validityHours: wholeNumber(1, 240) }),
  /** The three with defaults have come later: an older config.json has none of them. */
  policy: v.optional(policy, DEFAULT_POLICY),
  tokens: v.optional(tokens, DEFAULT_TOKENS),
  renewal: v.optional(renewal, DEFAULT_RENEWAL),
  registration: v.strictObject({
    /** How long the steps of one enrolment may take. */
    enrolmentMinutes: wholeNumber(1, 120),
    /** After that an unconfirmed certificate is abandoned. */
    confirmWithinHours: wholeNumber(1, 720),
    lockout: v.strictObject({ failures: wholeNumber(1, 100), minutes: wholeNumber(1, 1_440) }),
    throttle: v.strictObject({ account: rate, address: rate, everybody: rate }),
    /** Cost of a password hash: N = 2^log2N. New hashes only; stored ones say their own. */
    scrypt: v.strictObject({
      log2N: wholeNumber(4, 20),
      r: wholeNumber(1, 32),
      p: wholeNumber(1, 16),
    }),
  }),
  http: v.strictObject({
    /** For the handshake and the head of a request. */
    headSeconds: wholeNumber(1, 600),
    /** For its body. */
    bodySeconds: wholeNumber(1, 600),
    idleSeconds: wholeNumber(1, 3_600),
    maxConnections: wholeNumber(1, 100_000),
  }),
});
export type AuthorityConfig = v.InferOutput<typeof AuthorityConfig>;

function isUsableSuite(suite: string): boolean {
  try {
    const { counter, pin, session, time } = parseOcraSuite(suite);
    return !counter && !pin && !session && !time;
  } catch {
    return false;
  }
}

/** What `init` writes when nobody says otherwise: the demo institution, on this machine only. */
export const DEFAULT_CONFIG: AuthorityConfig = {
  institution: {
    code: "2224",
    name: { ja: "東京厚生信用組合", en: "Tokyo Kosei Credit Cooperative" },
    service: { ja: "こうしんビジネスネットバンキング", en: "Koshin Business Net Banking" },
    app: { ja: "東京厚生信用組合 証明書発行・更新アプリ", en: "Tokyo Kosei Certificate App" },
    supportContact: {
      ja: "こうしんビジネスネットバンキング お問合せ窓口",
      en: "Koshin Business Net Banking support desk",
    },
  },
  brand: { accentLight: "#1f5fa8", accentDark: "#8ab8f0" },
  uriScheme: "hakko-2224",
  listen: "127.0.0.1",
  hosts: ["127.0.0.1", "localhost"],
  endpoints: {
    api: { port: 22241 },
    portal: { port: 22242 },
    certificateLogin: { port: 22243 },
    publication: { port: 22244 },
  },
  certificate: { validityDays: 366, backdateHours: 24 },
  crl: { validityHours: 24 },
  policy: DEFAULT_POLICY,
  tokens: DEFAULT_TOKENS,
  renewal: DEFAULT_RENEWAL,
  registration: {
    enrolmentMinutes: 10,
    confirmWithinHours: 72,
    lockout: { failures: 5, minutes: 30 },
    throttle: {
      account: { perMinute: 20, burst: 40 },
      address: { perMinute: 300, burst: 600 },
      everybody: { perMinute: 12_000, burst: 6_000 },
    },
    scrypt: { log2N: 15, r: 8, p: 1 },
  },
  http: { headSeconds: 10, bodySeconds: 10, idleSeconds: 60, maxConnections: 2_000 },
};

/** Where everything is in an authority's directory. */
export function authorityPaths(directory: string) {
  const pki = join(directory, "pki");
  return {
    config: join(directory, "config.json"),
    database: join(directory, "authority.db"),
    pki,
    root: join(pki, "root.pem"),
    rootCrl: join(pki, "root.crl.pem"),
    issuing: join(pki, "issuing.pem"),
    issuingKey: join(pki, "issuing.key.pem"),
    tokenKey: join(pki, "tokens.key"),
    web: join(pki, "web_ca.pem"),
    webKey: join(pki, "web_ca.key.pem"),
    server: join(pki, "server.pem"),
    serverKey: join(pki, "server.key.pem"),
  } as const;
}

/**
 * Reads and checks config.json.
 *
 * @throws {AppError} `profile/invalid` naming the first wrong field.
 */
export async function readConfig(directory: string): Promise<AuthorityConfig> {
  const path = authorityPaths(directory).config;
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    const problem = cause instanceof Deno.errors.NotFound ? "there is none; run init first" : "not JSON";
    throw new AppError("profile/invalid", { path, problem }, { cause });
  }
  const parsed = v.safeParse(AuthorityConfig, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new AppError("profile/invalid", { path, problem: `${v.getDotPath(issue) ?? "/"}: ${issue.message}` });
}
