/**
 * The way to the authority as the app takes it, straight or through a proxy, so that each part of it can be told
 * apart and timed.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ProxyAnswer } from "../network/proxy/connect.ts";
import type { Examination } from "./check.ts";

/** Where to. */
export interface Target {
  /** Without the brackets of an IPv6 address. */
  hostname: string;
  port: number;
}

/** The proxy did not let us through. */
export class ProxyRefusal extends Error {
  override readonly name = "ProxyRefusal";
  constructor(readonly answer: Exclude<ProxyAnswer, { kind: "opened" }>) {
    super(`the proxy: ${answer.kind}`);
  }
}

/** The host that a URL names. */
export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
  };
}

/** `host:port`, for a person. */
export function addressOf({ hostname, port }: Target): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

export function isIpAddress(hostname: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.includes(":");
}

/** Connects, within the time that one connection may take. @throws {Error} `TimeoutError`, or of the system. */
export async function connect({ parts, limits, signal }: Examination, to: Target): Promise<Socket> {
  const inTime = AbortSignal.timeout(limits.connectMs);
  return await parts.network.connect({ ...to, signal: AbortSignal.any([signal, inTime]) });
}

/**
 * A connection to the authority, whichever way the app takes.
 *
 * @throws {ProxyRefusal} and {Error} as {@link connect} does.
 */
export async function openTunnel(examination: Examination): Promise<Socket> {
  const { facts: { route }, parts, limits, signal } = examination;
  const target = targetOf(parts.authority.url);
  if (route?.kind !== "proxy") return await connect(examination, target);
  const { answer, socket } = await parts.network.tunnel(route, target, {
    timeoutMs: limits.connectMs,
    signal,
  });
  if (answer.kind !== "opened") throw new ProxyRefusal(answer);
  return socket!;
}

/** The code of an error of the system, e.g. `ECONNREFUSED`; a time-out is `ETIMEDOUT` whoever ended it. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error.name === "TimeoutError") return "ETIMEDOUT";
  return "code" in error ? String(error.code) : "";
}
