import type { App } from "../app.ts";
import { certificateJson } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";
import { isDue, named } from "./renewal_choice.ts";

/**
 * `--needs-renewal`: answers by the exit code alone, see {@link NEEDS_RENEWAL_CODES}. Nothing is sent and nothing
 * is changed. With `--json` it also says which certificates are due.
 */
export async function needsRenewal(app: App, output: Output): Promise<ExitCode> {
  const held = named(await (await app.issuance()).list(), app.config.serial);
  const now = app.now();
  const due = held.filter((certificate) => isDue(certificate, now));
  if (output.json) output.result({ due: due.length > 0, certificates: due.map(certificateJson) }, "");
  if (held.length === 0) return 2;
  return due.length > 0 ? 0 : 1;
}
