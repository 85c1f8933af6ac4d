/** The two kinds of token that go by the clock: their codes, and how long these still stand. */
import { hotp, totpStep } from "../../../otp/mod.ts";
import { type ClockToken, currentAccount } from "./accounts.ts";
import { byId, fill, words } from "./dom.ts";

/** What is on the page, so that codes are computed only when they change. */
let shown = "";

/** Shows the codes of now, every second from now on. */
export function startClock(): void {
  function tick(): void {
    void showCodes();
    setTimeout(tick, 1000 - Date.now() % 1000);
  }
  tick();
}

/** Shows the chosen account's codes. */
export async function showCodes(): Promise<void> {
  const now = new Date();
  const { otp, timeSync } = currentAccount();
  if (otp) showSeconds("otp", otp, now);
  if (timeSync) showSeconds("time-sync", timeSync, now);
  // By secret: two tokens may be of the same login ID.
  const wanted = JSON.stringify(
    [otp, timeSync].map((token) => token && [[...token.secret], stepOf(token, now)]),
  );
  if (wanted === shown) return;
  shown = wanted;
  const codes = [
    otp ? await codeOf(otp, stepOf(otp, now)) : "",
    timeSync ? await codeOf(timeSync, stepOf(timeSync, now)) : "",
    timeSync ? await codeOf(timeSync, stepOf(timeSync, now) + 1) : "",
  ];
  if (shown !== wanted) return; // another account was chosen meanwhile
  ["otp-code", "current-code", "next-code"].forEach((id, at) => byId(id).textContent = codes[at]!);
}

function stepOf({ periodSeconds }: ClockToken, now: Date): number {
  return totpStep(now, periodSeconds);
}

function codeOf({ secret, digits }: ClockToken, step: number): Promise<string> {
  return hotp(secret, step, { digits });
}

function showSeconds(name: string, { periodSeconds }: ClockToken, now: Date): void {
  const seconds = periodSeconds - Math.floor(now.getTime() / 1000) % periodSeconds;
  const progress = byId<HTMLProgressElement>(`${name}-progress`);
  progress.max = periodSeconds;
  progress.value = seconds;
  byId(`${name}-seconds`).textContent = fill(words.secondsLeft, { seconds: String(seconds) });
}
