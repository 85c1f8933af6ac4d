/**
 * The few files that the pages load, read once and found by exact path: a request can name nothing else.
 *
 * @module
 */
import { type Bytes, sha256, toHex, utf8 } from "../../pki/bytes.ts";

/** One file as it is served. */
export interface BankAsset {
  contentType: string;
  body: Bytes;
}

/** Files by the path they are served under, and those paths by the file's name. */
export interface BankAssets {
  byPath: ReadonlyMap<string, BankAsset>;
  /** Path of one file; it changes with the content, so browsers may keep it for ever. */
  path(name: AssetName): string;
}

const FILES = {
  "style.css": {
    url: new URL("../../../assets/style.css", import.meta.url),
    contentType: "text/css; charset=utf-8",
  },
  "bank.css": { url: new URL("./bank.css", import.meta.url), contentType: "text/css; charset=utf-8" },
  "icon.svg": { url: new URL("../../../assets/icon.svg", import.meta.url), contentType: "image/svg+xml" },
} as const;

/** Names of the files; `brand.css` is made from the institution's colours. */
export type AssetName = keyof typeof FILES | "brand.css";

/** The institution's accent colour per theme, `#rrggbb`. */
export interface BankBrand {
  readonly accentLight: string;
  readonly accentDark: string;
}

/**
 * Reads the files from the source tree.
 *
 * @param brand Without it the colours are `style.css`'s own.
 */
export async function loadBankAssets(brand?: BankBrand): Promise<BankAssets> {
  const byPath = new Map<string, BankAsset>();
  const paths = new Map<AssetName, string>();
  function add(name: AssetName, contentType: string, body: Bytes): void {
    const path = `/assets/${toHex(sha256(body).subarray(0, 8))}/${name}`;
    byPath.set(path, { contentType, body });
    paths.set(name, path);
  }
  for (const [name, { url, contentType }] of Object.entries(FILES)) {
    add(name as AssetName, contentType, await Deno.readFile(url));
  }
  add("brand.css", "text/css; charset=utf-8", utf8(brand === undefined ? "" : brandStyle(brand)));
  return { byPath, path: (name) => paths.get(name)! };
}

/** The institution's accent colours as the custom properties that `style.css` reads. */
export function brandStyle(brand: BankBrand): string {
  function tokens(accent: string): string {
    return `:root{--accent:${accent};--on-accent:${readableOn(accent)}}`;
  }
  return `${tokens(brand.accentLight)}\n@media (prefers-color-scheme:dark){${tokens(brand.accentDark)}}\n`;
}

/** Black or white, whichever contrasts more: WCAG 2.2's relative luminance, where 0.179 is the break-even. */
function readableOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
