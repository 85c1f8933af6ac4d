/**
 * PKCS#12 bundles (RFC 7292): a private key with its certificate and chain under a password.
 *
 * @module
 */
import { type Bytes, sha1 } from "./bytes.ts";
import {
  bmpString,
  contextConstructed,
  contextPrimitive,
  DER_NULL,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  sequenceOf,
  setOf,
} from "./der_writer.ts";
import { Oid } from "./oids.ts";
import { type Encrypted, type EncryptionSettings, encryptPbes2 } from "./pbes2.ts";
import { derivePkcs12Key, Pkcs12Purpose } from "./pkcs12_kdf.ts";

export { openPkcs12, type Pkcs12Contents } from "./pkcs12_reader.ts";

/** What goes into a bundle. */
export interface Pkcs12Request {
  /** PrivateKeyInfo, DER. */
  readonly pkcs8Der: Bytes;
  /** The key's certificate. */
  readonly certificateDer: Bytes;
  /** Its issuers, in any order. */
  readonly chainDer: readonly Bytes[];
  /** Protects the key wherever the bundle lies. Random ASCII: writers disagree about other characters. */
  readonly password: string;
  /** The name that keystores show. */
  readonly friendlyName: string;
  /**
   * Rounds of each key derivation; 2048 unless given, as OpenSSL has it. That is little for a password that a
   * person thought up and needless for one of 128 random bits.
   */
  readonly iterations?: number;
  /** 3DES and SHA-1, for systems before Windows 10 1709 and Server 2019. */
  readonly legacy?: boolean;
  /** Salts and IVs; the system's generator unless given. */
  readonly randomBytes?: (length: number) => Bytes;
}

const DEFAULT_ITERATIONS = 2048;

/**
 * Packs a bundle: AES-256 and PBKDF2 with SHA-256 (RFC 8018), MAC with SHA-256, or the `legacy` form.
 *
 * @returns PFX, DER.
 */
export async function createPkcs12(request: Pkcs12Request): Promise<Bytes> {
  const { password, iterations = DEFAULT_ITERATIONS, legacy = false } = request;
  const { randomBytes = systemRandomBytes } = request;
  const settings: EncryptionSettings = { password, iterations, randomBytes };
  const encrypt = legacy ? (await import("./pkcs12_legacy.ts")).encryptTripleDes : encryptPbes2;

  // Ties the key to its certificate; any value that only these two share will do (RFC 2985 §5.5.2).
  const localKeyId = sha1(request.certificateDer);
  const attributes = setOf([
    attribute(Oid.friendlyName, bmpString(request.friendlyName)),
    attribute(Oid.localKeyId, octetString(localKeyId)),
  ]);
  const certificates = sequenceOf([
    bag(Oid.certBag, certificateValue(request.certificateDer), attributes),
    ...request.chainDer.map((der) => bag(Oid.certBag, certificateValue(der))),
  ]);
  const key = await encrypt(request.pkcs8Der, settings);
  const shroudedKey = sequence(key.algorithmDer, octetString(key.ciphertext));
  const authenticatedSafe = sequence(
    encryptedContent(await encrypt(certificates, settings)),
    plainContent(sequence(bag(Oid.shroudedKeyBag, shroudedKey, attributes))),
  );
  const macData = await createMac(authenticatedSafe, { ...settings, hash: legacy ? "SHA-1" : "SHA-256" });
  return sequence(integer(3), plainContent(authenticatedSafe), macData);
}

function systemRandomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

function attribute(oid: string, valueDer: Bytes): Bytes {
  return sequence(objectIdentifier(oid), setOf([valueDer]));
}

function bag(oid: string, valueDer: Bytes, attributes?: Bytes): Bytes {
  const value = contextConstructed(0, valueDer);
  return attributes
    ? sequence(objectIdentifier(oid), value, attributes)
    : sequence(objectIdentifier(oid), value);
}

function certificateValue(der: Bytes): Bytes {
  return sequence(objectIdentifier(Oid.x509Certificate), contextConstructed(0, octetString(der)));
}

function plainContent(der: Bytes): Bytes {
  return sequence(objectIdentifier(Oid.data), contextConstructed(0, octetString(der)));
}

function encryptedContent({ algorithmDer, ciphertext }: Encrypted): Bytes {
  const content = sequence(objectIdentifier(Oid.data), algorithmDer, contextPrimitive(0, ciphertext));
  const encryptedData = sequence(integer(0), content);
  return sequence(objectIdentifier(Oid.encryptedData), contextConstructed(0, encryptedData));
}

async function createMac(
  authenticatedSafe: Bytes,
  settings: EncryptionSettings & { hash: "SHA-1" | "SHA-256" },
): Promise<Bytes> {
  const { hash, password, iterations, randomBytes } = settings;
  const salt = randomBytes(hash === "SHA-1" ? 8 : 16);
  const length = hash === "SHA-1" ? 20 : 32;
  const rawKey = derivePkcs12Key(password, {
    hash,
    salt,
    iterations,
    purpose: Pkcs12Purpose.MAC_KEY,
    length,
  });
  const key = await crypto.subtle.importKey("raw", rawKey, { name: "HMAC", hash }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, authenticatedSafe));
  const digestAlgorithm = sequence(objectIdentifier(hash === "SHA-1" ? Oid.sha1 : Oid.sha256), DER_NULL);
  return sequence(sequence(digestAlgorithm, octetString(mac)), octetString(salt), integer(iterations));
}
