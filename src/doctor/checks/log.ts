import { type Check, failed, ok, warning } from "../check.ts";

const TAIL_BYTES = 8_192;

/** Can the log be written? The desk asks for it. One record more is all that it changes. */
export const log: Check = {
  id: "log",
  title: { ja: "ログファイル", en: "Log file" },
  needs: ["disk"],
  async run({ parts: { log, randomBytes } }) {
    const mark = randomBytes(8).toHex();
    log.info("doctor.started", { mark });
    const [best, ...others] = log.paths;
    const path = log.path ?? best ?? "";
    if (!(await tail(path)).includes(mark)) {
      return failed(
        { ja: `ログファイル ${path} に書き込めません。`, en: `The log ${path} cannot be written` },
        {
          ja: "このフォルダへの書込みをこのユーザに許可してください。",
          en: "Let this user write to that folder",
        },
      );
    }
    if (path !== best && others.length > 0) {
      return warning(
        {
          ja: `ログは ${best} に書き込めないため、${path} に記録されています。`,
          en: `The log goes to ${path}, because ${best} cannot be written`,
        },
        {
          ja: "お問合せの際は、このファイルをお送りください。",
          en: "Send this file when you ask the support desk",
        },
      );
    }
    return ok({ ja: `ログは ${path} に記録されています。`, en: `The log is ${path}` });
  },
};

async function tail(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - TAIL_BYTES), Deno.SeekMode.Start);
    return await new Response(file.readable).text();
  } catch {
    return "";
  }
}
