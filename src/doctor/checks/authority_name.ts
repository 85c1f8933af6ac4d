import { type Check, failed, ok, skipped, type Verdict } from "../check.ts";
import { errorCode, isIpAddress, targetOf } from "../tunnel.ts";

/** Does DNS know the authority? Through a proxy that is the proxy's business. */
export const authorityName: Check = {
  id: "authority-name",
  title: { ja: "認証局の名前解決(DNS)", en: "The authority's name (DNS)" },
  after: ["proxy"],
  async run({ parts, facts, stateOf }) {
    if (stateOf("proxy") === "failed" || facts.route?.kind === "proxy") {
      return skipped({
        ja: "プロキシが名前解決を行うため、このパソコンでは確認しません。",
        en: "The proxy looks the name up, not this PC",
      });
    }
    const { hostname } = targetOf(parts.authority.url);
    if (isIpAddress(hostname)) {
      return ok({
        ja: `認証局はアドレス ${hostname} で指定されています。`,
        en: `The authority is given by its address ${hostname}`,
      });
    }
    try {
      const addresses = (await parts.network.lookup(hostname)).slice(0, 3).join(", ");
      return ok({ ja: `${hostname} は ${addresses} です。`, en: `${hostname} is ${addresses}` });
    } catch (error) {
      return nameFailure(hostname, error);
    }
  },
};

/** What getaddrinfo(3) had against a name. */
export function nameFailure(hostname: string, error: unknown): Verdict {
  if (["ENOTFOUND", "ENODATA"].includes(errorCode(error))) {
    return failed(
      { ja: `${hostname} という名前が見つかりません。`, en: `There is no host named ${hostname}` },
      {
        ja: "ネットワーク管理者に、DNSでこの名前を解決できるようにご依頼ください。",
        en: "Ask your network administrator to make DNS resolve this name",
      },
    );
  }
  return failed(
    {
      ja: `DNSサーバから ${hostname} についての応答がありません。`,
      en: `No DNS server answers about ${hostname}`,
    },
    {
      ja: "ケーブルやWi-Fiの接続と、DNSの設定をご確認ください。",
      en: "Check the cable or Wi-Fi, and the DNS settings",
    },
  );
}
