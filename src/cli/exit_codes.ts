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

/** Those of `--needs-renewal`, which has nothing else to say: `step certificate needs-renewal` has the same. */
export const NEEDS_RENEWAL_CODES = {
  0: { ja: "更新できる証明書がある", en: "a certificate is due" },
  1: { ja: "まだ更新できない", en: "none is due yet" },
  2: { ja: "証明書がない", en: "there is no certificate" },
  255: { ja: "確認できなかった", en: "cannot tell" },
} as const satisfies Record<number, Text>;

export type ExitCode = keyof typeof EXIT_CODES | keyof typeof NEEDS_RENEWAL_CODES;
