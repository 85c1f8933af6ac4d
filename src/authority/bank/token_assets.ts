/**
 * The scripts of the software token page. They are the TypeScript of this tree with its types taken away, under
 * paths like those of the tree, so that their imports hold as they are written.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { utf8 } from "../../pki/bytes.ts";
import type { BankAsset } from "./assets.ts";

const SOURCE = new URL("../../", import.meta.url);
const PREFIX = "/token/files/";

/** What the browser loads, below `src`; a test follows their imports. */
const FILES = [
  ...["accounts", "camera", "clock", "dom", "image", "page", "tabs", "transaction_panel"].map((name) =>
    `authority/bank/token/${name}.ts`
  ),
  ...["base32", "hmac", "hotp", "mod", "ocra", "token_uri", "totp", "transaction"].map((name) =>
    `otp/${name}.ts`
  ),
];

/** The module that starts the page. */
export const TOKEN_PAGE_SCRIPT = `${PREFIX}authority/bank/token/page.ts`;
/** Finds and reads 2D codes; sets the global `jsQR`. */
export const JSQR_SCRIPT = `${PREFIX}jsqr.js`;

/** Reads one when it is first asked for: only the demo has this page. */
export function createTokenAssets(): ReadonlyMap<string, () => Promise<BankAsset>> {
  return new Map([
    ...FILES.map((file): [string, () => Promise<BankAsset>] => [
      PREFIX + file,
      once(async () => stripTypeScriptTypes(await Deno.readTextFile(new URL(file, SOURCE)))),
    ]),
    [JSQR_SCRIPT, once(readJsqr)],
  ]);
}

async function readJsqr(): Promise<string> {
  // Not for its function: only what has been imported has a file.
  await import("jsqr");
  return await Deno.readTextFile(new URL(import.meta.resolve("jsqr")));
}

function once(read: () => Promise<string>): () => Promise<BankAsset> {
  let asset: Promise<BankAsset> | undefined;
  return () =>
    asset ??= read().then((text) => ({ contentType: "text/javascript; charset=utf-8", body: utf8(text) }));
}
