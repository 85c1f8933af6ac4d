/** Numbers that tokens show, as people type and paste them. A leaf: the command line asks it without the engine. */

/** Spaces, and what a "-" key types: hyphens and dashes, in Japanese also the minus and the long-vowel mark. */
const SEPARATORS = /[\s\p{Dash_Punctuation}\u2212\u30fc]/gu;

/**
 * Reads a number of exactly so many digits, in any width, with spaces and hyphens between them.
 *
 * @returns ASCII digits alone; `undefined` if it is no such number.
 */
export function readNumber(typed: string, digits: number): string | undefined {
  const number = typed.normalize("NFKC").replace(SEPARATORS, "");
  return number.length === digits && /^[0-9]+$/.test(number) ? number : undefined;
}
