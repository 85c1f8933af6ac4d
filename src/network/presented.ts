/**
 * Who is at the other end when it is not the authority: a look at the certificate that is presented. Nothing is
 * sent, and nothing that is found is believed: it goes into a message.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { PeerCertificate } from "node:tls";
import { type ConnectOptions, opened, openTunnel } from "./proxy/connect.ts";
import type { ProxyRoute } from "./proxy/types.ts";

/** What the certificate claims. */
export interface PresentedCertificate {
  /** Its issuer's common name or organisation, for a person. */
  issuer: string;
  /** It is made out to the host that was asked for: somebody stands in for it. */
  isForHost: boolean;
}

/** Longest name that is shown. */
const MAX_NAME = 100;

/**
 * Looks at the certificate that is presented for an address.
 *
 * @param route The way that the request went; through the proxy with the credentials in `options`.
 * @returns `undefined` if there is none to be had.
 */
export async function presentedCertificate(
  url: string,
  route: ProxyRoute,
  options: ConnectOptions,
): Promise<PresentedCertificate | undefined> {
  const { hostname, port: portText } = new URL(url);
  const port = portText === "" ? 443 : Number(portText);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const signal = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  let carrier: Socket | undefined;
  let socket: Socket | undefined;
  try {
    const { checkServerIdentity, connect } = await import("node:tls");
    if (route.kind === "proxy") {
      ({ socket: carrier } = await openTunnel(route, { host: hostname, port }, options));
      if (carrier === undefined) return undefined;
    }
    const looking = connect({
      ...(carrier === undefined ? { host, port } : { socket: carrier }),
      // An address is no name to ask for (RFC 6066 §3).
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
      ca: [], // without, the runtime rejects all the same where the platform's roots are excluded
    });
    socket = looking;
    await opened(looking, { event: "secureConnect", signal });
    const certificate = looking.getPeerCertificate();
    const issuer = issuerName(certificate);
    if (issuer === undefined) return undefined;
    return { issuer, isForHost: checkServerIdentity(host, certificate) === undefined };
  } catch {
    options.signal?.throwIfAborted();
    return undefined; // the message does without
  } finally {
    socket?.destroy();
    carrier?.destroy();
  }
}

/** From outside, so on one line, bounded, and without characters that reorder others. */
function issuerName({ issuer }: PeerCertificate): string | undefined {
  const { CN, O, OU } = (issuer ?? {}) as unknown as Record<string, string | string[] | undefined>;
  for (const name of [CN, O, OU]) {
    const text = [name ?? ""].flat().join(" ").toWellFormed().replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
    if (text !== "") return text.slice(0, MAX_NAME);
  }
  return undefined;
}
