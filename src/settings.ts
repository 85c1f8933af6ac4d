/**
 * What the person chose inside the app and wants again next time: `settings.json` in the state folder.
 *
 * @module
 */
import type { Language } from "./errors.ts";
import { load } from "./lazy.ts";
import { inFolder } from "./platform/folders.ts";

export interface Settings {
  language?: Language;
}

/** Reads them. Missing, damaged and unknown values count as not chosen. */
export function readSettings(stateFolder: string): Settings {
  try {
    const { language } = JSON.parse(Deno.readTextFileSync(inFolder(stateFolder, "settings.json")));
    return language === "ja" || language === "en" ? { language } : {};
  } catch {
    return {};
  }
}

/** Remembers them. @throws what the file system throws. */
export async function writeSettings(stateFolder: string, settings: Settings): Promise<void> {
  const { ensurePrivateFolder, writeDurably } = await load<typeof import("./platform/durable_file.ts")>(
    import.meta.resolve("./platform/durable_file.ts"),
  );
  await ensurePrivateFolder(stateFolder);
  const text = `${JSON.stringify(settings)}\n`;
  await writeDurably(inFolder(stateFolder, "settings.json"), new TextEncoder().encode(text));
}
