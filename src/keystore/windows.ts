/**
 * The Windows certificate store. Not there yet: the seam is, and says so.
 *
 * @module
 */
import { UnsupportedKeystore } from "./unsupported.ts";

/** {@link UnsupportedKeystore} until the store is reached through crypt32. */
export class WindowsKeystore extends UnsupportedKeystore {
  constructor() {
    super("Windows certificate store");
  }
}
