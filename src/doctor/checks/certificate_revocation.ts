import { formatDateTime } from "../../i18n/format.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { equalBytes } from "../../pki/bytes.ts";
import { type Certificate, parseCertificate } from "../../pki/certificate.ts";
import { type Crl, parseCrl } from "../../pki/crl.ts";
import { readCrlDistributionPoints, readKeyUsage } from "../../pki/extensions.ts";
import { decodePem } from "../../pki/pem.ts";
import { verifySignature } from "../../pki/signature.ts";
import { both, type Check, failed, ok, skipped, trueTime, type Verdict, warning } from "../check.ts";

/** RFC 5280 §5.3.1: the certificate was replaced by a newer one. */
const SUPERSEDED = 4;

/** Has the authority revoked the certificate? Asked of the list that the certificate itself names. */
export const certificateRevocation: Check = {
  id: "certificate-revocation",
  title: { ja: "証明書の失効", en: "Revocation of the certificate" },
  needs: ["certificate", "certificate-chain"],
  after: ["clock"],
  async run(examination) {
    const { parts, facts, signal } = examination;
    const { certificateDer, chainDer } = facts.subject!;
    const leaf = parseCertificate(certificateDer);
    const url = readCrlDistributionPoints(leaf)?.find((url) => /^https?:\/\//.test(url));
    if (url === undefined) {
      return skipped({
        ja: "証明書に失効リストの場所が書かれていません。",
        en: "The certificate names no revocation list",
      });
    }
    const anchors = parts.authority.trustAnchorsPem.flatMap((pem) => decodePem(pem, "CERTIFICATE"));
    const issuer = [...chainDer, ...anchors].map(parseCertificate).find(({ subjectDer }) =>
      equalBytes(subjectDer, leaf.issuerDer)
    );
    const answer = await parts.network.fetchPublic({ method: "GET", url, headers: {}, signal })
      .catch(() => undefined);
    if (answer?.status !== 200 || issuer === undefined) {
      const host = new URL(url).host;
      return skipped({
        ja: `失効リストを取得できませんでした(${host})。`,
        en: `The revocation list cannot be fetched (${host})`,
      });
    }
    const crl = await readCrl(answer.body, issuer);
    if (crl === undefined) return doubtful("正しくありません", "is not the authority's");
    if (crl.nextUpdate < trueTime(examination)) return doubtful("古くなっています", "is out of date");
    return judge(leaf, crl);
  },
};

/** The list, if the certificate's issuer has signed it. */
async function readCrl(body: Bytes, issuer: Certificate): Promise<Crl | undefined> {
  try {
    const crl = parseCrl(body);
    const { signatureAlgorithmDer, signature, tbsDer: data } = crl;
    const isSigned = await verifySignature({
      spkiDer: issuer.spkiDer,
      signatureAlgorithmDer,
      signature,
      data,
    });
    const isEntitled = readKeyUsage(issuer)?.has("cRLSign") && equalBytes(crl.issuerDer, issuer.subjectDer);
    return isSigned && isEntitled ? crl : undefined;
  } catch {
    return undefined;
  }
}

function judge({ serialHex }: Certificate, crl: Crl): Verdict {
  for (const { serialHex: revoked, at, reason } of crl.revoked()) {
    if (revoked !== serialHex) continue;
    const date = both((language) => formatDateTime(at, language));
    if (reason === SUPERSEDED) {
      return failed(
        {
          ja: `証明書は新しい証明書に置き換えられました(${date.ja})。`,
          en: `A newer certificate has replaced it (${date.en})`,
        },
        { ja: "新しい証明書でログインしてください。", en: "Log in with the new one" },
      );
    }
    return failed(
      { ja: `証明書は失効しています(${date.ja})。`, en: `The certificate has been revoked (${date.en})` },
      { ja: "「証明書発行」から証明書を取得し直してください。", en: "Acquire a new certificate" },
    );
  }
  return ok({ ja: "証明書は失効していません。", en: "The certificate has not been revoked" });
}

function doubtful(ja: string, en: string): Verdict {
  return warning(
    { ja: `取得した失効リストが${ja}。`, en: `The revocation list ${en}` },
    {
      ja: "しばらくしてからもう一度お試しいただき、続くときはお問合せ窓口へご連絡ください。",
      en: "Try again later; if it stays, tell the support desk",
    },
  );
}
