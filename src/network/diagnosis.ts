/**
 * Why an exchange failed, where the failure alone does not say: what the proxy wants, and who stands in for the
 * authority. Both take a second, small connection.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type FailureKind, failureKind, networkFailure } from "./failures.ts";
import { presentedCertificate } from "./presented.ts";
import type { UsedCredentials } from "./proxy/authentication.ts";
import { askProxy, type Proxy, type ProxyAnswer } from "./proxy/connect.ts";
import type { ProxyRoute } from "./proxy/types.ts";

/** The request has not left the proxy. */
export interface ProxyHoldsUp {
  asks: Proxy;
  /** What it offers; nothing if by now it does not ask any more. */
  schemes: readonly string[] | undefined;
}

/** What failed, and how it went out. */
export interface FailedExchange {
  url: string;
  route: ProxyRoute;
  used: UsedCredentials;
  signal: AbortSignal | undefined;
}

/** What the failure itself says. */
interface Found extends FailedExchange {
  kind: FailureKind;
  error: AppError;
}

export interface DiagnosisOptions {
  trustAnchorsPem: readonly string[];
  /** For each look. */
  timeoutMs: number;
}

/** Looks closer. */
export class Diagnosis {
  readonly #options: DiagnosisOptions;

  constructor(options: DiagnosisOptions) {
    this.#options = options;
  }

  /** @returns The catalogue's error, or that the proxy holds the request up. Rejects only by the signal. */
  async find(thrown: unknown, failed: FailedExchange): Promise<AppError | ProxyHoldsUp> {
    if (thrown instanceof AppError) return thrown;
    const { route } = failed;
    const kind = failureKind(thrown);
    const error = networkFailure(thrown, route.kind === "proxy" ? route.address : undefined);
    const found = { ...failed, kind, error };
    switch (kind) {
      case "proxy-authentication":
      case "proxy-tunnel":
        return route.kind === "proxy" ? await this.#whatItWants(route, found) : error;
      case "time-limit":
        return route.kind === "proxy" ? await this.#whetherItIsThere(route, found) : error;
      case "tls":
      case "unknown-issuer":
        return await this.#whoIsThere(found);
      case "certificate-dates":
      case "no-name":
      case "no-connection":
      case "broken":
        return error;
    }
  }

  async #whatItWants(proxy: Proxy, found: Found): Promise<AppError | ProxyHoldsUp> {
    const { kind, error, url, used } = found;
    const isAsked = kind === "proxy-authentication";
    // Without credentials: the question is what it offers to somebody whom it does not know.
    const answer = await this.#ask(proxy, found, isAsked ? undefined : used);
    const { address } = proxy;
    const host = new URL(url).hostname;
    switch (answer.kind) {
      case "authentication": {
        const { schemes } = answer;
        if (schemes.some((scheme) => scheme.toLowerCase() === "basic")) return { asks: proxy, schemes };
        const values = { proxy: address, schemes: schemes.join(", ") || "?", host };
        return new AppError("network/proxy-scheme", values, { cause: error.cause });
      }
      case "refused":
        // The proxy's words for "the authority is not there".
        if (answer.status >= 502 && answer.status <= 504) {
          const cause = new Error(`the proxy says ${answer.status}`, { cause: error.cause });
          return new AppError("authority/busy", {}, { cause });
        }
        return new AppError("network/proxy-refused", {
          proxy: address,
          host,
          status: String(answer.status),
        }, { cause: error.cause });
      case "untrusted":
        return new AppError("network/proxy-untrusted", { proxy: address }, { cause: answer.cause });
      case "opened":
        // It let nobody in a moment ago: the request may try again.
        return isAsked ? { asks: proxy, schemes: undefined } : error;
      case "unreachable":
        return error;
    }
  }

  async #whetherItIsThere(proxy: Proxy, found: Found): Promise<AppError> {
    const { error, used } = found;
    const answer = await this.#ask(proxy, found, used);
    if (answer.kind !== "unreachable") return error;
    return new AppError("network/proxy-unreachable", { proxy: proxy.address }, { cause: error.cause });
  }

  async #whoIsThere(found: Found): Promise<AppError> {
    const { kind, error, route, url, used, signal } = found;
    if (route.kind === "proxy" && route.url.startsWith("https:")) {
      const answer = await this.#ask(route, found, used);
      if (answer.kind === "untrusted") {
        return new AppError("network/proxy-untrusted", { proxy: route.address }, { cause: error.cause });
      }
    }
    if (kind !== "unknown-issuer") return error;
    const presented = await presentedCertificate(url, route, {
      ...this.#options,
      credentials: used.credentials,
      signal,
    });
    if (presented === undefined || !presented.isForHost) return error;
    const values = { issuer: presented.issuer, host: new URL(url).hostname };
    return new AppError("network/inspected", values, { cause: error.cause });
  }

  async #ask(
    proxy: Proxy,
    { url, signal }: FailedExchange,
    used: UsedCredentials | undefined,
  ): Promise<ProxyAnswer> {
    const { hostname: host, port } = new URL(url);
    return await askProxy(proxy, { host, port: port === "" ? 443 : Number(port) }, {
      ...this.#options,
      credentials: used?.credentials,
      signal,
    });
  }
}
