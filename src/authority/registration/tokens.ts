/**
 * People's tokens as the steps need them: is there one, what is its secret, is this its code.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import type { StoreReader, StoreTransaction, TokenKind, TokenRecord } from "../store/store.ts";
import type { Verdict } from "./attempts.ts";
import type { RegistrationParts } from "./parts.ts";
import { type CodeRule, judgeCodes, type RightCodes } from "./token_codes.ts";

/** Whose token, and which. */
export interface TokenName {
  readonly loginId: string;
  readonly kind: TokenKind;
}

/** @returns What a person without such a token is told: one-time passwords they can register by themselves. */
export async function demandToken(
  reader: StoreReader,
  { loginId, kind }: TokenName,
): Promise<AppError | undefined> {
  if (await reader.findToken(loginId, kind)) return undefined;
  return new AppError(`registration/token-not-${kind === "otp" ? "registered" : "issued"}`, {});
}

/** A token with its secret in the clear. */
export async function openToken(
  { store, vault }: RegistrationParts,
  name: TokenName,
): Promise<TokenRecord & { readonly secret: Bytes } | undefined> {
  const token = await store.findToken(name.loginId, name.kind);
  return token && { ...token, secret: await vault.open(token.sealedSecret, name) };
}

/** Judges neighbouring codes, the earliest first. */
export async function judgeToken(
  parts: RegistrationParts,
  { loginId, kind }: TokenName,
  { codes, rule }: { codes: readonly string[]; rule: Omit<CodeRule, "now"> },
): Promise<Verdict> {
  const token = await openToken(parts, { loginId, kind });
  if (!token) return { outcome: "wrong" };
  const judged = await judgeCodes(token, codes, { ...rule, now: parts.now() });
  if (judged === undefined) return { outcome: "wrong" };
  if (judged === "used") return { outcome: "used" };
  return { outcome: "right", use: (transaction) => transaction.useTokenSteps({ loginId, kind }, judged) };
}

/** A token to be registered. */
export interface NewToken extends TokenName {
  readonly secret: Bytes;
  readonly registeredAt: Date;
  /** What its first code has told, if it was asked for. */
  readonly proven?: RightCodes;
}

/** @throws {StoreConflict} if the user has one of that kind. */
export async function insertToken(
  { vault }: Pick<RegistrationParts, "vault">,
  transaction: StoreTransaction,
  { secret, proven, ...token }: NewToken,
): Promise<void> {
  const { lastStep = -1, driftSteps = 0 } = proven ?? {};
  await transaction.insertToken({
    ...token,
    lastStep,
    driftSteps,
    sealedSecret: await vault.seal(secret, token),
  });
}
