/**
 * What a proxy says to a CONNECT: the head of its answer, read strictly.
 *
 * @module
 */

/** The head of an answer to CONNECT. */
export interface ProxyReply {
  status: number;
  /** The values of all `Proxy-Authenticate` fields, in their order. */
  challenges: string[];
}

/** Largest head that is read, in bytes; squid's own limit is 64 KiB for everything, its heads have 500 bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [^\0\r\n]*)?$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/;

/**
 * Reads a head (RFC 9112 §2 to §5; no obsolete folding).
 *
 * @param head All up to and without the empty line.
 * @returns `undefined` if it is none.
 */
export function parseReplyHead(head: string): ProxyReply | undefined {
  const [first = "", ...lines] = head.split("\r\n");
  const status = STATUS_LINE.exec(first)?.[1];
  if (status === undefined) return undefined;
  const challenges: string[] = [];
  for (const line of lines) {
    const field = FIELD.exec(line);
    if (field === null) return undefined;
    if (field[1]!.toLowerCase() === "proxy-authenticate") challenges.push(field[2]!);
  }
  return { status: Number(status), challenges };
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\uffff]|\\\\[\\t \\x21-\\x7e\\x80-\\uffff])*"';
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:${TOKEN}|${QUOTED})(?=[ \\t]*(?:,|$))`, "y");
const SCHEME = new RegExp(`(${TOKEN})(?=[ \\t,]|$)`, "y");
const TOKEN68 = /[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const SPACES = /[ \t]*/y;
const COMMAS = /[ \t,]*/y;

/**
 * The schemes of a `Proxy-Authenticate` field (RFC 9110 §11.6.1): `Basic realm="a, b", NTLM` offers two.
 *
 * @returns As written, in their order, without repetition; empty if it cannot be read.
 */
export function parseSchemes(field: string): string[] {
  const schemes: string[] = [];
  let at = 0;
  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(field);
    if (found !== null) at = pattern.lastIndex;
    return found;
  }
  for (take(COMMAS); at < field.length; take(COMMAS)) {
    // A parameter goes on with the challenge before it.
    if (schemes.length > 0 && take(PARAMETER) !== null) continue;
    const scheme = take(SCHEME)?.[1];
    if (scheme === undefined) return [];
    schemes.push(scheme);
    take(SPACES);
    // Either parameters, at once or after a comma, or one token68.
    if (take(PARAMETER) === null) take(TOKEN68);
    take(SPACES);
    if (at < field.length && field[at] !== ",") return [];
  }
  return schemes.filter((scheme, i) =>
    schemes.findIndex((other) => other.toLowerCase() === scheme.toLowerCase()) === i
  );
}
