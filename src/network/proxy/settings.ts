/**
 * Which way a request goes: `--proxy`, the profile and the system, in this order.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type Environment, readEnvironment } from "../../platform/environment.ts";
import { bypassesProxy } from "./no_proxy.ts";
import type { ProxyCredentials, ProxyRoute, ProxySettings, SystemProxy } from "./types.ts";

const DIRECT: ProxyRoute = { kind: "direct" };

/** First set, first served; the capital ones first, as `curl` has them. */
const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] as const;
const EXCEPTION_VARIABLES = ["NO_PROXY", "no_proxy"] as const;

/** All that the runtime would read for itself if it could. */
export const RUNTIME_PROXY_VARIABLES: readonly string[] = [
  ...PROXY_VARIABLES,
  ...EXCEPTION_VARIABLES,
  ...["HTTP_PROXY", "http_proxy"],
];

/**
 * The way to an address. `NO_PROXY` belongs to the environment: who names a proxy by flag or profile means it.
 *
 * @throws {AppError} `network/proxy-unusable`.
 */
export async function resolveRoute(
  url: string,
  { flag, profile, system }: ProxySettings,
): Promise<ProxyRoute> {
  if (flag !== undefined) return parseProxy(flag, "--proxy");
  if (profile !== undefined && profile !== "system") return parseProxy(profile, "profile");
  return await system.resolve(url);
}

/**
 * This system's settings. For now that is the environment everywhere; Windows also has Internet Settings, PAC
 * and WPAD, which WinHTTP resolves: they belong here, behind the same interface.
 */
export function openSystemProxy(env: Environment = readEnvironment): SystemProxy {
  return { resolve: (url) => Promise.try(() => environmentRoute(url, env)) };
}

/** The environment's way to an address: `https:` only, since the authority speaks nothing else. */
export function environmentRoute(url: string, env: Environment): ProxyRoute {
  const target = new URL(url);
  const variable = PROXY_VARIABLES.find((name) => isSet(env(name)));
  if (target.protocol !== "https:" || variable === undefined) return DIRECT;
  const exceptions = EXCEPTION_VARIABLES.map(env).find(isSet);
  if (exceptions !== undefined && bypassesProxy(target, exceptions)) return DIRECT;
  return parseProxy(env(variable) ?? "", variable);
}

/**
 * Reads `direct`, `http://host:port`, `https://host:port` or `host:port`, each with or without `user:password@`.
 *
 * @param source Who says so, for the message: `--proxy`, `profile` or a variable's name.
 * @throws {AppError} `network/proxy-unusable` for everything else, e.g. SOCKS; without what could be a password.
 */
export function parseProxy(setting: string, source: string): ProxyRoute {
  const text = setting.trim();
  if (text === "direct") return DIRECT;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  const isProxy = url !== null && ["http:", "https:"].includes(url.protocol) && url.hostname !== "" &&
    ["", "/"].includes(url.pathname) && url.search === "" && url.hash === "";
  if (!isProxy) {
    throw new AppError("network/proxy-unusable", { source, setting: withoutCredentials(text) });
  }
  const port = url.port === "" ? DEFAULT_PORTS[url.protocol] : url.port;
  const address = `${url.hostname}:${port}`;
  const credentials = credentialsOf(url);
  return {
    kind: "proxy",
    url: `${url.protocol}//${address}`,
    address,
    ...(credentials === undefined ? {} : { credentials }),
  };
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

function credentialsOf({ username, password }: URL): ProxyCredentials | undefined {
  if (username === "" && password === "") return undefined;
  return { username: decode(username), password: decode(password) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a bare % in a password: meant as it stands
  }
}

/** What may be shown of a setting that is none: nothing before its last @, and not much of the rest. */
function withoutCredentials(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? "";
  const at = text.lastIndexOf("@");
  const shown = at < 0 ? text : `${scheme}…${text.slice(at)}`;
  return shown.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").slice(0, 100);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
