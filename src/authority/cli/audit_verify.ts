/** `audit verify`: whether the audit log is what the authority wrote. */
import { readAnchor } from "../audit/anchor.ts";
import { verifyAudit } from "../audit/verify.ts";
import type { Command, CommandInvocation, ExitCode } from "./command.ts";
import { withStore } from "./store.ts";

export const auditVerifyCommand: Command = {
  name: "audit verify",
  usage: "",
  summary: "Goes through the audit log; 1 if a line was changed, taken out, moved, or cut off at the end",
  flags: {},
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const { directory } = invocation;
  const anchor = await readAnchor(directory);
  const verdict = await withStore(directory, (store) => verifyAudit(store, anchor));
  const anchored = anchor.kind === "valid" ? { seq: anchor.head.seq, at: anchor.at.toISOString() } : null;
  if (!verdict.isWhole) {
    const { lines, problem } = verdict;
    const text = `The audit log is NOT whole: ${problem}; ${lines} lines before that are`;
    invocation.print({ ok: false, lines, problem, anchored }, text);
    return 1;
  }
  const { lines, hash } = verdict;
  invocation.print(
    { ok: true, lines, hash, anchored },
    `The audit log is whole: ${lines} lines, head ${hash}`,
  );
  return 0;
}
