/** The password of the bank's login. */
import * as v from "valibot";
import { password } from "../../../protocol/messages.ts";
import { defineStep } from "./step.ts";

export const passwordStep = defineStep({
  kind: "password",
  answer: v.strictObject({ password }),
  async verify({ password }, { user, passwords }) {
    return await passwords.verify(password, user?.passwordHash);
  },
});
