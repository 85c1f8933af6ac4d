/**
 * The file for the support desk: the log's end, the doctor's findings, versions and the settings that matter. Only
 * what is known to hold no secret goes in, each thing by name; nothing is taken because it lies in a folder.
 *
 * @module
 */
import { zip } from "fflate";
import type { Config } from "../config.ts";
import type { Language } from "../errors.ts";
import type { Os } from "../platform/os.ts";
import type { CheckResult, SupportBundle } from "./types.ts";

/** Of the log; what is older helps nobody. */
const MAX_LOG_BYTES = 2 * 1024 * 1024;

/** What the file is made of. */
export interface SupportParts {
  config: Config;
  os: Os;
  now: Date;
  /** Of a whole run of the doctor. */
  results: readonly CheckResult[];
}

/** Puts the file together; nothing is written. */
export async function packSupportBundle(parts: SupportParts): Promise<SupportBundle> {
  const { config, now, results } = parts;
  const entries = [
    { name: "doctor.txt", text: results.map((result) => describe(result, config.language)).join("\n") },
    { name: "doctor.json", text: `${JSON.stringify(results, undefined, 2)}\n` },
    { name: "versions.json", text: `${JSON.stringify(versionsOf(parts), undefined, 2)}\n` },
    { name: "settings.json", text: `${JSON.stringify(settingsOf(config), undefined, 2)}\n` },
    ...await logOf(config),
  ];
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 13);
  return {
    fileName: `hakko-support-${stamp}.zip`,
    entries,
    zip: () => zipOf(entries),
  };
}

function describe({ title, state, finding, advice, elapsedMs }: CheckResult, language: Language): string {
  const next = advice === undefined ? "" : `\n    -> ${advice[language]}`;
  return `[${state}] ${title[language]} (${Math.round(elapsedMs)} ms)\n    ${finding[language]}${next}\n`;
}

function versionsOf({ config, os }: SupportParts): Record<string, string> {
  return { app: config.version, os, osRelease: Deno.osRelease(), deno: Deno.version.deno };
}

/** The profile is public, but for a proxy's URL, in which somebody may have put a password. */
function settingsOf({ profile, language, proxy }: Config): Record<string, unknown> {
  return {
    institution: profile.institution.code,
    authority: profile.authority.url,
    keystore: profile.keystore.kind,
    key: profile.key.algorithm,
    language,
    proxy: proxy === undefined ? "profile" : proxy === "direct" ? "direct" : "flag",
    proxyOfProfile: ["system", "direct"].includes(profile.proxy ?? "system") ? profile.proxy : "url",
    trustsPlatform: profile.trust?.platform === true,
  };
}

/** The log as it is: it never holds a secret, see log/. */
async function logOf({ logPaths }: Config): Promise<{ name: string; text: string }[]> {
  for (const path of logPaths) {
    try {
      const bytes = await Deno.readFile(path);
      const text = new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - MAX_LOG_BYTES)));
      return [{ name: "ApplicationLog.log", text }];
    } catch {
      // The next place.
    }
  }
  return [];
}

function zipOf(entries: SupportBundle["entries"]): Promise<Uint8Array<ArrayBuffer>> {
  const files = Object.fromEntries(
    entries.map(({ name, text }) => [name, new TextEncoder().encode(text)]),
  );
  return new Promise((resolve, reject) =>
    zip(files, (error, data) => error ? reject(error) : resolve(new Uint8Array(data)))
  );
}
