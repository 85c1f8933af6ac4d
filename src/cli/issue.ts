import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import type { Issuance } from "../issuance/mod.ts";
import { acquire, reportResumed } from "./acquisition.ts";
import { Answers } from "./answers.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";
import { ask } from "./prompts.ts";

const LOGIN_ID = { ja: "ログインID", en: "Login ID" };

/** `--issue`: what the page does, without the page. What an earlier run left unfinished is finished first. */
export async function issue(app: App, output: Output): Promise<ExitCode> {
  const { config } = app;
  const answers = new Answers(app, output);
  const loginId = config.loginId ??
    await ask({ what: LOGIN_ID, secret: false, flag: "--login-id" }, output);
  const issuance = await app.issuance();
  const finished = (await issuance.resume()).find((certificate) => certificate.loginId === loginId);
  if (finished !== undefined) return await reportResumed(finished, { app, output });

  if (!config.again) await refuseSecond(loginId, issuance);
  answers.demandPassword();
  return await acquire({ operation: "issue", loginId }, { app, answers, output });
}

/**
 * Issuing instead of renewing is a mistake that the authority would refuse after all questions. An issuance that an
 * earlier run left unfinished is no second one: it goes on.
 */
async function refuseSecond(loginId: string, issuance: Issuance): Promise<void> {
  const held = (await issuance.list()).find((certificate) => certificate.loginId === loginId);
  if (held === undefined) return;
  const goesOn = (await issuance.pending()).some((pending) =>
    pending.operation === "issue" && pending.loginId === loginId
  );
  if (goesOn) return;
  throw new AppError("issuance/already-held", { notAfter: held.notAfter.toISOString() });
}
