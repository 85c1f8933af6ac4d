/** `user import`: registers many people at once, all or none. */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import type { Command, CommandInvocation, ExitCode } from "./command.ts";
import { hashUser, insertUser, NewUser } from "./new_user.ts";
import { withUserParts } from "./store.ts";

export const userImportCommand: Command = {
  name: "user import",
  usage: "[--skip-known]",
  summary:
    "Registers people from stdin, one JSON object a line: loginId, password, name, company, and if wanted " +
    "role, steps, isDisabled, validityDays, question {prompt, reply}, tokens [{kind, secret in base32}]",
  flags: { switches: ["skip-known"] },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const people = (await new Response(Deno.stdin.readable).text()).split("\n")
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => read(line, number));
  const added = await withUserParts(invocation.directory, async (store, parts) => {
    const wanted: NewUser[] = [];
    for (const person of people) {
      const isKnown = invocation.isOn("skip-known") && await store.findUser(person.loginId) !== undefined;
      if (!isKnown) wanted.push(person);
    }
    const hashed: Parameters<typeof insertUser>[2][] = [];
    for (const person of wanted) hashed.push({ user: await hashUser(parts, person), tokens: person.tokens });
    await store.write(async (transaction) => {
      for (const person of hashed) await insertUser(parts, transaction, person);
    });
    return wanted.map(({ loginId }) => loginId);
  });
  invocation.print({ ok: true, added }, `Added ${added.length}`);
  return 0;
}

/** What is wrong is named without its value, which may be a secret. */
function read(line: string, number: number): NewUser {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new AppError("usage/invalid", { problem: `line ${number}: not JSON` });
  }
  const parsed = v.safeParse(NewUser, value);
  if (parsed.success) return parsed.output;
  throw new AppError("usage/invalid", {
    problem: `line ${number}: ${v.getDotPath(parsed.issues[0]) ?? "?"}`,
  });
}
