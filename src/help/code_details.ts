/** What there is to say of a code besides the catalogue's message and advice. */
import type { ErrorKey, Text } from "../errors.ts";
import { DEVICE_CODE_DETAILS } from "./device_code_details.ts";
import { MANUAL_CODE_DETAILS } from "./manual_code_details.ts";
import { REGISTRATION_CODE_DETAILS } from "./registration_code_details.ts";

/** Stands behind the catalogue's advice, which is always the first step. */
export interface CodeDetails {
  /** Causes, or further steps. */
  readonly more?: readonly Text[];
  /** IDs of the doctor's checks. */
  readonly checks?: readonly string[];
}

/** By the catalogue's key. A code without an entry here has the catalogue's two sentences, which are enough. */
export const CODE_DETAILS: { readonly [K in ErrorKey]?: CodeDetails } = {
  ...MANUAL_CODE_DETAILS,
  ...REGISTRATION_CODE_DETAILS,
  ...DEVICE_CODE_DETAILS,
};
