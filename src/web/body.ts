/**
 * Reads the bodies that the page script sends: flat JSON objects whose values are texts.
 *
 * @module
 */
/** A form's values by field name. */
export type Fields = Readonly<Record<string, string>>;

const MAX_FIELDS = 16;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,31}$/;
const MAX_VALUE = 4096;

/**
 * Parses a body.
 *
 * Our page script is the only client, so the text must be exactly what `JSON.stringify` writes: that leaves no
 * room for duplicate keys, byte order marks, other encodings or numbers that two parsers read differently.
 *
 * @returns Nothing when it is anything else.
 */
export function parseFields(body: Uint8Array): Fields | undefined {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    value = JSON.parse(text);
    if (JSON.stringify(value) !== text) return undefined;
  } catch {
    return undefined; // not UTF-8, not JSON, or nested too deeply to write again
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > MAX_FIELDS) return undefined;
  const fields: Record<string, string> = Object.create(null);
  for (const [name, text] of entries) {
    if (!NAME.test(name) || typeof text !== "string" || text.length > MAX_VALUE || !text.isWellFormed()) {
      return undefined;
    }
    fields[name] = text;
  }
  return fields;
}

/** Whether exactly these fields are there. */
export function hasExactly<N extends string>(
  fields: Fields,
  names: readonly N[],
): fields is Record<N, string> {
  return Object.keys(fields).length === names.length && names.every((name) => name in fields);
}
