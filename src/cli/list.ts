import type { App } from "../app.ts";
import { certificateJson, certificateTable } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** `--list`: this institution's certificates that this user can use, the one that lasts longest first. */
export async function list(app: App, output: Output): Promise<ExitCode> {
  const certificates = await (await app.issuance()).list();
  output.result(
    { certificates: certificates.map(certificateJson) },
    certificates.length > 0
      ? await certificateTable(certificates, output.language)
      : { ja: "証明書はありません。", en: "There are no certificates." },
  );
  return 0;
}
