import { issuerOf } from "../peer.ts";
import { type Check, failed, ok } from "../check.ts";

/** Does the certificate lead to the trust anchors of the profile? */
export const certificateChain: Check = {
  id: "certificate-chain",
  title: { ja: "証明書の発行元", en: "The certificate's issuer" },
  needs: ["certificate"],
  run: ({ facts }) => {
    const { certificateDer, chainFault } = facts.subject!;
    const issuer = issuerOf([certificateDer]);
    if (chainFault === undefined) {
      return Promise.resolve(ok({
        ja: `この金融機関の認証局が発行した証明書です(${issuer})。`,
        en: `The institution's authority has issued it (${issuer})`,
      }));
    }
    return Promise.resolve(failed(
      {
        ja: `証明書の発行元(${issuer})を、この金融機関の認証局まで確認できません(${chainFault})。`,
        en:
          `The certificate's issuer (${issuer}) does not lead to the institution's authority (${chainFault})`,
      },
      {
        ja: "「証明書発行」から証明書を取得し直してください。",
        en: "Acquire a new certificate",
      },
    ));
  },
};
