/** `token add` and `token remove`: people's tokens. */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { encodeBase32, tokenUri } from "../../otp/mod.ts";
import { appendAudit } from "../audit/chain.ts";
import type { AuthorityConfig } from "../config.ts";
import { choose, type Command, type CommandInvocation, demand, type ExitCode } from "./command.ts";
import { readSecretsFromStdin } from "./input.ts";
import { addToken, tokenKind, tokenSecret } from "./new_user.ts";
import { realNow, realRandomBytes, withStore, withUserParts } from "./store.ts";

const SECRET_BYTES = 20;
const TIME_SECRET_BYTES = 32;

export const tokenAddCommand: Command = {
  name: "token add",
  usage: "--login-id ID --kind transaction|otp|otp-time-sync [--secret-stdin]",
  summary:
    "Registers a token with the secret (base32) that stdin has, or with a new one, which is printed once",
  flags: { values: ["login-id", "kind"], switches: ["secret-stdin"] },
  maxWords: 0,
  run: add,
};

export const tokenRemoveCommand: Command = {
  name: "token remove",
  usage: "--login-id ID --kind transaction|otp|otp-time-sync",
  summary: "Takes a token away, for instance a lost one; its user can register another",
  flags: { values: ["login-id", "kind"] },
  maxWords: 0,
  run: remove,
};

async function add(invocation: CommandInvocation): Promise<ExitCode> {
  const { loginId, kind } = named(invocation);
  const given = invocation.isOn("secret-stdin") ? (await readSecretsFromStdin(1))[0] : undefined;
  if (given !== undefined && !v.is(tokenSecret, given)) {
    throw new AppError("usage/invalid", { problem: "stdin: base32 of 16 to 64 bytes" });
  }
  const fresh = realRandomBytes(kind === "otp" ? SECRET_BYTES : TIME_SECRET_BYTES);
  const secret = given === undefined ? fresh : v.parse(tokenSecret, given);
  await withUserParts(invocation.directory, async (store, parts) => {
    await store.write(async (transaction) => {
      if (!await transaction.findUser(loginId)) throw unknown(loginId);
      await addToken(parts, transaction, { loginId, kind, secret, registeredAt: realNow() });
    });
    // A secret that was brought along is known; a new one is of no use to anybody unless it is shown.
    const shown = given === undefined ? describe(parts.config, { loginId, kind, secret }) : {};
    invocation.print(
      { ok: true, loginId, kind, ...shown },
      [`Added a token of ${loginId}`, ...Object.values(shown)].join("\n"),
    );
  });
  return 0;
}

async function remove(invocation: CommandInvocation): Promise<ExitCode> {
  const { loginId, kind } = named(invocation);
  await withStore(invocation.directory, (store) =>
    store.write(async (transaction) => {
      if (!await transaction.deleteToken(loginId, kind)) {
        throw new AppError("usage/invalid", { problem: `"${loginId}" has no such token` });
      }
      await appendAudit(transaction, {
        at: realNow(),
        actor: "operator",
        action: "token.removed",
        subject: loginId,
        details: { kind },
        correlationId: "-",
      });
    }));
  invocation.print({ ok: true, loginId, kind }, `Removed a token of ${loginId}`);
  return 0;
}

function named(invocation: CommandInvocation) {
  demand(invocation, "kind");
  const kind = choose(invocation, { flag: "kind", choices: tokenKind.options, otherwise: "otp" });
  return { loginId: demand(invocation, "login-id"), kind };
}

function unknown(loginId: string): AppError {
  return new AppError("usage/invalid", { problem: `there is no user "${loginId}"` });
}

function describe(
  { institution, tokens }: AuthorityConfig,
  { loginId, kind, secret }: {
    loginId: string;
    kind: v.InferOutput<typeof tokenKind>;
    secret: Uint8Array<ArrayBuffer>;
  },
): Readonly<Record<string, string>> {
  const text = { secret: encodeBase32(secret) };
  if (kind === "transaction") return { ...text, suite: tokens.ocraSuite };
  const rule = kind === "otp" ? tokens.otp : tokens.timeSync;
  return { ...text, uri: tokenUri({ issuer: institution.service.ja, account: loginId, secret, ...rule }) };
}
