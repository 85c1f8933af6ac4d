import { OtpTimeSyncStep } from "../../protocol/steps.ts";
import { numberField, parseStep, type QuestionKind } from "./step.ts";

/** Two neighbouring one-time passwords of a time-synchronous token. */
export const otpTimeSyncStep: QuestionKind = {
  kind: "otp-time-sync",
  read(step) {
    const { kind, digits } = parseStep(OtpTimeSyncStep, step);
    return {
      kind,
      title: {
        ja: "ワンタイムパスワード認証(時刻同期)",
        en: "One-time password (time-synchronous)",
      },
      lead: {
        ja:
          "トークンに現在表示されている「ワンタイムパスワード」と、1分後に表示される「ワンタイムパスワード」を入力してください。",
        en:
          "Enter the one-time password that your token shows now, and the one that it shows a minute later.",
      },
      fields: [
        numberField({
          name: "currentPassword",
          label: { ja: "ワンタイムパスワード(現在)", en: "One-time password (now)" },
          digits,
        }),
        numberField({
          name: "nextPassword",
          label: { ja: "ワンタイムパスワード(1分後)", en: "One-time password (1 minute later)" },
          digits,
        }),
      ],
    };
  },
};
