/** `user list`: who is registered, and what certificate they have. */
import { type CertificateRecord, TOKEN_KINDS, type TokenKind, type User } from "../store/store.ts";
import type { Command, CommandInvocation, ExitCode } from "./command.ts";
import { withStore } from "./store.ts";

export const userListCommand: Command = {
  name: "user list",
  usage: "",
  summary: "Lists the registered people and their live certificates",
  flags: {},
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const users = await withStore(invocation.directory, async (store) => {
    const rows: ReturnType<typeof describe>[] = [];
    for (const user of await store.listUsers()) {
      const tokens: TokenKind[] = [];
      for (const kind of TOKEN_KINDS) if (await store.findToken(user.loginId, kind)) tokens.push(kind);
      rows.push(describe(user, { tokens, live: await store.findLiveCertificates(user.loginId) }));
    }
    return rows;
  });
  invocation.print({ ok: true, users }, users.length === 0 ? "There are no users" : await table(users));
  return 0;
}

function describe(
  user: User,
  { tokens, live }: { tokens: readonly TokenKind[]; live: readonly CertificateRecord[] },
) {
  const { loginId, name, company, role, steps, isDisabled } = user;
  const certificates = live.map(({ serial, state, notAfter }) => ({
    serial,
    state,
    notAfter: notAfter.toISOString(),
  }));
  return { loginId, name, company, role, steps, tokens, isDisabled, certificates };
}

async function table(users: readonly ReturnType<typeof describe>[]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const head = ["Login ID", "Name", "Company", "Role", "Steps", "Tokens", "Certificate"];
  const rows = new Table({ head, style: { head: [], border: [] } });
  for (const { loginId, name, company, role, steps, tokens, isDisabled, certificates } of users) {
    const held = certificates.map(({ serial, state, notAfter }) => `${serial}\n${state} until ${notAfter}`);
    rows.push([
      loginId,
      name,
      company,
      isDisabled ? `${role}, disabled` : role,
      steps.length === 0 ? "policy" : steps.join("\n"),
      tokens.join("\n"),
      held.join("\n"),
    ]);
  }
  return rows.toString();
}
