/** `serve`: runs the authority until it is told to stop. */
import { join } from "node:path";
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { ApplicationLog } from "../../log/application_log.ts";
import { startAuthority } from "../authority.ts";
import type { Command, CommandInvocation, ExitCode } from "./command.ts";
import { readSecretFile } from "./input.ts";
import { tokenKind } from "./new_user.ts";
import { realNow, realRandomBytes } from "./store.ts";

export const serveCommand: Command = {
  name: "serve",
  usage: "[--key-passphrase-file FILE] [--without-bank] [--demo-tokens FILE]",
  summary:
    "Runs the authority and the bank's pages until Ctrl-C; logs to DIR/authority.log. For demos only, " +
    "--demo-tokens opens a page with the software tokens of FILE (JSON) to everybody",
  flags: { values: ["key-passphrase-file", "demo-tokens"], switches: ["without-bank"] },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const { directory } = invocation;
  const stopped = untilSignal();
  const authority = await startAuthority({
    directory,
    hasBank: !invocation.isOn("without-bank"),
    demoTokens: await readDemoTokens(invocation.value("demo-tokens")),
    keyPassphrase: await readSecretFile(invocation.value("key-passphrase-file")),
    log: new ApplicationLog({ paths: [join(directory, "authority.log")], now: realNow }),
    now: realNow,
    randomBytes: realRandomBytes,
  });
  const { urls } = authority;
  invocation.print(
    { ready: true, urls, pid: Deno.pid },
    [
      `API                ${urls.api}`,
      `Bank's pages       ${urls.portal || "-"}`,
      `Certificate login  ${urls.certificateLogin || "-"}`,
      `CRL and CAs        ${urls.publication}`,
    ].join("\n"),
  );
  await stopped;
  await authority.close();
  return 0;
}

const DemoTokens = v.array(v.strictObject({
  loginId: v.string(),
  name: v.string(),
  kind: tokenKind,
  secret: v.string(),
}));

/** @throws {AppError} `usage/invalid` if it cannot be read or holds something else. */
async function readDemoTokens(path: string | undefined) {
  if (path === undefined) return undefined;
  try {
    return v.parse(DemoTokens, JSON.parse(await Deno.readTextFile(path)));
  } catch (cause) {
    throw new AppError("usage/invalid", { problem: `cannot read the tokens of ${path}` }, { cause });
  }
}

/** Resolves on the first Ctrl-C or SIGTERM. A second Ctrl-C ends the process as it would have without us. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
    function stop(): void {
      for (const signal of signals) Deno.removeSignalListener(signal, stop);
      resolve();
    }
    for (const signal of signals) {
      try {
        Deno.addSignalListener(signal, stop);
      } catch {
        // Windows knows no SIGTERM.
        signals.splice(signals.indexOf(signal), 1);
      }
    }
  });
}
