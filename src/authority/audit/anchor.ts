/**
 * The audit anchor: how far the log had come, kept in a small file outside the database and authenticated with a
 * key of its own. Without it, whoever can write the database could cut off the end of the log together with the
 * row that tells where it ends, or replace all of it.
 *
 * What it cannot show: changes after the last anchor by somebody who can also write the row of the head, and
 * anything by somebody who can read the key and write all three. Against those, copy the anchor elsewhere.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { equalSecrets, fromHex, utf8 } from "../../pki/bytes.ts";
import type { AuditHead, StoreReader } from "../store/store.ts";
import { GENESIS_HASH } from "./chain.ts";

/** File names in the authority's directory. */
export const ANCHOR_FILE = "audit.anchor.json";
export const ANCHOR_KEY_FILE = "audit.key";

const Anchor = v.strictObject({
  seq: v.pipe(v.number(), v.integer(), v.minValue(0)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  at: v.pipe(v.string(), v.isoTimestamp()),
  mac: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** What the file says. */
export type AnchorReading =
  | { readonly kind: "missing" }
  /** Unreadable, or not written by who has the key. */
  | { readonly kind: "forged" }
  | { readonly kind: "valid"; readonly head: AuditHead; readonly at: Date };

/** Makes the key. Part of `init`. */
export async function createAnchorKey(
  directory: string,
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>,
): Promise<void> {
  const options = { mode: 0o600, createNew: true };
  await Deno.writeTextFile(join(directory, ANCHOR_KEY_FILE), `${randomBytes(32).toHex()}\n`, options);
}

/** Reads and authenticates the anchor of an authority's directory. */
export async function readAnchor(directory: string): Promise<AnchorReading> {
  const text = await readTextOrUndefined(join(directory, ANCHOR_FILE));
  if (text === undefined) return { kind: "missing" };
  const anchor = v.safeParse(v.pipe(v.string(), v.parseJson(), Anchor), text);
  if (!anchor.success) return { kind: "forged" };
  const { seq, hash, at, mac } = anchor.output;
  const expected = await authenticate(directory, { seq, hash, at });
  if (!equalSecrets(fromHex(mac), expected)) return { kind: "forged" };
  return { kind: "valid", head: { seq, hash }, at: new Date(at) };
}

/**
 * Moves the anchor to where the log ends now, unless the log contradicts the anchor that is there: then that one
 * stays, as evidence.
 *
 * @param options `at`: now. `isFirst`: there has never been one.
 * @returns Whether log and anchor agree.
 */
export async function moveAnchor(
  directory: string,
  store: StoreReader,
  options: { at: Date; isFirst?: boolean },
): Promise<boolean> {
  const { at } = options;
  const head = await store.auditHead();
  const anchor = await readAnchor(directory);
  if (anchor.kind === "forged") return false;
  if (anchor.kind === "missing" && !options.isFirst && await wasAnchored(store)) return false;
  if (anchor.kind === "valid") {
    if (!await isInLog(store, anchor.head)) return false;
    if (anchor.head.seq === head.seq) return true;
  }
  const content = { seq: head.seq, hash: head.hash, at: at.toISOString() };
  const mac = (await authenticate(directory, content)).toHex();
  const path = join(directory, ANCHOR_FILE);
  await Deno.writeTextFile(`${path}.new`, `${JSON.stringify({ ...content, mac })}\n`, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
  return true;
}

/** Setting that says that there has been an anchor, so that deleting the file shows. */
export const ANCHORED_SETTING = "audit-anchored";

/** Whether the database remembers an anchor. */
export async function wasAnchored(store: StoreReader): Promise<boolean> {
  return await store.findSetting(ANCHORED_SETTING) !== undefined;
}

/** Whether the log has that line with that hash. */
export async function isInLog(store: StoreReader, head: AuditHead): Promise<boolean> {
  if (head.seq === 0) return head.hash === GENESIS_HASH;
  const [entry] = await store.readAudit(head.seq, 1);
  return entry !== undefined && entry.seq === head.seq && entry.hash === head.hash;
}

async function authenticate(
  directory: string,
  { seq, hash, at }: AuditHead & { at: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const key = (await Deno.readTextFile(join(directory, ANCHOR_KEY_FILE))).trim();
  const mac = createHmac("sha256", fromHex(key)).update(
    utf8(`hakko audit anchor v1\n${seq}\n${hash}\n${at}\n`),
  );
  return new Uint8Array(mac.digest());
}

async function readTextOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
