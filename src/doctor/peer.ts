/**
 * Who is at the other end? Judged from certificates that anybody is shown, and only to explain a failure: what is
 * trusted is decided by the runtime's TLS.
 *
 * @module
 */
import type { PeerFault } from "./check.ts";
import type { DoctorParts } from "./parts.ts";
import type { Bytes } from "../pki/bytes.ts";
import { type Certificate, parseCertificate } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { readSubjectAltName } from "../pki/extensions.ts";
import { decodeName } from "../pki/name.ts";
import { decodePem } from "../pki/pem.ts";

/** Longest name that is shown. */
const MAX_NAME = 120;

/**
 * What is wrong with a server's certificates; `undefined` if nothing is. The issuer comes last: the runtime may show
 * the server's own certificate alone, and without the ones between nothing can be followed up to an anchor.
 */
export async function judgePeer(
  chainDer: readonly Bytes[],
  { parts, hostname }: { parts: DoctorParts; hostname: string },
): Promise<PeerFault | undefined> {
  try {
    const [leafDer, ...intermediatesDer] = chainDer;
    const leaf = parseCertificate(leafDer!);
    if (!namesHost(leaf, hostname)) return "name";
    const now = parts.now();
    if (now < leaf.notBefore || now > leaf.notAfter) return "dates";
    const pems = parts.authority.trustAnchorsPem;
    return await leadsToAnchors(leaf, { intermediatesDer, pems }) ? undefined : "issuer";
  } catch {
    return "issuer"; // not readable: the authority's certificates are
  }
}

/** Whether a certificate is for a host. */
export function namesHost(certificate: Certificate, hostname: string): boolean {
  const names = readSubjectAltName(certificate);
  const wanted = hostname.toLowerCase();
  return names !== undefined && (names.ip.includes(wanted) || names.dns.some((dns) => {
    const name = dns.toLowerCase();
    return name === wanted || (name.startsWith("*.") && wanted.slice(wanted.indexOf(".")) === name.slice(1));
  }));
}

/** The issuer of a server's certificate, for a person. */
export function issuerOf(chainDer: readonly Bytes[]): string {
  try {
    return nameText(parseCertificate(chainDer[0]!).issuerDer);
  } catch {
    return "?";
  }
}

/** A name as people read it: its most telling parts, on one line. */
export function nameText(nameDer: Bytes): string {
  const attributes = decodeName(nameDer);
  const values = ["CN", "O"].map((type) => attributes.find((one) => one.type === type)?.value);
  const text = values.filter((value) => value !== undefined).join(", ");
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim().slice(0, MAX_NAME) || "?";
}

async function leadsToAnchors(
  leaf: Certificate,
  { intermediatesDer, pems }: { intermediatesDer: readonly Bytes[]; pems: readonly string[] },
): Promise<boolean> {
  const middle = (leaf.notBefore.getTime() + leaf.notAfter.getTime()) / 2;
  try {
    await verifyChain(leaf.der, {
      intermediatesDer,
      trustAnchorsDer: pems.flatMap((pem) => decodePem(pem, "CERTIFICATE")),
      at: new Date(middle), // its dates are another question
      usage: "serverAuth",
    });
    return true;
  } catch {
    return false;
  }
}
