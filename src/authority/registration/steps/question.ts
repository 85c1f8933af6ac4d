/** Additional authentication: a question that was agreed on with the person. */
import * as v from "valibot";
import { AppError } from "../../../errors.ts";
import { REPLY_MAX } from "../../../protocol/steps.ts";
import { normaliseReply } from "../replies.ts";
import { defineStep, rightIf } from "./step.ts";

export const questionStep = defineStep({
  kind: "question",
  answer: v.strictObject({ reply: v.pipe(v.string(), v.minLength(1), v.maxLength(REPLY_MAX)) }),
  findObstacle: ({ question }) =>
    Promise.resolve(question === null ? new AppError("registration/not-allowed", {}) : undefined),
  ask: ({ user }) => ({ prompt: user?.question?.prompt ?? "" }),
  async judge({ reply }, { user, parts }) {
    return rightIf(await parts.passwords.verify(normaliseReply(reply), user?.question?.replyHash));
  },
});
