/**
 * A proxy that asks for a user name and a password while a command runs: they come from the environment or from a
 * person at the terminal, or else the command ends and says so.
 *
 * @module
 */
import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import type { ProxyChallenge, ProxyCredentials } from "../network/proxy/types.ts";
import { takeSecret } from "../platform/environment.ts";
import type { Output } from "./output.ts";
import { ask } from "./prompts.ts";

const USER = { ja: "プロキシのユーザ名", en: "User name at the proxy" };
const PASSWORD = { ja: "プロキシのパスワード", en: "Password at the proxy" };
const NOT_THE_BANKS = {
  ja: "プロキシサーバの認証です。インターネットバンキングのIDとパスワードではありません。",
  en: "The proxy asks for this, not the bank: do not enter the banking ID and password.",
};

/** Answers whatever proxies ask until it is disposed of. */
export function answerProxies(app: App, output: Output): Disposable {
  const stop = new AbortController();
  const user = takeSecret("HAKKO_PROXY_USER");
  const password = takeSecret("HAKKO_PROXY_PASSWORD");
  const given = user !== undefined && password !== undefined ? { username: user, password } : undefined;
  void answerAll(app, { given, output, signal: stop.signal });
  return { [Symbol.dispose]: () => stop.abort() };
}

async function answerAll(
  { proxyAuthentication }: App,
  { given, output, signal }: { given: ProxyCredentials | undefined; output: Output; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const challenge = await proxyAuthentication.asked(signal);
      const credentials = given !== undefined && !challenge.isRefused
        ? given
        : await askPerson(challenge, { output, signal });
      proxyAuthentication.answer(credentials, { keep: false });
    } catch {
      // Nobody is there, or nobody wants to: the request that waits says so.
      if (!signal.aborted) proxyAuthentication.cancel();
    }
  }
}

async function askPerson(
  { proxy, isRefused }: ProxyChallenge,
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<ProxyCredentials> {
  if (isRefused) await output.complaint(new AppError("proxy/credentials-refused", {}));
  else output.note({ ja: `${NOT_THE_BANKS.ja}(${proxy})`, en: `${NOT_THE_BANKS.en} (${proxy})` });
  const flag = "HAKKO_PROXY_USER, HAKKO_PROXY_PASSWORD";
  return {
    username: await ask({ what: USER, secret: false, flag, signal }, output),
    password: await ask({ what: PASSWORD, secret: true, flag, signal }, output),
  };
}
