import { VERSION } from "../config.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** `--version`: the bare number, as scripts like it. */
export function printVersion(output: Output): ExitCode {
  output.result({ version: VERSION }, VERSION);
  return 0;
}
