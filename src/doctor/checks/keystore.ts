import { AppError } from "../../errors.ts";
import { createSelfSigned } from "../trial_certificate.ts";
import { damageOf } from "../nss_files.ts";
import { type Check, type Examination, failed, failedBy, ok, skipped, type Verdict } from "../check.ts";

/**
 * Can the keystore be used?
 *
 * Nothing of this may ever stay in the user's keystore, even if the app is killed in the middle, and their keys must
 * not be copied. So key, signature and removal are tried with the same tools on an empty keystore in the doctor's
 * folder; the user's own is opened, checked for damage, and written to inside of a transaction that is rolled back.
 */
export const keystore: Check = {
  id: "keystore",
  title: { ja: "証明書ストア", en: "Keystore" },
  needs: ["disk"],
  async run(examination) {
    const { keystore: { kind, folder, open }, files } = examination.parts;
    if (kind === "unsupported") await open(examination.parts.stateFolder).check(); // says so itself
    let scratch: string;
    try {
      scratch = await examination.scratch();
    } catch {
      return skipped({
        ja: "作業用のフォルダを作れないため、試せません。",
        en: "There is no folder for trying it out",
      });
    }
    const fault = await tryOut(examination, scratch);
    if (fault !== undefined) return fault;
    if (await files.realPath(`${folder}/${kind === "nss" ? "cert9.db" : "master.key"}`) === undefined) {
      return ok({
        ja: `使用できます(${folder} は最初の証明書の取得時に作られます)。`,
        en: `It can be used (${folder} will be made for the first certificate)`,
      });
    }
    if (kind === "nss") {
      const damage = damageOf(folder);
      if (damage !== undefined) return broken(damage, folder);
    }
    await open(`${scratch}/keystore`).check();
    return ok({ ja: `使用できます(${folder})。`, en: `It can be used (${folder})` });
  },
};

/** Import, signature and removal of a key that is nobody's, with the keystore's own tools. */
async function tryOut({ parts }: Examination, scratch: string): Promise<Verdict | undefined> {
  const trial = parts.keystore.openTrial(`${scratch}/trial`);
  try {
    await trial.check();
    const bundle = await createSelfSigned({ now: parts.now(), randomBytes: parts.randomBytes });
    const { fingerprint } = await trial.import(bundle);
    await trial.sign(fingerprint, parts.randomBytes(32));
    await trial.remove(fingerprint);
    if ((await trial.list()).length === 0) return undefined;
    throw new AppError("keystore/unusable", { reason: "a key cannot be removed" });
  } catch (error) {
    if (error instanceof AppError) return failedBy(error);
    throw error;
  }
}

function broken(damage: "damaged" | "read-only" | "busy", folder: string): Verdict {
  switch (damage) {
    case "damaged":
      return failed(
        { ja: `証明書ストア ${folder} が壊れています。`, en: `The keystore ${folder} is damaged` },
        {
          ja: "フォルダの名前を変えてから、「証明書発行」で証明書を取得し直してください。",
          en: "Rename the folder, then acquire a new certificate",
        },
      );
    case "read-only":
      return failed(
        { ja: `証明書ストア ${folder} に書き込めません。`, en: `The keystore ${folder} cannot be written` },
        {
          ja: "このフォルダへの書込みをこのユーザに許可してください。",
          en: "Let this user write to that folder",
        },
      );
    case "busy":
      return failed(
        {
          ja: `証明書ストア ${folder} をほかのプログラムが使用中です。`,
          en: `Another program occupies the keystore ${folder}`,
        },
        {
          ja: "ブラウザをすべて閉じてから、もう一度お試しください。",
          en: "Close all browsers, then try again",
        },
      );
  }
}
