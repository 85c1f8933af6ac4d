/** `user list`: who is registered, and what certificate they have. */
import type { CertificateRecord, User } from "../store/store.ts";
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
      rows.push(describe(user, await store.findLiveCertificates(user.loginId)));
    }
    return rows;
  });
  invocation.print({ ok: true, users }, users.length === 0 ? "There are no users" : await table(users));
  return 0;
}

function describe(user: User, live: readonly CertificateRecord[]) {
  const { loginId, name, company, role, steps, isDisabled } = user;
  const certificates = live.map(({ serial, state, notAfter }) => ({
    serial,
    state,
    notAfter: notAfter.toISOString(),
  }));
  return { loginId, name, company, role, steps, isDisabled, certificates };
}

async function table(users: readonly ReturnType<typeof describe>[]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const head = ["Login ID", "Name", "Company", "Role", "Steps", "Certificate"];
  const rows = new Table({ head, style: { head: [], border: [] } });
  for (const { loginId, name, company, role, steps, isDisabled, certificates } of users) {
    const held = certificates.map(({ serial, state, notAfter }) => `${serial}\n${state} until ${notAfter}`);
    rows.push([
      loginId,
      name,
      company,
      isDisabled ? `${role}, disabled` : role,
      steps.join("\n"),
      held.join("\n"),
    ]);
  }
  return rows.toString();
}
