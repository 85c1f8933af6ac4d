/**
 * Transaction authentication: the token reads what is about to happen, shows it, and answers with a number over
 * exactly that (OCRA, RFC 6287). The text is made from the enrolment each time, so there is nothing to be kept
 * and nothing to be answered for another one.
 *
 * @module
 */
import * as v from "valibot";
import { encodeTransaction, parseOcraSuite, transactionNumber } from "../../../otp/mod.ts";
import { equalSecrets, utf8 } from "../../../pki/bytes.ts";
import { codeDigits } from "../../../protocol/steps.ts";
import { demandToken, openToken } from "../tokens.ts";
import { defineStep, rightIf, type StepContext } from "./step.ts";

/** With two such names of any script the text stays below the code's limit. */
const SHOWN_CHARACTERS = 24;

export const transactionStep = defineStep({
  kind: "transaction",
  answer: v.strictObject({ transactionNumber: codeDigits }),
  findObstacle: (user, reader) => demandToken(reader, { loginId: user.loginId, kind: "transaction" }),
  ask: (context) => ({ code: textOf(context), digits: suiteOf(context).digits }),
  async judge(answer, context) {
    const { parts, enrolment } = context;
    const token = await openToken(parts, { loginId: enrolment.loginId, kind: "transaction" });
    if (!token) return rightIf(false);
    const expected = await transactionNumber(token.secret, suiteOf(context), textOf(context));
    return rightIf(equalSecrets(utf8(expected), utf8(answer.transactionNumber)));
  },
});

function suiteOf({ parts }: StepContext) {
  return parseOcraSuite(parts.config.tokens.ocraSuite);
}

function textOf({ parts, enrolment, user }: StepContext): string {
  const { loginId, operation, renews, nonce } = enrolment;
  return encodeTransaction({
    institution: shorten(parts.config.institution.name.ja),
    operation,
    loginId,
    name: shorten(user?.name ?? ""),
    serial: renews ?? undefined,
    nonce,
  });
}

/** Names may be of any length that X.509 allows; the code must stay one that a camera can read. */
function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= SHOWN_CHARACTERS
    ? name
    : `${characters.slice(0, SHOWN_CHARACTERS - 1).join("")}…`;
}
