/**
 * A key with a certificate that nobody trusts, for trying a keystore out.
 *
 * @module
 */
import type { Pkcs12Bundle } from "../keystore/mod.ts";
import type { Bytes } from "../pki/bytes.ts";
import { assembleSigned, buildTbsCertificate } from "../pki/certificate_builder.ts";
import { basicConstraints, extendedKeyUsage, keyUsage, subjectKeyIdentifier } from "../pki/extensions.ts";
import { generateKeyPair, signatureAlgorithmFor } from "../pki/keys.ts";
import { encodeName } from "../pki/name.ts";
import { createPkcs12 } from "../pki/pkcs12.ts";

const HOUR_MS = 3_600_000;

/** Made out to "Hakko doctor", valid for two hours. */
export async function createSelfSigned(
  { now, randomBytes }: { now: Date; randomBytes: (length: number) => Bytes },
): Promise<Pkcs12Bundle> {
  const keyPair = await generateKeyPair("p256");
  const nameDer = encodeName([{ type: "CN", value: "Hakko doctor" }]);
  const signatureAlgorithmDer = signatureAlgorithmFor(keyPair.spkiDer);
  const serial = randomBytes(16);
  serial[0] = 0x01;
  const tbsDer = buildTbsCertificate({
    serial,
    signatureAlgorithmDer,
    issuerDer: nameDer,
    subjectDer: nameDer,
    spkiDer: keyPair.spkiDer,
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + HOUR_MS),
    extensions: [
      basicConstraints(false),
      keyUsage(["digitalSignature"]),
      extendedKeyUsage(["clientAuth"]),
      subjectKeyIdentifier(keyPair.spkiDer),
    ],
  });
  const certificateDer = assembleSigned(tbsDer, signatureAlgorithmDer, await keyPair.sign(tbsDer));
  const password = randomBytes(16).toHex();
  const { pkcs8Der } = keyPair;
  const friendlyName = "Hakko doctor";
  const pkcs12Der = await createPkcs12({
    pkcs8Der,
    certificateDer,
    chainDer: [],
    password,
    friendlyName,
    randomBytes,
  });
  return { pkcs12Der, password, certificateDer, friendlyName };
}
