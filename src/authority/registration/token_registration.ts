/**
 * Registering a one-time-password token (ワンタイムパスワードトークン発行画面): the password shows the secret, and
 * the first code that the token makes of it registers it. Whoever has a password has one chance: where a token is
 * registered already, the institution has to take it away first.
 *
 * @module
 */
import { hash } from "node:crypto";
import { AppError } from "../../errors.ts";
import { encodeBase32, tokenUri } from "../../otp/mod.ts";
import { appendAudit } from "../audit/chain.ts";
import { StoreConflict, type StoreTransaction, type TokenTicket } from "../store/store.ts";
import { type Attempt, attempt, failureOf, forgive, type Verdict } from "./attempts.ts";
import { MINUTE_MS, type RegistrationParts, type RequestOrigin } from "./parts.ts";
import { judgeCodes, type RightCodes } from "./token_codes.ts";
import { insertToken } from "./tokens.ts";

/** RFC 4226 §4 R6: 160 bits. */
const SECRET_BYTES = 20;
const TICKET_BYTES = 32;
const TICKET_MINUTES = 10;
const KIND = "otp";

/** A token that is shown and does not count yet. */
export interface ShownToken {
  /** Proves who it was shown to; a secret. */
  readonly ticket: string;
  /** For the QR code, see {@link tokenUri}. */
  readonly uri: string;
  /** Base32, to be typed in. */
  readonly secret: string;
  readonly digits: number;
  readonly expiresAt: Date;
}

/**
 * Shows a new token to who knows the password.
 *
 * @throws {AppError} `registration/wrong-credentials`, `-locked`, `-not-allowed`, `-token-registered`,
 * `authority/busy`.
 */
export async function beginTokenRegistration(
  parts: RegistrationParts,
  { loginId, password }: { loginId: string; password: string },
  origin: RequestOrigin,
): Promise<ShownToken> {
  const { store, vault, now, randomBytes } = parts;
  const judged = await attempt(parts, { loginId, kind: "password", origin }, async () => {
    const user = await store.findUser(loginId);
    return { outcome: await parts.passwords.verify(password, user?.passwordHash) ? "right" : "wrong" };
  });
  const ticket = randomBytes(TICKET_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  const secret = randomBytes(SECRET_BYTES);
  const at = now();
  const shown = {
    ticketHash: hash("sha256", ticket, "hex"),
    loginId,
    sealedSecret: await vault.seal(secret, { loginId, kind: KIND }),
    expiresAt: new Date(at.getTime() + TICKET_MINUTES * MINUTE_MS),
  };
  await settle(parts, { judged, loginId, kind: "password", origin }, async (transaction) => {
    const user = await transaction.findUser(loginId);
    if (!user || user.isDisabled) return new AppError("registration/not-allowed", {});
    if (await transaction.findToken(loginId, KIND)) return new AppError("registration/token-registered", {});
    await transaction.insertTokenTicket(shown);
    return undefined;
  });
  return show(parts, ticket, { ...shown, secret });
}

/**
 * The same token again, for instance after a wrong code.
 *
 * @throws {AppError} `registration/enrolment-expired`.
 */
export async function resumeTokenRegistration(
  parts: RegistrationParts,
  ticket: string,
): Promise<ShownToken> {
  const found = await findTicket(parts, ticket);
  return show(parts, ticket, found);
}

/**
 * Registers the token with its first code.
 *
 * @throws {AppError} `registration/wrong-answer`, `-locked`, `-enrolment-expired`, `-token-registered`,
 * `authority/busy`.
 */
export async function finishTokenRegistration(
  parts: RegistrationParts,
  { ticket, oneTimePassword }: { ticket: string; oneTimePassword: string },
  origin: RequestOrigin,
): Promise<{ loginId: string }> {
  const { ticketHash, loginId, secret } = await findTicket(parts, ticket);
  const { otp, windowSteps } = parts.config.tokens;
  let proven: RightCodes | undefined;
  const judged = await attempt(parts, { loginId, kind: KIND, origin }, async (): Promise<Verdict> => {
    const unused = { secret, lastStep: -1, driftSteps: 0 };
    const codes = await judgeCodes(unused, [oneTimePassword], { ...otp, windowSteps, now: parts.now() });
    if (codes === undefined || codes === "used") return { outcome: "wrong" };
    proven = codes;
    return { outcome: "right" };
  });
  await settle(parts, { judged, loginId, kind: KIND, origin }, async (transaction) => {
    if (!await transaction.findTokenTicket(ticketHash)) return expired();
    const registeredAt = parts.now();
    try {
      await insertToken(parts, transaction, { loginId, kind: KIND, secret, registeredAt, proven: proven! });
    } catch (error) {
      if (error instanceof StoreConflict) return new AppError("registration/token-registered", {});
      throw error;
    }
    await transaction.deleteTokenTicket(ticketHash);
    await appendAudit(transaction, {
      at: registeredAt,
      actor: `user:${loginId}`,
      action: "token.registered",
      subject: loginId,
      details: { kind: KIND },
      correlationId: origin.correlationId,
    });
    return undefined;
  });
  return { loginId };
}

async function findTicket({ store, vault, now }: RegistrationParts, ticket: string) {
  const found = await store.findTokenTicket(hash("sha256", ticket, "hex"));
  if (!found || found.expiresAt <= now()) throw expired();
  return { ...found, secret: await vault.open(found.sealedSecret, { loginId: found.loginId, kind: KIND }) };
}

function show(
  { config }: RegistrationParts,
  ticket: string,
  { loginId, secret, expiresAt }: TokenTicket & { readonly secret: Uint8Array<ArrayBuffer> },
): ShownToken {
  const { otp } = config.tokens;
  const uri = tokenUri({ issuer: config.institution.service.ja, account: loginId, secret, ...otp });
  return { ticket, uri, secret: encodeBase32(secret), digits: otp.digits, expiresAt };
}

/**
 * Takes the attempt back and goes on, or says no on the record.
 *
 * @param work What a right answer leads to, or why it does not.
 */
async function settle(
  parts: RegistrationParts,
  { judged, loginId, kind, origin }: {
    judged: Attempt;
    loginId: string;
    kind: string;
    origin: RequestOrigin;
  },
  work: (transaction: StoreTransaction) => Promise<AppError | undefined>,
): Promise<void> {
  const refusal = await parts.store.write(async (transaction) => {
    if (judged.verdict.outcome === "right") {
      await forgive(parts, transaction, { loginId, kind });
      return await work(transaction);
    }
    const at = parts.now();
    await appendAudit(transaction, {
      at,
      actor: `user:${loginId}`,
      action: judged.lockedUntil ? "authentication.locked" : "authentication.failed",
      subject: loginId,
      details: { step: kind, for: "token-registration" },
      correlationId: origin.correlationId,
    });
    return failureOf(judged, { isPassword: kind === "password", at });
  });
  if (refusal) throw refusal;
}

function expired(): AppError {
  return new AppError("registration/enrolment-expired", {});
}
