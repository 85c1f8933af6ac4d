import * as v from "valibot";
import { AppError } from "../../errors.ts";
import type { HttpAnswer } from "../../network/http.ts";
import { AuthorityStatus } from "../../protocol/messages.ts";
import { MEDIA_TYPES, PATHS } from "../../protocol/paths.ts";
import { type Check, failed, ok, type Verdict } from "../check.ts";

/** Does the authority answer, as the app itself asks it? */
export const authorityHttp: Check = {
  id: "authority-http",
  title: { ja: "認証局の応答(HTTP)", en: "Answer of the authority (HTTP)" },
  needs: ["authority-name", "authority-tcp", "proxy", "authority-tls"],
  async run({ parts, facts, signal }) {
    const start = parts.elapsed();
    const answer = await parts.network.send({
      method: "GET",
      url: new URL(PATHS.status, parts.authority.url).href,
      headers: { accept: MEDIA_TYPES.json },
      signal,
    });
    const roundTripMs = parts.elapsed() - start;
    if (answer.status !== 200) return refusal(answer.status);
    const status = readStatus(answer);
    if (status === undefined) throw new AppError("network/unreadable-answer", {});
    facts.clockOffsetMs = Date.parse(status.time) + roundTripMs / 2 - parts.now().getTime();
    if (status.maintenance !== null) return maintenance(status.maintenance);
    return ok({ ja: "認証局は正常に応答しています。", en: "The authority answers" });
  },
};

function readStatus({ body }: HttpAnswer): AuthorityStatus | undefined {
  try {
    return v.parse(AuthorityStatus, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

function refusal(status: number): Verdict {
  return failed(
    {
      ja: `認証局がエラーを返しました(HTTP ${status})。`,
      en: `The authority answers with an error (HTTP ${status})`,
    },
    {
      ja: "しばらくしてからもう一度お試しいただき、続くときはお問合せ窓口へご連絡ください。",
      en: "Try again later; if it stays, tell the support desk",
    },
  );
}

function maintenance(said: string): Verdict {
  const words = said.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim().slice(0, 200);
  return failed(
    {
      ja: `認証局はメンテナンス中です(${words})。`,
      en: `The authority is under maintenance (${words})`,
    },
    { ja: "メンテナンスの終了後に、もう一度お試しください。", en: "Try again when the maintenance is over" },
  );
}
