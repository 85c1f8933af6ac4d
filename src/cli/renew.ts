import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { acquire, reportResumed } from "./acquisition.ts";
import { Answers } from "./answers.ts";
import { certificateJson } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";
import { chooseCertificate, isDue, named, tooEarly } from "./renewal_choice.ts";

/**
 * `--renew`: renews the certificate that is due, or the one that `--serial` names. What an earlier run left
 * unfinished is finished first, and that may be all.
 */
export async function renew(app: App, output: Output): Promise<ExitCode> {
  const { serial, ifDue } = app.config;
  const { language } = output;
  const answers = new Answers(app, output);
  const issuance = await app.issuance();
  const now = app.now();
  // Before the earlier run is finished: that takes the certificate away that it renewed.
  const before = named(await issuance.list(), serial);
  const meant = serial === undefined ? before.filter((certificate) => isDue(certificate, now)) : before;
  const resumed = await issuance.resume();
  const finished = resumed.find(({ loginId }) =>
    meant.some((certificate) => certificate.loginId === loginId)
  );
  if (finished !== undefined) return await reportResumed(finished, { app, output });
  // The earlier run got as far as to take the old one away: then nothing is due any more.
  if (serial === undefined && meant.length === 0 && resumed[0] !== undefined) {
    return await reportResumed(resumed[0], { app, output });
  }

  // Whether or not something was finished, it is known better now which of two certificates counts.
  const held = await issuance.list();
  const unlisted = () => issuance.unlisted();
  const choice = await chooseCertificate({ held, unlisted, serial, now, language });
  if ("notDue" in choice && ifDue) return reportNotDue(choice.notDue, output);
  // Whoever names a certificate wants the authority's word: only it knows its own rules for sure.
  if ("notDue" in choice && serial === undefined) throw tooEarly(choice.notDue);
  const { fingerprint } = "renew" in choice
    ? choice.renew
    : "notDue" in choice
    ? choice.notDue
    : choice.doubtful;
  // What is wrong with a doubtful one matters more than that nobody is here to renew it.
  if (!("doubtful" in choice)) answers.demandPassword();
  return await acquire({ operation: "renew", fingerprint }, { app, answers, output }).catch((error) => {
    // The authority opens later than the profile says: to a daily run that is no failure either.
    const isEarly = error instanceof AppError && error.key === "registration/renewal-too-early";
    if (!ifDue || !isEarly || !("renew" in choice)) throw error;
    const from = new Date(error.values["from"] ?? NaN);
    if (Number.isNaN(from.getTime())) throw error;
    return reportNotDue({ ...choice.renew, renewableFrom: from }, output);
  });
}

function reportNotDue(certificate: HeldCertificate, output: Output): ExitCode {
  const opens = (language: "ja" | "en") => formatDateTime(certificate.renewableFrom, language);
  output.result({ due: false, certificate: certificateJson(certificate) }, {
    ja: `更新の時期ではありません。更新は${opens("ja")}からできます。`,
    en: `Nothing is due; renewal opens on ${opens("en")}.`,
  });
  return 0;
}
