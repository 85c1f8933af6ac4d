/** `init`: makes a new authority. */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { AuthorityConfig, authorityPaths, DEFAULT_CONFIG } from "../config.ts";
import { writeSecretFile } from "../ca/key_files.ts";
import { initAuthority } from "../init.ts";
import { choose, type Command, type CommandInvocation, type ExitCode } from "./command.ts";
import { askNewSecret, readSecretFile } from "./input.ts";
import { realNow, realRandomBytes } from "./store.ts";

export const initCommand: Command = {
  name: "init",
  usage: "[--config FILE] [--host NAME]… [--key-algorithm rsa-2048|p256] [--key-passphrase-file FILE] " +
    "[--root-key-out FILE [--root-passphrase-file FILE]]",
  summary: "Makes keys, certificates, configuration and an empty store; the root's key is dropped unless " +
    "--root-key-out says where to put it, encrypted",
  flags: {
    values: ["config", "key-algorithm", "key-passphrase-file", "root-key-out", "root-passphrase-file"],
    collect: ["host"],
  },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const { directory } = invocation;
  const rootKeyPath = invocation.value("root-key-out");
  const rootPassphrase = rootKeyPath === undefined
    ? undefined
    : await readSecretFile(invocation.value("root-passphrase-file")) ??
      await askNewSecret("Passphrase for the root's key", "--root-passphrase-file");
  const keyPassphrase = await readSecretFile(invocation.value("key-passphrase-file"));
  const { rootPem, exportRootKey } = await initAuthority({
    directory,
    config: await readInitialConfig(invocation),
    algorithm: choose(invocation, {
      flag: "key-algorithm",
      choices: ["rsa-2048", "p256"],
      otherwise: "rsa-2048",
    }),
    ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
    now: realNow,
    randomBytes: realRandomBytes,
  });
  if (rootKeyPath !== undefined) await writeSecretFile(rootKeyPath, exportRootKey(rootPassphrase));
  const { root } = authorityPaths(directory);
  invocation.print(
    { ok: true, directory, root, rootPem, rootKey: rootKeyPath ?? null },
    [
      `Made an authority in ${directory}`,
      `Its root certificate, the trust anchor for the app's profile: ${root}`,
      rootKeyPath === undefined
        ? "The root's private key was dropped: no other CA can be made below this root"
        : `The root's private key: ${rootKeyPath}; move it off this machine`,
    ].join("\n"),
  );
  return 0;
}

async function readInitialConfig(invocation: CommandInvocation): Promise<AuthorityConfig> {
  const path = invocation.value("config");
  const hosts = invocation.values("host");
  let value: unknown = DEFAULT_CONFIG;
  if (path !== undefined) {
    try {
      value = JSON.parse(await Deno.readTextFile(path));
    } catch (cause) {
      throw new AppError("profile/invalid", { path, problem: "not readable JSON" }, { cause });
    }
  }
  const whole = hosts.length === 0 ? value : { ...value as object, hosts: [...new Set(hosts)] };
  const parsed = v.safeParse(AuthorityConfig, whole);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const problem = `${v.getDotPath(issue) ?? "/"}: ${issue.message}`;
  throw new AppError("profile/invalid", { path: path ?? "--host", problem });
}
