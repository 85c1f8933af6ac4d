/** Replies to the additional authentication's question, made comparable. */

/**
 * Two replies that a person would call the same become the same text: full width or half width (NFKC), capitals
 * or small letters, katakana or hiragana, with or without spaces.
 *
 * @returns Empty if there is nothing but spaces in it.
 */
export function normaliseReply(reply: string): string {
  return reply.normalize("NFKC").toLowerCase().replace(/\s+/gu, "").replace(KATAKANA, toHiragana);
}

/** ァ to ヶ, and the iteration marks ヽ ヾ; the long vowel mark ー is the same in both. */
const KATAKANA = /[\u30a1-\u30f6\u30fd\u30fe]/g;
/** Hiragana stand so many code points before their katakana. */
const KANA_DISTANCE = 0x60;

function toHiragana(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) - KANA_DISTANCE);
}
