/** `revoke`: makes certificates unusable at once, while the server runs or not. */
import { AppError } from "../../errors.ts";
import { revoke } from "../revocation.ts";
import type { RevocationReason } from "../store/store.ts";
import { choose, type Command, type CommandInvocation, type ExitCode } from "./command.ts";
import { realNow, withStore } from "./store.ts";

/** Without "superseded": that says that there is a newer one, which only a renewal can know. */
const REASONS: readonly RevocationReason[] = [
  "unspecified",
  "key-compromise",
  "affiliation-changed",
  "cessation-of-operation",
];

export const revokeCommand: Command = {
  name: "revoke",
  usage: `--login-id ID | --serial HEX [--reason ${REASONS.join("|")}]`,
  summary: "Revokes a user's certificates, or one and what is renewing it; the user can issue anew",
  flags: { values: ["login-id", "serial", "reason"] },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const loginId = invocation.value("login-id");
  const serial = invocation.value("serial")?.toLowerCase().replaceAll(":", "");
  if ((loginId === undefined) === (serial === undefined)) {
    throw new AppError("usage/invalid", { problem: "either --login-id or --serial" });
  }
  const serials = await withStore(invocation.directory, (store) =>
    revoke(store, {
      target: serial === undefined ? { loginId: loginId! } : { serial },
      reason: choose(invocation, { flag: "reason", choices: REASONS, otherwise: "unspecified" }),
      actor: "operator",
      at: realNow(),
      correlationId: "-",
    }));
  invocation.print({ ok: true, serials }, serials.map((revoked) => `Revoked ${revoked}`).join("\n"));
  return 0;
}
