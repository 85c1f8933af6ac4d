/**
 * One-time passwords as their RFCs have them: HOTP, TOTP and OCRA, the address that registers a token, and what a
 * transaction token reads from a 2D code. Functions of their arguments, no clock, no I/O.
 *
 * The authority checks with these files and the software token page computes with the very same ones: they go to
 * the browser with their types stripped. So they import nothing outside this room, and their TypeScript is erasable.
 *
 * @module
 */
export { decodeBase32, encodeBase32 } from "./base32.ts";
export { hotp, type HotpOptions } from "./hotp.ts";
export type { Bytes, OtpHash } from "./hmac.ts";
export { ocra, type OcraInput, type OcraSuite, parseOcraSuite } from "./ocra.ts";
export { parseTokenUri, type TokenAccount, tokenUri } from "./token_uri.ts";
export { totp, type TotpOptions, totpStep } from "./totp.ts";
export { encodeTransaction, parseTransaction, type Transaction, transactionNumber } from "./transaction.ts";
