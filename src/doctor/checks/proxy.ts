import { AppError, type Text } from "../../errors.ts";
import type { Proxy } from "../../network/proxy/connect.ts";
import { type Check, type Examination, failed, failedBy, ok, type Verdict } from "../check.ts";
import { errorCode, isIpAddress, openTunnel, ProxyRefusal, targetOf } from "../tunnel.ts";
import { nameFailure } from "./authority_name.ts";
import { connectionFailure } from "./authority_tcp.ts";

/** Is there a proxy, does it answer, and does it let us through to the authority? */
export const proxy: Check = {
  id: "proxy",
  title: { ja: "プロキシ", en: "Proxy" },
  async run(examination) {
    const { parts, facts } = examination;
    const route = facts.route = await parts.network.route(parts.authority.url);
    if (route.kind === "direct") {
      return ok({ ja: "プロキシを使わずに接続します。", en: "Connections do not use a proxy" });
    }
    const target = targetOf(route.url);
    if (!isIpAddress(target.hostname)) {
      try {
        await parts.network.lookup(target.hostname);
      } catch (error) {
        return nameFailure(target.hostname, error);
      }
    }
    try {
      (await openTunnel(examination)).destroy();
    } catch (error) {
      if (error instanceof ProxyRefusal) return refusal(error.answer, { examination, route });
      throw error;
    }
    return ok({
      ja: `プロキシ ${route.address} を経由できます。`,
      en: `The proxy ${route.address} lets us through`,
    });
  },
};

function refusal(
  answer: ProxyRefusal["answer"],
  { examination, route }: { examination: Examination; route: Proxy },
): Verdict {
  const { address } = route;
  switch (answer.kind) {
    case "authentication":
      if (!answer.schemes.some((scheme) => scheme.toLowerCase() === "basic")) {
        return unsupported(address, answer.schemes);
      }
      return examination.parts.network.hasCredentials(route) ? refused(address) : wanted(address);
    case "refused":
      return answer.status >= 500 ? stuck(address, answer.status) : forbidden(address, {
        status: answer.status,
        hostname: targetOf(examination.parts.authority.url).hostname,
      });
    case "untrusted":
      return failedBy(new AppError("network/proxy-untrusted", { proxy: address }));
    case "unreachable":
      if (errorCode(answer.cause) !== "") return connectionFailure(targetOf(route.url), answer.cause);
      return failed(
        { ja: `${address} はプロキシとして応答しません。`, en: `${address} does not answer as a proxy` },
        CHECK_SETTING,
      );
  }
}

function stuck(address: string, status: number): Verdict {
  return failed(
    {
      ja: `プロキシ ${address} から認証局に接続できません(HTTP ${status})。`,
      en: `The proxy ${address} cannot reach the authority (HTTP ${status})`,
    },
    {
      ja: "しばらくしてからもう一度お試しいただき、続くときはネットワーク管理者にご確認ください。",
      en: "Try again later; if it stays, ask your network administrator",
    },
  );
}

function forbidden(address: string, { status, hostname }: { status: number; hostname: string }): Verdict {
  return failed(
    {
      ja: `プロキシ ${address} が認証局への接続を許可しません(HTTP ${status})。`,
      en: `The proxy ${address} does not allow connections to the authority (HTTP ${status})`,
    },
    {
      ja: `プロキシで ${hostname} への接続を許可するよう、ネットワーク管理者にご依頼ください。`,
      en: `Ask your network administrator to allow ${hostname} on the proxy`,
    },
  );
}

const CHECK_SETTING: Text = {
  ja: "プロキシの設定(アドレスとポート番号)をご確認ください。",
  en: "Check the proxy settings (address and port)",
};

function wanted(address: string): Verdict {
  return failed(
    {
      ja: `プロキシ ${address} がユーザ名とパスワードを求めています。`,
      en: `The proxy ${address} wants a user name and a password`,
    },
    {
      ja: "画面の「プロキシ認証」で、プロキシのユーザ名とパスワードを入力してください。",
      en: "Enter the proxy's user name and password on the page “Proxy authentication”",
    },
  );
}

function refused(address: string): Verdict {
  return failed(
    {
      ja: `プロキシ ${address} がユーザ名またはパスワードを受け付けません。`,
      en: `The proxy ${address} refuses the user name or the password`,
    },
    {
      ja: "プロキシのユーザ名とパスワードをネットワーク管理者にご確認ください。",
      en: "Ask your network administrator for the proxy's user name and password",
    },
  );
}

function unsupported(address: string, schemes: readonly string[]): Verdict {
  const names = schemes.slice(0, 4).join(", ");
  return failed(
    {
      ja: `プロキシ ${address} の認証方式(${names})には対応していません。`,
      en: `The proxy ${address} offers only ${names}, which is not supported`,
    },
    {
      ja: "このパソコンから認証なしで、またはBasic認証で接続できるよう、ネットワーク管理者にご依頼ください。",
      en: "Ask your network administrator for access without authentication, or with Basic",
    },
  );
}
