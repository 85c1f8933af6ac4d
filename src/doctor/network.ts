/**
 * The real network of the doctor: the app's own way out, in pieces.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import {
  connect as connectTls,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  TLSSocket,
} from "node:tls";
import type { Socket } from "node:net";
import { opened, openTunnel } from "../network/proxy/connect.ts";
import type { ProxyAuthenticator } from "../network/proxy/authentication.ts";
import { resolveRoute } from "../network/proxy/settings.ts";
import type { ProxySettings } from "../network/proxy/types.ts";
import type { Bytes } from "../pki/bytes.ts";
import type { DoctorNetwork } from "./parts.ts";
import { isIpAddress } from "./tunnel.ts";

/** What the doctor's network is made of. */
export interface DoctorNetworkParts extends Pick<DoctorNetwork, "send" | "fetchPublic"> {
  proxy: ProxySettings;
  authentication: Pick<ProxyAuthenticator, "credentialsFor">;
  trustAnchorsPem: readonly string[];
}

/** Certificates that one server may show. */
const MAX_CHAIN = 8;

export function openDoctorNetwork(parts: DoctorNetworkParts): DoctorNetwork {
  const { proxy: settings, authentication, trustAnchorsPem, send, fetchPublic } = parts;
  return {
    send,
    fetchPublic,
    route: (url) => resolveRoute(url, settings),
    hasCredentials: (proxy) => authentication.credentialsFor(proxy).credentials !== undefined,
    lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    connect: ({ hostname: host, port, signal }) =>
      opened(connectTcp({ host, port }), { event: "connect", signal }),
    tunnel: (proxy, { hostname, port }, { timeoutMs, signal }) => {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      const { credentials } = authentication.credentialsFor(proxy);
      return openTunnel(proxy, { host, port }, { trustAnchorsPem, timeoutMs, credentials, signal });
    },
    async handshake(socket, to) {
      (await secure(socket, { ...to, ca: [...trustAnchorsPem] })).destroy();
    },
    async peekCertificates(socket, to) {
      // Whoever it is: nothing is sent and nothing is believed. An empty `ca`: without one the runtime rejects all
      // the same where the platform's roots are excluded.
      const tls = await secure(socket, { ...to, rejectUnauthorized: false, ca: [] });
      try {
        return shown(tls.getPeerCertificate(true));
      } finally {
        tls.destroy();
      }
    },
  };
}

async function secure(
  socket: Socket,
  { hostname, signal, ...options }: ConnectionOptions & { hostname: string; signal: AbortSignal },
): Promise<TLSSocket> {
  const tls = connectTls({
    ...options,
    socket,
    host: hostname,
    // An address is no name to ask for (RFC 6066 §3).
    ...(isIpAddress(hostname) ? {} : { servername: hostname }),
  });
  try {
    return await opened(tls, { event: "secureConnect", signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function shown(leaf: DetailedPeerCertificate | undefined): Bytes[] {
  const chain: Bytes[] = [];
  for (let one = leaf; one?.raw !== undefined && chain.length < MAX_CHAIN; one = one.issuerCertificate) {
    const der = new Uint8Array(one.raw);
    if (chain.some((other) => other.toHex() === der.toHex())) break; // a root is its own issuer
    chain.push(der);
  }
  return chain;
}
