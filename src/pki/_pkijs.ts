/**
 * pkijs with this machine's WebCrypto: an independent second opinion for tests.
 *
 * @module
 */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import type { Bytes } from "./bytes.ts";

pkijs.setEngine("tests", new pkijs.CryptoEngine({ name: "tests", crypto }));

/** Decodes with asn1js; throws if it is not BER. */
export function fromBer(bytes: Bytes): asn1js.AsnType {
  const { offset, result } = asn1js.fromBER(bytes.slice().buffer);
  if (offset !== bytes.length) throw new Error("asn1js cannot read this");
  return result;
}

export { pkijs };
