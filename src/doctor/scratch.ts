/**
 * A folder for what the doctor tries out. A run that is killed leaves it behind, with a throw-away key at most: the
 * next run takes it away.
 *
 * @module
 */
import { ensurePrivateFolder } from "../platform/durable_file.ts";

const FOLDER = "doctor";
/** Longer than any run takes: what is older belongs to nobody. */
const ABANDONED_MS = 15 * 60_000;

/** Made on first use. */
export interface Scratch {
  folder: () => Promise<string>;
  /** Removes it; never throws. */
  remove(): Promise<void>;
}

/** @param stateFolder This app's own; the scratch folders are in `doctor` below it. */
export function openScratch(stateFolder: string): Scratch {
  const parent = `${stateFolder}/${FOLDER}`;
  let made: Promise<string> | undefined;
  async function make(): Promise<string> {
    await ensurePrivateFolder(parent);
    await sweep(parent);
    return await Deno.makeTempDir({ dir: parent, prefix: "run-" });
  }
  return {
    folder: () => made ??= make(),
    async remove() {
      const folder = await made?.catch(() => undefined);
      if (folder === undefined) return;
      await Deno.remove(folder, { recursive: true }).catch(() => {});
      await Deno.remove(parent).catch(() => {}); // another run may be in it
    },
  };
}

async function sweep(parent: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (!isDirectory || !name.startsWith("run-")) continue;
    try {
      const { mtime } = await Deno.stat(`${parent}/${name}`);
      if (mtime !== null && Date.now() - mtime.getTime() < ABANDONED_MS) continue;
      await Deno.remove(`${parent}/${name}`, { recursive: true });
    } catch {
      // Gone already, or not ours to remove.
    }
  }
}
