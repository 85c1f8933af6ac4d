import { PASSWORD_MAX } from "../../protocol/messages.ts";
import type { QuestionKind } from "./step.ts";

/** The password of the bank's login. */
export const passwordStep: QuestionKind = {
  kind: "password",
  read: () => ({
    kind: "password",
    title: { ja: "認証", en: "Authentication" },
    fields: [{
      name: "password",
      label: { ja: "ログインパスワード", en: "Login password" },
      secret: true,
      maxLength: PASSWORD_MAX,
      // Keeps password managers from storing a bank's password for a port of 127.0.0.1.
      autocomplete: "one-time-code",
    }],
  }),
};
