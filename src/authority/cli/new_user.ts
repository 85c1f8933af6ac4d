/**
 * A person as they are registered, from flags or from a line of an import: checked, hashed, stored.
 *
 * @module
 */
import * as v from "valibot";
import { AppError } from "../../errors.ts";
import { decodeBase32 } from "../../otp/mod.ts";
import { loginId, password } from "../../protocol/messages.ts";
import { PROMPT_MAX, REPLY_MAX } from "../../protocol/steps.ts";
import { appendAudit } from "../audit/chain.ts";
import { type AuthorityConfig, stepKind } from "../config.ts";
import type { Passwords } from "../registration/passwords.ts";
import { normaliseReply } from "../registration/replies.ts";
import { subjectOf } from "../registration/subject.ts";
import type { TokenVault } from "../registration/token_vault.ts";
import { insertToken } from "../registration/tokens.ts";
import { StoreConflict, type StoreTransaction, TOKEN_KINDS, type User } from "../store/store.ts";

const reply = v.pipe(
  v.string(),
  v.maxLength(REPLY_MAX),
  v.check((text) => normaliseReply(text) !== "", "nothing but spaces"),
);

/** A token's secret: 128 bits at least (RFC 4226 §4 R6), in base32. */
export const tokenSecret = v.pipe(
  v.string(),
  v.check(isSecret, "base32 of 16 to 64 bytes"),
  v.transform((text) => decodeBase32(text)),
);

export const tokenKind = v.picklist(TOKEN_KINDS);

/** What there is to know about a person, secrets in the clear. */
export const NewUser = v.strictObject({
  loginId,
  password,
  name: v.string(),
  company: v.string(),
  role: v.optional(v.picklist(["user", "administrator"]), "user"),
  /** None: what the policy says. */
  steps: v.optional(v.array(stepKind), []),
  isDisabled: v.optional(v.boolean(), false),
  validityDays: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(825))), null),
  question: v.optional(
    v.nullable(v.strictObject({
      prompt: v.pipe(v.string(), v.minLength(1), v.maxLength(PROMPT_MAX)),
      reply,
    })),
    null,
  ),
  tokens: v.optional(v.array(v.strictObject({ kind: tokenKind, secret: tokenSecret })), []),
});
export type NewUser = v.InferOutput<typeof NewUser>;

/** What registering works with. */
export interface UserParts {
  readonly config: AuthorityConfig;
  readonly passwords: Passwords;
  readonly vault: TokenVault;
  readonly now: () => Date;
}

/**
 * Hashes a person's secrets, which takes a while and so happens outside of the transaction.
 *
 * @throws {AppError} `usage/invalid` if they do not fit into a certificate.
 */
export async function hashUser({ config, passwords, now }: UserParts, person: NewUser): Promise<User> {
  subjectOf(person, config.institution.name.ja);
  const { loginId, name, company, role, steps, isDisabled, validityDays, question } = person;
  return {
    loginId,
    name,
    company,
    role,
    steps,
    isDisabled,
    validityDays,
    question: question && {
      prompt: question.prompt,
      replyHash: await passwords.hash(normaliseReply(question.reply)),
    },
    passwordHash: await passwords.hash(person.password),
    createdAt: now(),
  };
}

/** @throws {AppError} `usage/invalid` if there is somebody with this login ID, or two tokens of a kind. */
export async function insertUser(
  parts: UserParts,
  transaction: StoreTransaction,
  { user, tokens }: { user: User; tokens: NewUser["tokens"] },
): Promise<void> {
  const { loginId, createdAt } = user;
  try {
    await transaction.insertUser(user);
  } catch (cause) {
    if (!(cause instanceof StoreConflict)) throw cause;
    throw new AppError("usage/invalid", { problem: `there is a user "${loginId}" already` }, { cause });
  }
  for (const token of tokens) {
    await addToken(parts, transaction, { ...token, loginId, registeredAt: createdAt });
  }
  await appendAudit(transaction, {
    at: createdAt,
    actor: "operator",
    action: "user.added",
    subject: loginId,
    details: { role: user.role, steps: user.steps.join(","), isDisabled: user.isDisabled },
    correlationId: "-",
  });
}

/** Registers a token on the record. @throws {AppError} `usage/invalid` if there is one of its kind. */
export async function addToken(
  parts: Pick<UserParts, "vault">,
  transaction: StoreTransaction,
  token: Parameters<typeof insertToken>[2],
): Promise<void> {
  const { loginId, kind, registeredAt } = token;
  try {
    await insertToken(parts, transaction, token);
  } catch (cause) {
    if (!(cause instanceof StoreConflict)) throw cause;
    throw new AppError("usage/invalid", { problem: `"${loginId}" has a token of this kind already` }, {
      cause,
    });
  }
  await appendAudit(transaction, {
    at: registeredAt,
    actor: "operator",
    action: "token.registered",
    subject: loginId,
    details: { kind },
    correlationId: "-",
  });
}

function isSecret(text: string): boolean {
  try {
    const { length } = decodeBase32(text);
    return length >= 16 && length <= 64;
  } catch {
    return false;
  }
}
