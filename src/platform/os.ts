/** The systems that Hakko knows; everything that is not Windows or macOS is treated as Linux is. */
export type Os = "windows" | "darwin" | "linux";

/**
 * The system this process runs on. Only `src/platform` and the choice in each room's `mod.ts` may ask.
 */
export function currentOs(): Os {
  const os = Deno.build.os;
  return os === "windows" || os === "darwin" ? os : "linux";
}
