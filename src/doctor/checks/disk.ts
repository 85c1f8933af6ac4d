import { type Check, failed, ok, skipped, warning } from "../check.ts";

const MIB = 1024 * 1024;
/** A certificate with everything about it needs a tenth of this. */
const TOO_LITTLE_BYTES = MIB;
const LITTLE_BYTES = 50 * MIB;
/** What is written to see whether there is room for this user: quotas do not show in the file system's numbers. */
const PROBE_BYTES = 64 * 1024;

/** Is there room where state, log and keys are? */
export const disk: Check = {
  id: "disk",
  title: { ja: "ディスクの空き容量", en: "Free disk space" },
  async run({ parts, scratch }) {
    const folders = [parts.stateFolder, parts.keystore.folder];
    const found = (await Promise.all(folders.map(async (folder) => {
      const path = await existingPart(folder, parts.files.realPath);
      const space = await parts.files.free(path).catch(() => undefined);
      return space === undefined ? [] : [{ path, ...space }];
    }))).flat();
    const least = found.sort((a, b) => a.bytes - b.bytes)[0];
    const isFull = await cannotWrite(scratch);
    if (least === undefined && !isFull) {
      return skipped({
        ja: "空き容量を確認できませんでした。",
        en: "The free space cannot be read",
      });
    }
    const path = least?.path ?? parts.stateFolder;
    const advice = {
      ja: "不要なファイルを削除して、空き容量を増やしてください。",
      en: "Delete files that are not needed",
    };
    if (isFull || least!.bytes < TOO_LITTLE_BYTES) {
      return failed(
        { ja: `ディスクの空き容量がありません(${path})。`, en: `The disk is full (${path})` },
        advice,
      );
    }
    const mib = Math.floor(least!.bytes / MIB).toLocaleString("en");
    const finding = { ja: `空き容量は${mib} MBです(${path})。`, en: `${mib} MB are free (${path})` };
    return least!.bytes < LITTLE_BYTES ? warning(finding, advice) : ok(finding);
  },
};

/** The nearest folder above, and with, a path that is there: that of the disk it would be created on. */
export async function existingPart(
  path: string,
  realPath: (path: string) => Promise<string | undefined>,
): Promise<string> {
  for (let part = path;;) {
    const real = await realPath(part);
    if (real !== undefined) return real;
    const up = part.replace(/[\\/][^\\/]*$/, "");
    if (up === part || up === "") return "/";
    part = up;
  }
}

/** Only for want of room: whatever else may be wrong with the folder is another check's finding. */
async function cannotWrite(scratch: () => Promise<string>): Promise<boolean> {
  try {
    const path = `${await scratch()}/space`;
    const bytes = new Uint8Array(PROBE_BYTES).fill(1);
    await Deno.writeFile(path, bytes, { mode: 0o600 });
    await Deno.remove(path);
    return false;
  } catch (error) {
    return error instanceof Error && /os error (28|122)\b|ENOSPC|EDQUOT/.test(error.message); // "No space left", quota
  }
}
