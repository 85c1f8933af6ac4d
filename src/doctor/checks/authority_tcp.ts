import { type Check, failed, ok, skipped, type Verdict } from "../check.ts";
import { addressOf, connect, errorCode, type Target, targetOf } from "../tunnel.ts";

/** Does anybody answer at the authority's port? Through a proxy the proxy's port is asked instead. */
export const authorityTcp: Check = {
  id: "authority-tcp",
  title: { ja: "認証局への接続(TCP)", en: "Connection to the authority (TCP)" },
  needs: ["authority-name"],
  after: ["proxy"],
  async run(examination) {
    if (examination.stateOf("proxy") === "failed" || examination.facts.route?.kind === "proxy") {
      return skipped({
        ja: "プロキシを経由するため、直接は接続しません。",
        en: "Not connected directly, but through the proxy",
      });
    }
    const target = targetOf(examination.parts.authority.url);
    try {
      (await connect(examination, target)).destroy();
      const at = addressOf(target);
      return ok({ ja: `${at} に接続できます。`, en: `${at} accepts connections` });
    } catch (error) {
      return connectionFailure(target, error);
    }
  },
};

/** Why nobody answers. */
export function connectionFailure(target: Target, error: unknown): Verdict {
  const at = addressOf(target);
  const code = errorCode(error);
  if (code === "ECONNREFUSED") {
    return failed(
      { ja: `${at} が接続を拒否しました。`, en: `${at} refuses connections` },
      {
        ja: "しばらくしてからもう一度お試しいただき、続くときはネットワーク管理者にご確認ください。",
        en: "Try again later; if it stays, ask your network administrator",
      },
    );
  }
  if (code === "ETIMEDOUT") {
    return failed(
      { ja: `${at} から応答がありません(時間切れ)。`, en: `${at} does not answer (timed out)` },
      {
        ja: `ファイアウォールで ${at} への通信を許可するよう、ネットワーク管理者にご依頼ください。`,
        en: `Ask your network administrator to let the firewall pass ${at}`,
      },
    );
  }
  return failed(
    { ja: `${at} への経路がありません。`, en: `There is no route to ${at}` },
    {
      ja: "ケーブルやWi-Fiの接続をご確認ください。",
      en: "Check the cable or Wi-Fi",
    },
  );
}
