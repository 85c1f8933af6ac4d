/**
 * Opening the PKCS#12 bundles that Hakko writes (RFC 7292): AES-256 with PBES2, MAC with SHA-256, DER.
 *
 * @module
 */
import { type Bytes, equalBytes } from "./bytes.ts";
import { DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { Oid } from "./oids.ts";
import { decryptPbes2 } from "./pbes2.ts";
import { derivePkcs12Key, Pkcs12Purpose } from "./pkcs12_kdf.ts";

const WHAT = "PKCS#12";
const EXPLICIT_0 = Tag.CONTEXT_CONSTRUCTED | 0;
/** Most iterations of the MAC's key derivation, which blocks while it runs. */
const MAX_MAC_ITERATIONS = 100_000;

/** What was in a bundle. */
export interface Pkcs12Contents {
  /** PrivateKeyInfo, DER, not looked into. */
  readonly pkcs8Der: Bytes;
  /** The key's certificate. */
  readonly certificateDer: Bytes;
  /** The other certificates, in the bundle's order. */
  readonly chainDer: Bytes[];
}

interface SafeBag {
  readonly kind: "key" | "certificate";
  readonly der: Bytes;
  readonly localKeyId: Bytes | undefined;
}

/**
 * Opens a bundle with exactly one key and at least its certificate.
 *
 * @throws {AppError} `pki/malformed`, also for a wrong password and for the `legacy` form.
 */
export async function openPkcs12(der: Bytes, password: string): Promise<Pkcs12Contents> {
  const reader = readDer(der, WHAT);
  const pfx = reader.sequence("PFX");
  reader.end();
  if (pfx.smallUnsigned("version") !== 3) throw pfx.error("version");
  const authenticatedSafe = readPlainContent(pfx.sequence("content"));
  await verifyMac(pfx.sequence("MAC"), { authenticatedSafe, password });
  pfx.end();

  const safeReader = readDer(authenticatedSafe, WHAT);
  const contents = safeReader.sequence("authenticated safe");
  safeReader.end();
  const bags: SafeBag[] = [];
  while (!contents.isDone) bags.push(...await readContent(contents.sequence("content"), password));

  const [key, ...otherKeys] = bags.filter(({ kind }) => kind === "key");
  const certificates = bags.filter(({ kind }) => kind === "certificate");
  const own = certificates.find(({ localKeyId }) => sameId(localKeyId, key?.localKeyId)) ?? certificates[0];
  if (!key || otherKeys.length > 0) throw contents.error("number of keys");
  if (!own) throw contents.error("no certificate");
  const chainDer = certificates.filter((certificate) => certificate !== own).map((certificate) =>
    certificate.der
  );
  return { pkcs8Der: key.der, certificateDer: own.der, chainDer };
}

function sameId(a: Bytes | undefined, b: Bytes | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a, b);
}

/** ContentInfo with `data`. */
function readPlainContent(contentInfo: DerReader): Bytes {
  if (contentInfo.oid("content type") !== Oid.data) throw contentInfo.error("content type");
  const explicit = contentInfo.enter(EXPLICIT_0, "content");
  contentInfo.end();
  const content = explicit.octetString("content");
  explicit.end();
  return content;
}

async function verifyMac(
  macData: DerReader,
  { authenticatedSafe, password }: { authenticatedSafe: Bytes; password: string },
): Promise<void> {
  const digestInfo = macData.sequence("MAC");
  const algorithm = digestInfo.sequence("MAC");
  const mac = digestInfo.octetString("MAC");
  digestInfo.end();
  if (algorithm.oid("MAC") !== Oid.sha256) throw algorithm.error("MAC algorithm");
  algorithm.contents(Tag.NULL, "MAC algorithm");
  algorithm.end();
  const salt = macData.octetString("MAC");
  // The default is 1 and then not written (RFC 7292 appendix D); nobody has written that since 1999.
  const iterations = macData.smallUnsigned("iterations");
  macData.end();
  if (salt.length === 0 || iterations === 0 || iterations > MAX_MAC_ITERATIONS) throw macData.error("MAC");
  const rawKey = derivePkcs12Key(password, {
    hash: "SHA-256",
    salt,
    iterations,
    purpose: Pkcs12Purpose.MAC_KEY,
    length: 32,
  });
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", rawKey, hmac, false, ["verify"]);
  if (!await crypto.subtle.verify("HMAC", key, mac, authenticatedSafe)) {
    throw macData.error("wrong password or altered");
  }
}

/** One ContentInfo of the authenticated safe: plain, or encrypted under the password. */
async function readContent(contentInfo: DerReader, password: string): Promise<SafeBag[]> {
  const type = contentInfo.oid("content type");
  const explicit = contentInfo.enter(EXPLICIT_0, "content");
  contentInfo.end();
  if (type === Oid.data) return await readBags(explicit.octetString("content"), password);
  if (type !== Oid.encryptedData) throw contentInfo.error("content type");

  const encryptedData = explicit.sequence("encrypted content");
  explicit.end();
  encryptedData.smallUnsigned("version");
  const content = encryptedData.sequence("encrypted content");
  if (content.oid("content type") !== Oid.data) throw content.error("content type");
  const algorithm = content.sequence("encryption algorithm");
  const ciphertext = content.contents(Tag.CONTEXT | 0, "encrypted content");
  content.end();
  return await readBags(await decryptPbes2(algorithm, { ciphertext, password }), password);
}

async function readBags(der: Bytes, password: string): Promise<SafeBag[]> {
  const reader = readDer(der, WHAT);
  const list = reader.sequence("bags");
  reader.end();
  const bags: SafeBag[] = [];
  while (!list.isDone) {
    const bag = list.sequence("bag");
    const type = bag.oid("bag");
    const explicit = bag.enter(EXPLICIT_0, "bag");
    const value = explicit.sequence("bag");
    explicit.end();
    const localKeyId = bag.isDone ? undefined : readLocalKeyId(bag.enter(Tag.SET, "bag attributes"));
    bag.end();
    if (type === Oid.certBag) {
      bags.push({ kind: "certificate", der: readCertificateValue(value), localKeyId });
    } else if (type === Oid.shroudedKeyBag) {
      const algorithm = value.sequence("encryption algorithm");
      const ciphertext = value.octetString("encrypted key");
      value.end();
      const pkcs8Der = await decryptPbes2(algorithm, { ciphertext, password });
      bags.push({ kind: "key", der: pkcs8Der, localKeyId });
    } else {
      throw bag.error("kind of bag");
    }
  }
  return bags;
}

function readCertificateValue(value: DerReader): Bytes {
  if (value.oid("certificate") !== Oid.x509Certificate) throw value.error("kind of certificate");
  const explicit = value.enter(EXPLICIT_0, "certificate");
  value.end();
  const der = explicit.octetString("certificate");
  explicit.end();
  return der;
}

function readLocalKeyId(attributes: DerReader): Bytes | undefined {
  let localKeyId: Bytes | undefined;
  while (!attributes.isDone) {
    const entry = attributes.sequence("bag attribute");
    const isLocalKeyId = entry.oid("bag attribute") === Oid.localKeyId;
    const values = entry.enter(Tag.SET, "bag attribute");
    entry.end();
    if (isLocalKeyId) localKeyId = values.octetString("bag attribute");
  }
  return localKeyId;
}
