/**
 * The installation's ID: random, kept in the state folder, sent with each request, so that the authority knows a PC
 * again on which this person has acquired a certificate before. It proves nothing and is no secret.
 *
 * @module
 */
import type { Bytes } from "../pki/bytes.ts";
import { ensurePrivateFolder, writeDurably } from "../platform/durable_file.ts";

const ID_BYTES = 16;
const ID_PATTERN = /^[A-Za-z0-9_-]{22}$/;

/**
 * Reads the ID; makes one if there is none or what is there is none.
 *
 * @returns `undefined` where none can be kept: then this PC is a new one each time, which is no reason to fail.
 */
export async function readDeviceId(
  { stateFolder, randomBytes }: { stateFolder: string; randomBytes: (length: number) => Bytes },
): Promise<string | undefined> {
  const path = `${stateFolder}/device-id`;
  try {
    const kept = (await Deno.readTextFile(path)).trim();
    if (ID_PATTERN.test(kept)) return kept;
  } catch {
    // Missing, or not readable: a new one.
  }
  const id = randomBytes(ID_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  try {
    await ensurePrivateFolder(stateFolder);
    await writeDurably(path, new TextEncoder().encode(`${id}\n`));
    return id;
  } catch {
    return undefined;
  }
}
