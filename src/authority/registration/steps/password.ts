/** The password of the bank's login. */
import * as v from "valibot";
import { password } from "../../../protocol/messages.ts";
import { defineStep, rightIf } from "./step.ts";

export const passwordStep = defineStep({
  kind: "password",
  answer: v.strictObject({ password }),
  async judge({ password }, { user, parts }) {
    return rightIf(await parts.passwords.verify(password, user?.passwordHash));
  },
});
