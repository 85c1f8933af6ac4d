/** What a key may do (RFC 5280 §4.2.1.3), in the order of its bits. */
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** One of {@link KEY_USAGES}. */
export type KeyUsage = (typeof KEY_USAGES)[number];
