/**
 * Looking for secrets where they must not be, in every form in which software writes bytes down.
 *
 * @module
 */

/** Something that must not be found. */
export interface Secret {
  /** For the finding. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A secret that is text. */
export function secretText(name: string, text: string): Secret {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** The private numbers of a PKCS#8 key, in whatever they are wrapped; public ones may be anywhere. */
export async function secretKey(name: string, pkcs8Der: Uint8Array<ArrayBuffer>): Promise<Secret[]> {
  const isRsa = pkcs8Der.length > 500;
  const algorithm = isRsa
    ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
    : { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("pkcs8", pkcs8Der, algorithm, true, ["sign"]);
  const { d, p, q } = await crypto.subtle.exportKey("jwk", key);
  return Object.entries({ d, p, q }).flatMap(([part, value]) =>
    value === undefined
      ? []
      : [{ name: `${name} (${part})`, bytes: Uint8Array.fromBase64(value, { alphabet: "base64url" }) }]
  );
}

/**
 * Looks through all files below some folders.
 *
 * @returns One line per finding: file, secret and form; none is what a test wants.
 */
export async function findSecrets(folders: readonly string[], secrets: readonly Secret[]): Promise<string[]> {
  const findings: string[] = [];
  for (const folder of folders) {
    for await (const path of filesBelow(folder)) {
      findings.push(...findSecretsIn(await Deno.readFile(path), secrets).map((line) => `${path}: ${line}`));
    }
  }
  return findings;
}

/** The same in one piece of memory. */
export function findSecretsIn(content: Uint8Array, secrets: readonly Secret[]): string[] {
  const haystack = latin1(content);
  return secrets.flatMap(({ name, bytes }) =>
    [...formsOf(bytes)].flatMap(([form, needle]) => haystack.includes(needle) ? [`${name} as ${form}`] : [])
  );
}

/** Every form, as Latin-1 text with one character per byte. */
function* formsOf(bytes: Uint8Array): Generator<[form: string, needle: string]> {
  const plain = new Uint8Array(bytes);
  yield ["itself", latin1(plain)];
  yield ["hex", plain.toHex()];
  yield ["HEX", plain.toHex().toUpperCase()];
  // In the middle of something longer, its bytes begin at any of three places; what is mixed with its neighbours is
  // left out at both ends.
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array([...new Uint8Array(before), ...plain]);
    for (const alphabet of ["base64", "base64url"] as const) {
      const text = padded.toBase64({ alphabet, omitPadding: true });
      yield [`${alphabet} from ${before}`, text.slice(before === 0 ? 0 : 4, (padded.length * 4 / 3) | 0)];
    }
  }
  const text = asText(plain);
  if (text === undefined) return;
  const units = Array.from(text, (_, index) => text.charCodeAt(index));
  yield ["UTF-16BE", latin1(new Uint8Array(units.flatMap((unit) => [unit >> 8, unit & 0xff])))];
  yield ["UTF-16LE", latin1(new Uint8Array(units.flatMap((unit) => [unit & 0xff, unit >> 8])))];
  yield ["URL", encodeURIComponent(text)];
  yield ["form", new URLSearchParams({ a: text }).toString().slice(2)];
  yield ["JSON", JSON.stringify(text).slice(1, -1).replace(/[^ -~]/g, escapeJson)];
}

function escapeJson(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) yield path;
  }
}
