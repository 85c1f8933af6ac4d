import type { App } from "../app.ts";
import { certificateTable, listedJson } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** `--list`: this institution's certificates that this user can use, the one that lasts longest first. */
export async function list(app: App, output: Output): Promise<ExitCode> {
  const certificates = await (await app.issuance()).list();
  const now = app.now();
  output.result(
    { certificates: certificates.map((certificate) => listedJson(certificate, now)) },
    certificates.length > 0
      ? await certificateTable(certificates, { language: output.language, now })
      : { ja: "証明書はありません。", en: "There are no certificates." },
  );
  return 0;
}
