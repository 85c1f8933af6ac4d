import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/**
 * `--support-bundle FILE`: writes the file for the support desk, and says what is in it. What is there already stays.
 *
 * @throws {AppError} `state/not-writable` if it cannot be written.
 */
export async function supportBundle(app: App, output: Output): Promise<ExitCode> {
  const path = app.config.supportBundle!;
  const bundle = await app.supportBundle();
  try {
    await Deno.writeFile(path, await bundle.zip(), { createNew: true, mode: 0o600 });
  } catch (cause) {
    throw new AppError("state/not-writable", { path }, { cause });
  }
  const { language } = output;
  const entries = bundle.entries.map(({ name, text }) => ({
    name,
    bytes: new TextEncoder().encode(text).length,
  }));
  const title = {
    ja: `お問合せ窓口に送るファイルを作成しました: ${path}`,
    en: `Made the file for the support desk: ${path}`,
  };
  output.result(
    { path, entries },
    [title[language], ...entries.map(({ name, bytes }) => `  ${name} (${bytes} bytes)`)].join("\n"),
  );
  return 0;
}
