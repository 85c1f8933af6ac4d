import type { Bytes } from "../../pki/bytes.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { type Check, type Examination, failed, ok, skipped, warning } from "../check.ts";
import { issuerOf, judgePeer, namesHost } from "../peer.ts";
import { openTunnel, targetOf } from "../tunnel.ts";

/**
 * Does a proxy or security software open the encrypted connection? It then shows a certificate for the authority's
 * name that somebody else has issued.
 */
export const tlsInspection: Check = {
  id: "tls-inspection",
  title: { ja: "暗号化通信の検査(SSLインスペクション)", en: "TLS inspection" },
  needs: ["authority-name", "authority-tcp", "proxy"],
  after: ["authority-tls"],
  async run(examination) {
    const { parts, facts, stateOf } = examination;
    const { hostname } = targetOf(parts.authority.url);
    const isTrusted = stateOf("authority-tls") === "ok";
    if (isTrusted && !parts.authority.trustsPlatform) {
      // It leads to the profile's own anchors: nobody else could have issued it.
      return ok({ ja: "検査されていません。", en: "The connection is not inspected" });
    }
    const chain = facts.peerChain ?? await peek(examination, hostname);
    if (chain.length === 0) {
      return skipped({
        ja: "サーバの証明書を受け取れないため、判断できません。",
        en: "The server shows no certificate to judge by",
      });
    }
    const issuer = issuerOf(chain);
    const fault = facts.peerFault ?? await judgePeer(chain, { parts, hostname });
    if (fault !== "issuer") {
      return ok({
        ja: `検査されていません(証明書の発行者: ${issuer})。`,
        en: `The connection is not inspected (issuer of the certificate: ${issuer})`,
      });
    }
    if (isTrusted && chain.length === 1) {
      return skipped({
        ja: `サーバの証明書だけでは判断できません(証明書の発行者: ${issuer})。`,
        en: `The server's certificate alone does not tell (its issuer: ${issuer})`,
      });
    }
    if (!isFor(hostname, chain[0]!)) {
      return skipped({
        ja: `別のサーバが応答しているため、判断できません(証明書の発行者: ${issuer})。`,
        en: `Another server answers, so that nothing can be said (issuer of its certificate: ${issuer})`,
      });
    }
    const finding = {
      ja: `途中の機器またはソフトが通信を検査しています(証明書の発行者: ${issuer})。`,
      en: `Something on the way inspects the connection (issuer of the certificate: ${issuer})`,
    };
    const advice = {
      ja: `${hostname} への通信を検査の対象から外すよう、ネットワーク管理者にご依頼ください。`,
      en: `Ask your network administrator to exempt ${hostname} from TLS inspection`,
    };
    // Where the profile allows it, the app works all the same.
    return isTrusted ? warning(finding, advice) : failed(finding, advice);
  },
};

async function peek(examination: Examination, hostname: string): Promise<readonly Bytes[]> {
  const { parts, signal } = examination;
  try {
    return await parts.network.peekCertificates(await openTunnel(examination), { hostname, signal });
  } catch {
    return [];
  }
}

function isFor(hostname: string, certificateDer: Bytes): boolean {
  try {
    return namesHost(parseCertificate(certificateDer), hostname);
  } catch {
    return false;
  }
}
