/**
 * The command line: one file per command, loaded when it is asked for, and the exit codes.
 *
 * @module
 */
import { type Config, guessOutput, type Invocation, readConfig, readInvocation } from "../config.ts";
import type { ExitCode } from "./exit_codes.ts";
import { Output } from "./output.ts";

/**
 * Runs one command to its end.
 *
 * @param args As the process got them.
 * @returns The exit code. Every failure has been printed and logged.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const output = new Output({ ...guessOutput(args), newCorrelationId });
  try {
    const invocation = readInvocation(args);
    output.language = invocation.language;
    if (invocation.command === "version") return (await import("./version.ts")).printVersion(output);
    if (invocation.command === "help") return (await import("./help.ts")).printHelp(output);
    const config = await readConfig(invocation);
    output.language = config.language;
    return await runConfigured(invocation, { config, output });
  } catch (error) {
    return await output.failure(error);
  }
}

async function runConfigured(
  { command }: Invocation,
  { config, output }: { config: Config; output: Output },
): Promise<ExitCode> {
  const { openApp } = await import("../app.ts");
  const app = openApp(config);
  try {
    if (command === "open") return await (await import("./open.ts")).open(app, output);
    if (command === "issue") return await (await import("./issue.ts")).issue(app, output);
    return await (await import("./list.ts")).list(app, output);
  } catch (error) {
    const { errorFields } = await import("../log/error_fields.ts");
    const failed = await output.failure(
      error,
      (shown) => app.log.error(`${command}.failed`, errorFields(shown)),
    );
    if (app.log.isFallback) output.note({ ja: `ログ: ${app.log.path}`, en: `Log: ${app.log.path}` });
    return failed;
  }
}

function newCorrelationId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}
