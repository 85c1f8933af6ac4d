/**
 * `NO_PROXY`: which hosts are reached without the proxy.
 *
 * @module
 */
import { parseIpAddress } from "../../pki/ip_address.ts";

/**
 * Whether one entry of the list covers the URL's host. Entries stand between commas or spaces; what is no entry
 * covers nothing.
 *
 * - `*`: every host
 * - `example.co.jp`, `.example.co.jp`, `*.example.co.jp`: the name and all below it
 * - `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`: that address, however the URL writes it
 * - `192.0.2.0/24`, `2001:db8::/32`: addresses in that network; names are not looked up
 * - any of the first three with `:port` (IPv6 in brackets): only that port
 */
export function bypassesProxy(url: URL, list: string): boolean {
  const target = {
    host: bareHost(url.hostname),
    port: url.port === "" ? DEFAULT_PORTS[url.protocol] : url.port,
  };
  return list.split(/[\s,]+/).some((entry) => entry !== "" && covers(entry, target));
}

interface Target {
  host: string;
  port: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** A host with its port; a bare IPv6 address is none: its last group is not a port. */
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d{1,5})$/i;

function covers(entry: string, { host, port }: Target): boolean {
  if (entry === "*") return true;
  const address = octetsOf(host);
  if (entry.includes("/")) return address !== undefined && isInNetwork(address, entry);
  const [, name = entry, only] = HOST_AND_PORT.exec(entry) ?? [];
  if (only !== undefined && Number(only) !== Number(port)) return false;
  if (name === "*") return true;
  const covered = bareHost(name);
  const coveredAddress = octetsOf(covered);
  if (address !== undefined || coveredAddress !== undefined) {
    return address !== undefined && coveredAddress !== undefined && isSame(address, coveredAddress);
  }
  const suffix = covered.replace(/^\*?\./, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

function isInNetwork(address: Uint8Array, entry: string): boolean {
  const [, networkText = "", prefixText = ""] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const network = octetsOf(bareHost(networkText));
  const prefix = Number(prefixText);
  if (network === undefined || network.length !== address.length || prefix > network.length * 8) return false;
  // Host bits in the entry are no mistake: 10.1.2.3/8 is 10.0.0.0/8.
  return network.every((octet, i) => {
    const bits = Math.min(8, Math.max(0, prefix - i * 8));
    return ((octet ^ address[i]!) >> (8 - bits)) === 0;
  });
}

/** Lower case, without the brackets of IPv6 and the dot of a fully qualified name. */
function bareHost(text: string): string {
  return text.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/(?<=.)\.$/, "");
}

/** 4 or 16 octets; an IPv4 address in IPv6's clothes (::ffff:192.0.2.1) is an IPv4 address. */
function octetsOf(text: string): Uint8Array | undefined {
  let octets: Uint8Array;
  try {
    octets = parseIpAddress(text);
  } catch {
    return undefined;
  }
  const isMapped = octets.length === 16 && octets.subarray(0, 10).every((octet) => octet === 0) &&
    octets[10] === 0xff && octets[11] === 0xff;
  return isMapped ? octets.subarray(12) : octets;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
