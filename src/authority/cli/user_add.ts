/** `user add`: registers a person. */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { choose, type Command, type CommandInvocation, demand, type ExitCode } from "./command.ts";
import { askNewSecret, readSecretsFromStdin } from "./input.ts";
import { hashUser, insertUser, NewUser } from "./new_user.ts";
import { withUserParts } from "./store.ts";

export const userAddCommand: Command = {
  name: "user add",
  usage: "--login-id ID --name NAME --company NAME [--role user|administrator] [--step KIND]… [--disabled] " +
    "[--question TEXT] [--validity-days N] [--password-stdin]",
  summary:
    "Registers a person; the password, and the reply to the question, are asked for on the terminal or " +
    "read from stdin, one line each; without --step the policy decides",
  flags: {
    values: ["login-id", "name", "company", "role", "question", "validity-days"],
    collect: ["step"],
    switches: ["disabled", "password-stdin"],
  },
  maxWords: 0,
  run,
};

/** What a wrong value is told, by its place in {@link NewUser}. */
const PROBLEMS: Readonly<Record<string, string>> = {
  "loginId": "--login-id: 1 to 64 of A-Z a-z 0-9 ' ( ) + , - . / : = ?",
  "password": "the password has 1 to 128 characters",
  "steps": "--step: lowercase letters, digits and hyphens",
  "validityDays": "--validity-days: a whole number from 1 to 825",
  "question": "--question: 1 to 200 characters, and its reply 1 to 100",
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const days = invocation.value("validity-days");
  const named = {
    loginId: demand(invocation, "login-id"),
    name: demand(invocation, "name"),
    company: demand(invocation, "company"),
    role: choose(invocation, { flag: "role", choices: ["user", "administrator"], otherwise: "user" }),
    steps: invocation.values("step"),
    isDisabled: invocation.isOn("disabled"),
    validityDays: days === undefined ? null : Number(days),
  };
  const prompt = invocation.value("question");
  const [password, reply] = invocation.isOn("password-stdin")
    ? await readSecretsFromStdin(prompt === undefined ? 1 : 2)
    : await askOnTerminal(prompt);
  const question = prompt === undefined ? null : { prompt, reply };
  const person = check({ ...named, password, question });
  await withUserParts(invocation.directory, async (store, parts) => {
    const user = await hashUser(parts, person);
    await store.write((transaction) => insertUser(parts, transaction, { user, tokens: [] }));
  });
  invocation.print({ ok: true, loginId: person.loginId }, `Added ${person.loginId}`);
  return 0;
}

async function askOnTerminal(prompt: string | undefined): Promise<string[]> {
  const password = await askNewSecret("Password", "--password-stdin");
  return prompt === undefined ? [password] : [password, await askNewSecret(prompt, "--password-stdin")];
}

function check(person: unknown): NewUser {
  const parsed = v.safeParse(NewUser, person);
  if (parsed.success) return parsed.output;
  const [part = ""] = (v.getDotPath(parsed.issues[0]) ?? "").split(".");
  throw new AppError("usage/invalid", { problem: PROBLEMS[part] ?? part });
}
