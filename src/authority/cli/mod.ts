/**
 * The authority's command line: one file per command, loaded when it is asked for. The only code of the authority
 * that prints.
 *
 * @module
 */
import { AppError, toAppError } from "../../errors.ts";
import { type Command, type ExitCode, readInvocation } from "./command.ts";

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  "init": async () => (await import("./init.ts")).initCommand,
  "serve": async () => (await import("./serve.ts")).serveCommand,
  "user add": async () => (await import("./user_add.ts")).userAddCommand,
  "user import": async () => (await import("./user_import.ts")).userImportCommand,
  "user list": async () => (await import("./user_list.ts")).userListCommand,
  "token add": async () => (await import("./token.ts")).tokenAddCommand,
  "token remove": async () => (await import("./token.ts")).tokenRemoveCommand,
  "revoke": async () => (await import("./revoke.ts")).revokeCommand,
  "audit verify": async () => (await import("./audit_verify.ts")).auditVerifyCommand,
  "maintenance on": async () => (await import("./maintenance.ts")).maintenanceOnCommand,
  "maintenance off": async () => (await import("./maintenance.ts")).maintenanceOffCommand,
};

/**
 * Runs one command to its end.
 *
 * @returns 0 done, 1 refused or failed, 2 wrong usage.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    if (args.length === 0 || args.includes("--help")) {
      console.log(await help());
      return args.length === 0 ? 2 : 0;
    }
    const [command, rest] = await findCommand(args);
    return await command.run(readInvocation(command, rest));
  } catch (thrown) {
    return fail(toAppError(thrown), args.includes("--json"));
  }
}

async function findCommand(args: readonly string[]): Promise<[Command, readonly string[]]> {
  for (const length of [2, 1]) {
    const load = COMMANDS[args.slice(0, length).join(" ")];
    if (load) return [await load(), args.slice(length)];
  }
  throw new AppError("usage/invalid", { problem: `there is no command "${args.slice(0, 2).join(" ")}"` });
}

/** Message, code and one next step; never a stack. */
function fail(error: AppError, isJson: boolean): ExitCode {
  const message = error.messageIn("en");
  if (isJson) console.log(JSON.stringify({ ok: false, code: error.code, key: error.key, message }));
  console.error(`${message} (${error.code})`);
  // What an unexpected error says is for whoever operates this; it says nothing about a user's secrets.
  if (error.key === "internal/unexpected" && error.cause instanceof Error) console.error(error.cause.message);
  console.error(error.adviceIn("en"));
  return error.row.exit === 2 ? 2 : 1;
}

async function help(): Promise<string> {
  const lines = ["Usage: deno task authority COMMAND --directory DIR [OPTIONS]", ""];
  for (const load of Object.values(COMMANDS)) {
    const { name, usage, summary } = await load();
    lines.push(`  ${name} ${usage}`.trimEnd(), `      ${summary}`);
  }
  lines.push(
    "",
    "Every command takes --directory DIR, where everything of one authority is, and --json for scripts.",
    "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.",
  );
  return lines.join("\n");
}
