/**
 * The command line: one file per command, and the exit codes. Only what opens the page is loaded at once: a
 * person waits for that one.
 *
 * @module
 */
import { openApp } from "../app.ts";
import { type Config, guessOutput, type Invocation, readConfig, readInvocation } from "../config.ts";
import { load } from "../lazy.ts";
import type { ExitCode } from "./exit_codes.ts";
import { open } from "./open.ts";
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
    if (invocation.command === "version") return (await loadVersion()).printVersion(output);
    if (invocation.command === "help") return (await loadHelp()).printHelp(output);
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
  const app = openApp(config);
  try {
    if (command === "open") return await open(app, output);
    if (command === "issue") return await (await loadIssue()).issue(app, output);
    return await (await loadList()).list(app, output);
  } catch (error) {
    const { errorFields } = await loadErrorFields();
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

const loadErrorFields = () =>
  load<typeof import("../log/error_fields.ts")>(import.meta.resolve("../log/error_fields.ts"));
const loadHelp = () => load<typeof import("./help.ts")>(import.meta.resolve("./help.ts"));
const loadIssue = () => load<typeof import("./issue.ts")>(import.meta.resolve("./issue.ts"));
const loadList = () => load<typeof import("./list.ts")>(import.meta.resolve("./list.ts"));
const loadVersion = () => load<typeof import("./version.ts")>(import.meta.resolve("./version.ts"));
