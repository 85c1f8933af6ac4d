/** A renewal's message, a CSR signed by the old key (RFC 7030 §3.5, RFC 5652), made by tools that are not ours. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { lacks, TempFolder, TestAuthority } from "./_fixtures.ts";
import { type Bytes, concatBytes } from "./bytes.ts";
import { verifySignedData } from "./cms.ts";
import { createCsr, parseCsr, verifyCsr } from "./csr.ts";
import { generateKeyPair, type KeyPair } from "./keys.ts";
import { encodeName } from "./name.ts";
import { encodePem } from "./pem.ts";
import { createPkcs12 } from "./pkcs12.ts";

const NONCE = "nonce_of-the-enrolment";
const subjectDer = encodeName([{ type: "C", value: "JP" }, { type: "CN", value: "山田 太郎" }]);
const authority = await TestAuthority.create("Test CA", { algorithm: "p256" });

interface Holder {
  keyPair: KeyPair;
  certificateDer: Bytes;
}

async function createHolder(algorithm: KeyPair["algorithm"]): Promise<Holder> {
  const keyPair = await generateKeyPair(algorithm);
  return { keyPair, certificateDer: await authority.issueClient(keyPair) };
}

async function createRequest(nonce = NONCE): Promise<Bytes> {
  const keyPair = await generateKeyPair("p256");
  return await createCsr({ subjectDer, keyPair, challengePassword: nonce });
}

async function signWithOpenssl({ keyPair, certificateDer }: Holder, csrDer: Bytes): Promise<Bytes> {
  using folder = new TempFolder();
  folder.write("csr", csrDer);
  folder.write("certificate.pem", encodePem(certificateDer, "CERTIFICATE"));
  folder.write("key.pem", encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
  await folder.mustRun(
    "openssl",
    ...["cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-md", "sha256"],
    ...["-in", "csr", "-signer", "certificate.pem", "-inkey", "key.pem", "-out", "signed"],
  );
  return folder.read("signed");
}

async function signWithNss({ keyPair, certificateDer }: Holder, csrDer: Bytes): Promise<Bytes> {
  using folder = new TempFolder();
  const password = "AbCdEfGhIjKlMnOpQrStUvWx";
  const bundle = { pkcs8Der: keyPair.pkcs8Der, certificateDer, chainDer: [authority.der], password };
  folder.write("bundle.p12", await createPkcs12({ ...bundle, friendlyName: "old" }));
  folder.write("password", `${password}\n`);
  folder.write("empty", "\n");
  folder.write("csr", csrDer);
  const database = `sql:${folder.path}`;
  await folder.mustRun("certutil", "-N", "-d", database, "--empty-password");
  await folder.mustRun("pk12util", "-i", "bundle.p12", "-d", database, "-w", "password", "-k", "empty");
  await folder.mustRun(
    "cmsutil",
    ...["-S", "-u", "0", "-Y", "NONE", "-G", "-d", database, "-f", "empty", "-N", "old"],
    ...["-i", "csr", "-o", "signed"],
  );
  return folder.read("signed");
}

const TOOLS = {
  openssl: { sign: signWithOpenssl, ignore: lacks("openssl") },
  NSS: { sign: signWithNss, ignore: lacks("certutil", "pk12util", "cmsutil") },
};

for (const [tool, { sign, ignore }] of Object.entries(TOOLS)) {
  for (const algorithm of ["rsa-2048", "p256"] as const) {
    Deno.test(
      `${tool}'s message around a CSR is opened, nonce and all (${algorithm})`,
      { ignore },
      async () => {
        const holder = await createHolder(algorithm);
        const csrDer = await createRequest();
        const signedDer = await sign(holder, csrDer);
        const { certificateDer } = holder;
        assertEquals(await verifySignedData(signedDer, { certificateDer }), csrDer);
        const csr = parseCsr(await verifySignedData(signedDer, { certificateDer }));
        assertEquals(csr.challengePassword, NONCE);
        assert(await verifyCsr(csr));
      },
    );
  }

  Deno.test(`${tool}'s message is not opened if it was changed, cut off or signed by another`, {
    ignore,
  }, async () => {
    const holder = await createHolder("p256");
    const other = await createHolder("p256");
    const csrDer = await createRequest();
    const signedDer = await sign(holder, csrDer);
    const { certificateDer } = holder;
    const forged: [string, Bytes][] = [
      ["signed by another", await sign(other, csrDer)],
      ["cut off", signedDer.slice(0, -1)],
      ["cut in the middle", signedDer.slice(0, signedDer.length >> 1)],
      ["with something after it", concatBytes([signedDer, Uint8Array.of(0)])],
      ["around another CSR", replaced(signedDer, csrDer, flipped(csrDer))],
      ["empty", new Uint8Array()],
      ["the CSR alone", csrDer],
    ];
    for (const [what, der] of forged) {
      const error = await assertRejects(
        () => verifySignedData(der, { certificateDer }),
        AppError,
        undefined,
        what,
      );
      assertEquals(error.key, "pki/malformed", what);
    }
  });
}

/** The same bytes with one part exchanged for another of the same length. */
function replaced(bytes: Bytes, part: Bytes, other: Bytes): Bytes {
  const hex = bytes.toHex();
  assert(hex.includes(part.toHex()), "the CSR is in one piece");
  return Uint8Array.fromHex(hex.replace(part.toHex(), other.toHex()));
}

/** A CSR for another key: one bit of it. */
function flipped(csrDer: Bytes): Bytes {
  const other = csrDer.slice();
  const { spkiDer } = parseCsr(other);
  spkiDer[spkiDer.length - 1]! ^= 1;
  return other;
}
