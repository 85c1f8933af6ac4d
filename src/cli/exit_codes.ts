/** Exit codes, for scripts. They are few and permanent; each error's row in the catalogue names its own. */
import type { Text } from "../errors.ts";

export const EXIT_CODES = {
  0: { ja: "完了", en: "done" },
  1: { ja: "予期しない問題、または取消", en: "something unexpected, or cancelled" },
  2: { ja: "指定または入力の誤り", en: "wrong usage or input" },
  3: { ja: "認証局が受け付けなかった", en: "refused by the authority" },
  4: { ja: "認証局またはネットワークに接続できない", en: "authority or network unreachable" },
  5: { ja: "証明書ストアの問題", en: "problem with the keystore" },
} as const satisfies Record<number, Text>;

export type ExitCode = keyof typeof EXIT_CODES;
