import { QuestionStep, REPLY_MAX } from "../../protocol/steps.ts";
import { parseStep, type QuestionKind } from "./step.ts";

/** Additional authentication: a question that the person has chosen, and its answer. */
export const questionStep: QuestionKind = {
  kind: "question",
  read(step) {
    const { kind, prompt } = parseStep(QuestionStep, step);
    return {
      kind,
      title: { ja: "追加認証", en: "Additional authentication" },
      prompt,
      fields: [{
        name: "reply",
        label: { ja: "回答", en: "Answer" },
        // Input methods for Japanese are switched off in fields that hide what is typed.
        secret: false,
        maxLength: REPLY_MAX,
        inputMode: "text",
        autocomplete: "off",
      }],
    };
  },
};
