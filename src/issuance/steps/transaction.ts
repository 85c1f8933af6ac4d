import { TransactionStep } from "../../protocol/steps.ts";
import { numberField, parseStep, type QuestionKind } from "./step.ts";

/** Transaction authentication: a token reads the 2D code, shows what it says and answers with a number. */
export const transactionStep: QuestionKind = {
  kind: "transaction",
  read(step) {
    const { kind, code, digits } = parseStep(TransactionStep, step);
    return {
      kind,
      title: { ja: "トランザクション認証", en: "Transaction authentication" },
      lead: {
        ja:
          "「二次元コード」をトランザクション認証用トークンで読み取り、トークンに表示された「トランザクション認証番号」を入力してください。",
        en:
          "Read the 2D code with your transaction token, then enter the transaction number that the token shows.",
      },
      code,
      fields: [
        numberField({
          name: "transactionNumber",
          label: { ja: "トランザクション認証番号", en: "Transaction number" },
          digits,
        }),
      ],
    };
  },
};
