import { formatDateTime } from "../../i18n/format.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { both, type Check, type Examination, failed, ok, type Verdict } from "../check.ts";
import { issuerOf, judgePeer } from "../peer.ts";
import { openTunnel, targetOf } from "../tunnel.ts";

/** A server that speaks HTTP answers at once. */
const SHORT_MS = 2_000;

/** Is the one who answers the authority? */
export const authorityTls: Check = {
  id: "authority-tls",
  title: { ja: "認証局との暗号化通信(TLS)", en: "Encryption to the authority (TLS)" },
  needs: ["authority-name", "authority-tcp", "proxy"],
  async run(examination) {
    const { parts, signal } = examination;
    const { hostname } = targetOf(parts.authority.url);
    try {
      await parts.network.handshake(await openTunnel(examination), { hostname, signal });
      return ok({
        ja: `${hostname} は正しい認証局です。`,
        en: `${hostname} is the right authority`,
      });
    } catch {
      return await explain(examination, hostname);
    }
  },
};

/** The handshake failed: the certificates that are shown to anybody tell why. */
async function explain(examination: Examination, hostname: string): Promise<Verdict> {
  const { parts, facts, signal } = examination;
  try {
    const connection = await openTunnel(examination);
    facts.peerChain = await parts.network.peekCertificates(connection, { hostname, signal });
  } catch {
    return await explainSilence(examination, hostname);
  }
  const fault = facts.peerFault = await judgePeer(facts.peerChain, { parts, hostname });
  const issuer = issuerOf(facts.peerChain);
  switch (fault) {
    case "issuer":
      return failed(
        {
          ja: `${hostname} の証明書は、この認証局のものではありません(発行者: ${issuer})。`,
          en: `The certificate of ${hostname} is not the authority's (issuer: ${issuer})`,
        },
        {
          ja: `${hostname} への通信を検査や転送の対象から外すよう、ネットワーク管理者にご依頼ください。`,
          en: `Ask your network administrator to exempt ${hostname} from inspection and redirection`,
        },
      );
    case "name":
      return failed(
        {
          ja: `応答したのは ${hostname} ではない別のサーバです。`,
          en: `Another server than ${hostname} answers`,
        },
        {
          ja: "DNSとプロキシの設定、hostsファイルをネットワーク管理者にご確認ください。",
          en: "Ask your network administrator to check DNS, the proxy and the hosts file",
        },
      );
    case "dates": {
      const { notBefore, notAfter } = parseCertificate(facts.peerChain[0]!);
      const [from, to, now] = [notBefore, notAfter, parts.now()].map((date) =>
        both((language) => formatDateTime(date, language))
      );
      return failed(
        {
          ja: `認証局の証明書の有効期間(${from!.ja}から${to!.ja})が、このパソコンの日時(${
            now!.ja
          })と合いません。`,
          en: `The authority's certificate is valid from ${from!.en} to ${to!.en}; this PC's clock says ${
            now!.en
          }`,
        },
        { ja: "このパソコンの日付と時刻を合わせてください。", en: "Set this PC's date and time" },
      );
    }
    default:
      return failed(
        { ja: `${hostname} との暗号化通信を始められません。`, en: `Cannot agree on TLS with ${hostname}` },
        {
          ja: "セキュリティソフトの通信検査を止めるか、ネットワーク管理者にご相談ください。",
          en: "Turn off the traffic inspection of security software, or ask your network administrator",
        },
      );
  }
}

async function explainSilence(examination: Examination, hostname: string): Promise<Verdict> {
  if (await speaksHttp(examination)) {
    return failed(
      {
        ja: `${hostname} は暗号化されていない通信(HTTP)で応答します。`,
        en: `${hostname} answers in plain HTTP, not TLS`,
      },
      {
        ja: "アドレスとポート番号の設定を、お問合せ窓口にご確認ください。",
        en: "Ask the support desk about the address and the port",
      },
    );
  }
  return failed(
    {
      ja: `${hostname} との暗号化通信が、始まる前に切断されました。`,
      en: `The connection to ${hostname} ended before TLS was agreed on`,
    },
    {
      ja: "しばらくしてからもう一度お試しいただき、続くときはネットワーク管理者にご確認ください。",
      en: "Try again later; if it stays, ask your network administrator",
    },
  );
}

async function speaksHttp(examination: Examination): Promise<boolean> {
  const inTime = AbortSignal.any([examination.signal, AbortSignal.timeout(SHORT_MS)]);
  try {
    const socket = await openTunnel(examination);
    const stop = () => socket.destroy();
    inTime.addEventListener("abort", stop, { once: true });
    try {
      const { hostname } = targetOf(examination.parts.authority.url);
      socket.write(`HEAD / HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`);
      for await (const piece of socket) return new TextDecoder().decode(piece).startsWith("HTTP/");
      return false;
    } finally {
      inTime.removeEventListener("abort", stop);
      stop();
    }
  } catch {
    return false;
  }
}
