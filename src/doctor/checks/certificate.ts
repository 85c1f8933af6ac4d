import { describeCertificate } from "../../issuance/certificates.ts";
import type { KeystoreEntry } from "../../keystore/mod.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { verifyChain } from "../../pki/chain.ts";
import { readBasicConstraints } from "../../pki/extensions.ts";
import { decodeName } from "../../pki/name.ts";
import { decodePem } from "../../pki/pem.ts";
import { AppError } from "../../errors.ts";
import { type Check, failed, ok, type Subject } from "../check.ts";
import type { DoctorParts } from "../parts.ts";

/** Is there a certificate of this institution? The others look at the one that a person would use. */
export const certificate: Check = {
  id: "certificate",
  title: { ja: "証明書の有無", en: "Certificate" },
  needs: ["keystore"],
  async run({ parts, facts }) {
    const keystore = parts.keystore.open(`${parts.stateFolder}/doctor`); // listing needs no temporary files
    const [withKey, withoutKey] = [await keystore.list(), await keystore.listWithoutKey()];
    const listed = await parts.listed().catch((): string[] => []);
    const found = (await Promise.all([
      ...withKey.map((entry) => look(entry, { hasKey: true, parts })),
      ...withoutKey.map((entry) => look(entry, { hasKey: false, parts })),
    ])).filter((one) => one !== undefined);
    const rank = ({ certificate, chainFault }: Subject) =>
      listed.includes(certificate.fingerprint) ? 2 : chainFault === undefined ? 1 : 0;
    const [subject] = found.sort((a, b) =>
      rank(b) - rank(a) || b.certificate.notAfter.getTime() - a.certificate.notAfter.getTime()
    );
    if (subject === undefined) {
      return failed(
        {
          ja: "このユーザの証明書は、このパソコンにありません。",
          en: "This user has no certificate on this PC",
        },
        { ja: "「証明書発行」から証明書を取得してください。", en: "Acquire a certificate" },
      );
    }
    facts.subject = subject;
    const { holder, loginId, serial } = subject.certificate;
    const [who, id] = [holder, loginId].map(oneLine);
    return ok({
      ja: `${who}(${id})の証明書があります(シリアル番号 ${serial})。`,
      en: `There is a certificate of ${who} (${id}), serial number ${serial}`,
    });
  },
};

async function look(
  { certificateDer, chainDer }: KeystoreEntry,
  { hasKey, parts }: { hasKey: boolean; parts: DoctorParts },
): Promise<Subject | undefined> {
  try {
    const leaf = parseCertificate(certificateDer);
    if (readBasicConstraints(leaf)?.ca) return undefined;
    const anchors = parts.authority.trustAnchorsPem.flatMap((pem) => decodePem(pem, "CERTIFICATE"));
    const middle = new Date((leaf.notBefore.getTime() + leaf.notAfter.getTime()) / 2);
    const options = { intermediatesDer: chainDer, trustAnchorsDer: anchors, usage: "clientAuth" } as const;
    const chainFault = await faultOf(verifyChain(certificateDer, { ...options, at: middle }));
    if (chainFault !== undefined && !isMeantForUs(certificateDer, parts)) return undefined;
    return {
      certificate: describeCertificate(certificateDer, parts.opensDaysBefore),
      certificateDer,
      chainDer,
      hasKey,
      chainFault,
    };
  } catch {
    return undefined; // not readable: no certificate of ours
  }
}

async function faultOf(verified: Promise<unknown>): Promise<string | undefined> {
  try {
    await verified;
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.values["reason"] ?? error.code : String(error);
  }
}

/** Other institutions' certificates are nobody's business; one that says it is ours, but is not, is. */
function isMeantForUs(certificateDer: Uint8Array<ArrayBuffer>, { institution }: DoctorParts): boolean {
  const organizations = decodeName(parseCertificate(certificateDer).subjectDer)
    .flatMap(({ type, value }) => type === "O" ? [value] : []);
  return organizations.some((name) => name === institution.ja || name === institution.en);
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}
