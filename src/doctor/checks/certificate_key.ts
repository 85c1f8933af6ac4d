import { AppError } from "../../errors.ts";
import { equalBytes, utf8 } from "../../pki/bytes.ts";
import { verifySignedData } from "../../pki/cms.ts";
import { type Check, failedBy, ok, skipped } from "../check.ts";

/** Can the certificate's key be used? Shown by a signature of nothing that anybody would take for anything. */
export const certificateKey: Check = {
  id: "certificate-key",
  title: { ja: "証明書の秘密鍵", en: "The certificate's private key" },
  needs: ["certificate"],
  async run({ parts, facts, scratch }) {
    const { certificate, certificateDer, hasKey } = facts.subject!;
    if (!hasKey) return failedBy(new AppError("keystore/key-missing", {}));
    let folder: string;
    try {
      folder = await scratch();
    } catch {
      return skipped({
        ja: "作業用のフォルダを作れないため、署名を試せません。",
        en: "No folder for trying a signature",
      });
    }
    const content = utf8(`hakko doctor ${parts.randomBytes(16).toHex()}`);
    try {
      const signed = await parts.keystore.open(`${folder}/keystore`).sign(certificate.fingerprint, content);
      const back = await verifySignedData(signed, { certificateDer });
      if (!equalBytes(back, content)) throw new Error("something else was signed");
    } catch (error) {
      if (error instanceof AppError && error.key === "keystore/tool-missing") throw error;
      return failedBy(new AppError("keystore/key-unusable", {}));
    }
    return ok({ ja: "秘密鍵で署名できます。", en: "The private key can sign" });
  },
};
