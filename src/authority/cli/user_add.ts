/** `user add`: registers a person. */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { loginId, password } from "../../protocol/messages.ts";
import { appendAudit } from "../audit/chain.ts";
import { readConfig } from "../config.ts";
import { createPasswords } from "../registration/passwords.ts";
import { DEFAULT_STEPS } from "../registration/steps/mod.ts";
import { subjectOf } from "../registration/subject.ts";
import { StoreConflict, type User } from "../store/store.ts";
import { choose, type Command, type CommandInvocation, demand, type ExitCode } from "./command.ts";
import { askNewSecret, readSecretFromStdin } from "./input.ts";
import { realNow, realRandomBytes, withStore } from "./store.ts";

export const userAddCommand: Command = {
  name: "user add",
  usage: "--login-id ID --name NAME --company NAME [--role user|administrator] [--step KIND]… [--disabled] " +
    "[--password-stdin]",
  summary: "Registers a person; the password is asked for on the terminal or read from stdin",
  flags: {
    values: ["login-id", "name", "company", "role"],
    collect: ["step"],
    switches: ["disabled", "password-stdin"],
  },
  maxWords: 0,
  run,
};

async function run(invocation: CommandInvocation): Promise<ExitCode> {
  const config = await readConfig(invocation.directory);
  const id = checked(
    loginId,
    demand(invocation, "login-id"),
    "--login-id: 1 to 64 of A-Z a-z 0-9 ' ( ) + , - . / : = ?",
  );
  const person = { loginId: id, name: demand(invocation, "name"), company: demand(invocation, "company") };
  subjectOf(person, config.institution.name.ja);
  const steps = invocation.values("step");
  if (steps.some((step) => !/^[a-z0-9-]{1,64}$/.test(step))) {
    throw new AppError("usage/invalid", { problem: "--step: lowercase letters, digits and hyphens" });
  }
  const typed = invocation.isOn("password-stdin")
    ? await readSecretFromStdin()
    : await askNewSecret("Password", "--password-stdin");
  const secret = checked(password, typed, "the password has 1 to 128 characters");
  const passwords = createPasswords(config.registration.scrypt, realRandomBytes);
  const user: User = {
    ...person,
    role: choose(invocation, { flag: "role", choices: ["user", "administrator"], otherwise: "user" }),
    steps: steps.length > 0 ? steps : DEFAULT_STEPS,
    isDisabled: invocation.isOn("disabled"),
    passwordHash: await passwords.hash(secret),
    createdAt: realNow(),
  };
  await insert(invocation.directory, user);
  invocation.print({ ok: true, loginId: id }, `Added ${id}`);
  return 0;
}

function checked(schema: v.GenericSchema<string, string>, value: string, problem: string): string {
  if (!v.is(schema, value)) throw new AppError("usage/invalid", { problem });
  return value;
}

async function insert(directory: string, user: User): Promise<void> {
  try {
    await withStore(directory, (store) =>
      store.write(async (transaction) => {
        await transaction.insertUser(user);
        await appendAudit(transaction, {
          at: user.createdAt,
          actor: "operator",
          action: "user.added",
          subject: user.loginId,
          details: { role: user.role, steps: user.steps.join(","), isDisabled: user.isDisabled },
          correlationId: "-",
        });
      }));
  } catch (cause) {
    if (!(cause instanceof StoreConflict)) throw cause;
    throw new AppError("usage/invalid", { problem: `there is a user "${user.loginId}" already` }, { cause });
  }
}
