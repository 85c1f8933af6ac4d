/**
 * The files that the shell loads. Each has one path, looked up exactly: there is nothing to traverse.
 *
 * They are read on first use, so that they cost nothing at start; `deno compile --include` embeds them.
 *
 * @module
 */
import { load } from "../lazy.ts";
import type { Profile } from "../profile.ts";
import { ASSET_PATHS } from "./paths.ts";

/** One static answer. */
export interface Asset {
  type: string;
  /** The only `Sec-Fetch-Dest` it is for. */
  destination: "script" | "style" | "image";
  text: () => Promise<string>;
}

/** All assets by path. */
export function createAssets(profile: () => Promise<Profile>): ReadonlyMap<string, Asset> {
  return new Map<string, Asset>([
    [ASSET_PATHS.script, {
      type: "text/javascript; charset=utf-8",
      destination: "script",
      text: once(() => readText("client/page.js")),
    }],
    [ASSET_PATHS.style, {
      type: "text/css; charset=utf-8",
      destination: "style",
      text: once(() => readText("../../assets/style.css")),
    }],
    [ASSET_PATHS.brand, {
      type: "text/css; charset=utf-8",
      destination: "style",
      text: once(async () => (await loadBrand()).brandCss((await profile()).brand)),
    }],
    [ASSET_PATHS.icon, {
      type: "image/svg+xml; charset=utf-8",
      destination: "image",
      text: once(async () =>
        (await loadBrand()).brandIcon(
          await readText("../../assets/icon.svg"),
          (await profile()).brand,
        )
      ),
    }],
  ]);
}

function loadBrand() {
  return load<typeof import("./brand.ts")>(import.meta.resolve("./brand.ts"));
}

/** Reads a file beside this one; works in a checkout and inside the executable. */
async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, import.meta.url));
}

function once(read: () => Promise<string>): () => Promise<string> {
  let text: Promise<string> | undefined;
  return () => text ??= read();
}
