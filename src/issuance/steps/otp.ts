import { OtpStep } from "../../protocol/steps.ts";
import { numberField, parseStep, type QuestionKind } from "./step.ts";

/** The one-time password that a token or an authenticator app shows. */
export const otpStep: QuestionKind = {
  kind: "otp",
  read(step) {
    const { kind, digits } = parseStep(OtpStep, step);
    return {
      kind,
      title: { ja: "ワンタイムパスワード認証", en: "One-time password" },
      lead: {
        ja: "トークンに表示されている「ワンタイムパスワード」を入力してください。",
        en: "Enter the one-time password that your token shows.",
      },
      fields: [
        numberField({
          name: "oneTimePassword",
          label: { ja: "ワンタイムパスワード", en: "One-time password" },
          digits,
          autocomplete: "one-time-code",
        }),
      ],
    };
  },
};
