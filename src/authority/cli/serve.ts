/** `serve`: runs the authority until it is told to stop. */
import { join } from "node:path";
import { ApplicationLog } from "../../log/application_log.ts";
import { startAuthority } from "../authority.ts";
import type { Command, CommandInvocation, ExitCode } from "./command.ts";
import { readSecretFile } from "./input.ts";
import { realNow, realRandomBytes } from "./store.ts";

export const serveCommand: Command = {
  name: "serve",
  usage: "[--key-passphrase-file FILE] [--without-bank]",
  summary: "Runs the authority and the bank's pages until Ctrl-C; logs to DIR/authority.log",
  flags: { values: ["key-passphrase-file"], switches: ["without-bank"] },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const { directory } = invocation;
  const stopped = untilSignal();
  const authority = await startAuthority({
    directory,
    hasBank: !invocation.isOn("without-bank"),
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
