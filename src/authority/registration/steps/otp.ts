/** One-time password (TOTP, RFC 6238): one code, each counts once. */
import * as v from "valibot";
import { codeDigits } from "../../../protocol/steps.ts";
import { demandToken, judgeToken } from "../tokens.ts";
import { defineStep } from "./step.ts";

export const otpStep = defineStep({
  kind: "otp",
  answer: v.strictObject({ oneTimePassword: codeDigits }),
  findObstacle: (user, reader) => demandToken(reader, { loginId: user.loginId, kind: "otp" }),
  ask: ({ parts }) => ({ digits: parts.config.tokens.otp.digits }),
  async judge({ oneTimePassword }, { parts, enrolment }) {
    const { otp, windowSteps } = parts.config.tokens;
    const token = { loginId: enrolment.loginId, kind: "otp" } as const;
    return await judgeToken(parts, token, { codes: [oneTimePassword], rule: { ...otp, windowSteps } });
  },
});
