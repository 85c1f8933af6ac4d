/**
 * One-time password, time-synchronous: two neighbouring codes of a hardware token. Two in a row tell where its
 * clock has drifted to, so they may be from further away than one alone (RFC 6238 §6).
 *
 * @module
 */
import * as v from "valibot";
import { codeDigits } from "../../../protocol/steps.ts";
import { demandToken, judgeToken } from "../tokens.ts";
import { defineStep } from "./step.ts";

export const otpTimeSyncStep = defineStep({
  kind: "otp-time-sync",
  answer: v.strictObject({ currentPassword: codeDigits, nextPassword: codeDigits }),
  findObstacle: (user, reader) => demandToken(reader, { loginId: user.loginId, kind: "otp-time-sync" }),
  ask: ({ parts }) => ({ digits: parts.config.tokens.timeSync.digits }),
  async judge({ currentPassword, nextPassword }, { parts, enrolment }) {
    const { timeSync, resyncSteps } = parts.config.tokens;
    const token = { loginId: enrolment.loginId, kind: "otp-time-sync" } as const;
    const rule = { ...timeSync, windowSteps: resyncSteps };
    return await judgeToken(parts, token, { codes: [currentPassword, nextPassword], rule });
  },
});
