/**
 * The command line: one file per command, and the exit codes. Only what opens the page is loaded at once: a
 * person waits for that one.
 *
 * @module
 */
import { type App, openApp } from "../app.ts";
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
    const failed = await output.failure(error);
    // Scripts tell its answers from an error by the code alone.
    return args.some((arg) => /^--needs-renewal(=|$)/.test(arg)) ? 255 : failed;
  }
}

async function runConfigured(
  { command }: Invocation,
  { config, output }: { config: Config; output: Output },
): Promise<ExitCode> {
  const app = openApp(config);
  // The page asks by itself; a command asks here.
  using _proxies = command === "open" ? undefined : (await loadProxyCredentials()).answerProxies(app, output);
  try {
    return await runCommand(command, { app, output });
  } catch (error) {
    const { errorFields } = await loadErrorFields();
    const failed = await output.failure(
      error,
      (shown) => app.log.error(`${command}.failed`, errorFields(shown)),
    );
    if (app.log.isFallback) output.note({ ja: `ログ: ${app.log.path}`, en: `Log: ${app.log.path}` });
    return command === "needs-renewal" ? 255 : failed;
  }
}

async function runCommand(
  command: Invocation["command"],
  { app, output }: { app: App; output: Output },
): Promise<ExitCode> {
  switch (command) {
    case "issue":
      return await (await loadIssue()).issue(app, output);
    case "renew":
      return await (await loadRenew()).renew(app, output);
    case "needs-renewal":
      return await (await loadNeedsRenewal()).needsRenewal(app, output);
    case "list":
      return await (await loadList()).list(app, output);
    case "remind":
      return await (await loadRemind()).remind(app, output);
    case "status":
      return await (await loadStatus()).status(app, output);
    case "doctor":
      return await (await loadDoctor()).doctor(app, output);
    case "support-bundle":
      return await (await loadSupportBundle()).supportBundle(app, output);
    default:
      return await open(app, output);
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
const loadNeedsRenewal = () =>
  load<typeof import("./needs_renewal.ts")>(import.meta.resolve("./needs_renewal.ts"));
const loadRemind = () => load<typeof import("./remind.ts")>(import.meta.resolve("./remind.ts"));
const loadRenew = () => load<typeof import("./renew.ts")>(import.meta.resolve("./renew.ts"));
const loadDoctor = () => load<typeof import("./doctor.ts")>(import.meta.resolve("./doctor.ts"));
const loadSupportBundle = () =>
  load<typeof import("./support_bundle.ts")>(import.meta.resolve("./support_bundle.ts"));
const loadProxyCredentials = () =>
  load<typeof import("./proxy_credentials.ts")>(import.meta.resolve("./proxy_credentials.ts"));
const loadStatus = () => load<typeof import("./status.ts")>(import.meta.resolve("./status.ts"));
const loadVersion = () => load<typeof import("./version.ts")>(import.meta.resolve("./version.ts"));
