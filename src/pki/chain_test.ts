import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, NOW, TempFolder, TestAuthority } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { type Bytes, equalBytes } from "./bytes.ts";
import { parseCertificate } from "./certificate.ts";
import { type ChainOptions, verifyChain } from "./chain.ts";
import { DER_NULL, ia5String, sequence } from "./der_writer.ts";
import {
  basicConstraints,
  encodeExtension,
  extendedKeyUsage,
  keyUsage,
  type NameConstraints,
  nameConstraints,
  type SubjectAltName,
  subjectAltName,
} from "./extensions.ts";
import { generateKeyPair } from "./keys.ts";
import { encodePem } from "./pem.ts";

const client = await generateKeyPair("p256");
const root = await TestAuthority.create("Root");
const issuing = await root.createBelow("Issuing", {
  extensions: [
    basicConstraints(true, 0),
    keyUsage(["keyCertSign", "cRLSign"]),
    extendedKeyUsage(["clientAuth"]),
  ],
});
const leafDer = await issuing.issueClient(client);

function options(changes: Partial<ChainOptions> = {}): ChainOptions {
  return {
    intermediatesDer: [issuing.der, root.der],
    trustAnchorsDer: [root.der],
    at: NOW,
    usage: "clientAuth",
    ...changes,
  };
}

async function reason(der: Bytes, changes: Partial<ChainOptions> = {}): Promise<string | undefined> {
  const error = await assertRejects(() => verifyChain(der, options(changes)), AppError);
  assertEquals(error.key, "issuance/answer-distrusted");
  return error.values["reason"];
}

async function leafWith(extensions: Bytes[], issuer = issuing): Promise<Bytes> {
  return await issuer.issue({ subjectDer: root.nameDer, spkiDer: client.spkiDer, extensions });
}

const CLIENT_EXTENSIONS = [
  basicConstraints(false),
  keyUsage(["digitalSignature"]),
  extendedKeyUsage(["clientAuth"]),
];

Deno.test("verifyChain() gives the chain from leaf to anchor", async () => {
  assertEquals(await verifyChain(leafDer, options()), [leafDer, issuing.der, root.der]);
});

Deno.test("verifyChain() takes an issuing CA as anchor and intermediates in any order, twice and foreign", async () => {
  assertEquals(await verifyChain(leafDer, options({ trustAnchorsDer: [issuing.der] })), [
    leafDer,
    issuing.der,
  ]);
  const foreign = await TestAuthority.create("Foreign");
  const intermediatesDer = [foreign.der, root.der, issuing.der, issuing.der];
  assertEquals((await verifyChain(leafDer, options({ intermediatesDer }))).length, 3);
});

Deno.test("verifyChain() takes RSA and EC in one chain", async () => {
  const rsaRoot = await TestAuthority.create("RSA root", { algorithm: "rsa-2048" });
  const ec = await rsaRoot.createBelow("EC CA");
  const der = await ec.issueClient(await generateKeyPair("rsa-2048"));
  const chain = await verifyChain(
    der,
    options({ intermediatesDer: [ec.der], trustAnchorsDer: [rsaRoot.der] }),
  );
  assertEquals(chain.length, 3);
});

Deno.test("verifyChain() goes on when a CA of the same name did not sign", async () => {
  const impostor = await root.createBelow("Issuing");
  const intermediatesDer = [impostor.der, issuing.der];
  assertEquals(await verifyChain(leafDer, options({ intermediatesDer })), [leafDer, issuing.der, root.der]);
  assertEquals(await reason(leafDer, { intermediatesDer: [impostor.der] }), "signature not by its issuer");
});

Deno.test("verifyChain() says what is missing", async () => {
  const foreign = await TestAuthority.create("Foreign");
  assertEquals(await reason(leafDer, { intermediatesDer: [] }), "no issuer found");
  assertEquals(await reason(leafDer, { trustAnchorsDer: [] }), "no trust anchor found");
  assertEquals(await reason(leafDer, { trustAnchorsDer: [foreign.der] }), "no trust anchor found");
  const impostor = await TestAuthority.create("Root");
  assertEquals(await reason(leafDer, { trustAnchorsDer: [impostor.der] }), "signature not by its issuer");
});

Deno.test("verifyChain() does not trust a root because it came along", async () => {
  const foreignRoot = await TestAuthority.create("Foreign");
  const der = await foreignRoot.issueClient(client);
  assertEquals(await reason(der, { intermediatesDer: [foreignRoot.der] }), "no issuer found");
});

Deno.test("verifyChain() refuses leaves that are CAs, for something else or without digitalSignature", async () => {
  const [basic, usage, purpose] = CLIENT_EXTENSIONS as [Bytes, Bytes, Bytes];
  const cases: [Bytes[], string][] = [
    [[basicConstraints(true), usage, purpose], "a CA certificate instead of an end-entity certificate"],
    [[basic, usage, extendedKeyUsage(["serverAuth"])], "not for clientAuth"],
    [[basic, usage], "not for clientAuth"],
    [[basic, purpose, keyUsage(["keyAgreement"])], "key usage without digitalSignature"],
    [[basic, purpose], "key usage without digitalSignature"],
    [
      [...CLIENT_EXTENSIONS, encodeExtension("2.999.1", DER_NULL, true)],
      "unknown critical extension 2.999.1",
    ],
  ];
  for (const [extensions, expected] of cases) {
    assertEquals(await reason(await leafWith(extensions)), expected);
  }
});

Deno.test("verifyChain() takes extensions that it does not know when they are not critical", async () => {
  const extensions = [
    ...CLIENT_EXTENSIONS,
    encodeExtension("2.999.1", DER_NULL),
    encodeExtension("2.5.29.17", sequence(ia5String("a.test", 0x82)), true),
  ];
  assertEquals((await verifyChain(await leafWith(extensions), options())).length, 3);
});

Deno.test("verifyChain() refuses issuers that may not issue", async () => {
  const sign = keyUsage(["keyCertSign"]);
  const cases: [Bytes[], string][] = [
    [[basicConstraints(false), sign], "issuer is not a CA"],
    [[sign], "issuer is not a CA"],
    [[basicConstraints(true), keyUsage(["cRLSign"])], "issuer may not sign certificates"],
    [[basicConstraints(true)], "issuer may not sign certificates"],
    [[basicConstraints(true), sign, extendedKeyUsage(["serverAuth"])], "CA not for clientAuth"],
    [
      [basicConstraints(true), sign, nameConstraints({ permittedDns: ["a.test"] })],
      "unknown critical extension 2.5.29.30",
    ],
  ];
  for (const [extensions, expected] of cases) {
    const below = await root.createBelow("Below", { extensions });
    assertEquals(await reason(await below.issueClient(client), { intermediatesDer: [below.der] }), expected);
  }
});

Deno.test("verifyChain() holds trust anchors to the same rules", async () => {
  const notCa = await TestAuthority.create("Root", { extensions: [keyUsage(["keyCertSign"])] });
  assertEquals(
    await reason(await notCa.issueClient(client), { trustAnchorsDer: [notCa.der] }),
    "issuer is not a CA",
  );
});

Deno.test("verifyChain() counts the CAs below a path length", async () => {
  const zero = [basicConstraints(true, 0), keyUsage(["keyCertSign"])];
  const first = await root.createBelow("First", { extensions: zero });
  const second = await first.createBelow("Second");
  const der = await second.issueClient(client);
  assertEquals(await reason(der, { intermediatesDer: [second.der, first.der] }), "path length exceeded");
  const one = [basicConstraints(true, 1), keyUsage(["keyCertSign"])];
  const longer = await root.createBelow("Longer", { extensions: one });
  const last = await longer.createBelow("Last");
  const fine = await last.issueClient(client);
  assertEquals((await verifyChain(fine, options({ intermediatesDer: [longer.der, last.der] }))).length, 4);
});

Deno.test("verifyChain() wants the CAs valid at the given time, to the second, and leaves the leaf's dates", async () => {
  const { notBefore, notAfter } = parseCertificate(issuing.der);
  assertEquals((await verifyChain(leafDer, options({ at: notBefore }))).length, 3);
  assertEquals((await verifyChain(leafDer, options({ at: notAfter }))).length, 3);
  assertEquals(await reason(leafDer, { at: new Date(notBefore.getTime() - 1) }), "CA not yet valid");
  assertEquals(await reason(leafDer, { at: new Date(notAfter.getTime() + 1000) }), "CA expired");
  const expired = await issuing.issue({
    subjectDer: root.nameDer,
    spkiDer: client.spkiDer,
    extensions: CLIENT_EXTENSIONS,
    notAfter: notBefore,
  });
  assertEquals((await verifyChain(expired, options())).length, 3);
});

Deno.test("verifyChain() ends soon for chains that are too long and for loops", async () => {
  let last = root;
  const intermediatesDer: Bytes[] = [];
  for (let i = 0; i < 7; i++) {
    last = await last.createBelow(`CA ${i}`);
    intermediatesDer.push(last.der);
  }
  assertEquals(await reason(await last.issueClient(client), { intermediatesDer }), "chain too long");

  // Six CAs that all certify each other: hundreds of ways, none of which ends at an anchor.
  const ring = await Promise.all(["A", "B", "C", "D", "E", "F"].map((name) => root.createBelow(name)));
  const pairs = ring.flatMap((issuer) =>
    ring.filter((other) => other !== issuer).map((other) => ({ issuer, other }))
  );
  const crossed = await Promise.all(pairs.map(({ issuer, other }) =>
    issuer.issue({
      subjectDer: other.nameDer,
      spkiDer: other.keyPair.spkiDer,
      extensions: [basicConstraints(true), keyUsage(["keyCertSign"])],
    })
  ));
  let asked = 0;
  function verify(): boolean {
    asked++;
    return true;
  }
  const der = await ring[0]!.issueClient(client);
  assertEquals(await reason(der, { intermediatesDer: crossed, verify }), "chain too long");
  assertEquals(asked, 32);
});

Deno.test("verifyChain() asks the given verifier", async () => {
  assertEquals(await reason(leafDer, { verify: () => false }), "signature not by its issuer");
});

Deno.test("verifyChain() answers mutated certificates with nothing but AppError and trusts none", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("leaf", "issuing", "root"), mutations(), async (which, changes) => {
      const leaf = which === "leaf" ? mutate(leafDer, changes) : leafDer;
      const issuingDer = which === "issuing" ? mutate(issuing.der, changes) : issuing.der;
      const rootDer = which === "root" ? mutate(root.der, changes) : root.der;
      const chain = await refuseOr(() =>
        verifyChain(leaf, options({ intermediatesDer: [issuingDer], trustAnchorsDer: [rootDer] }))
      );
      if (chain) {
        assert(equalBytes(leaf, leafDer) && equalBytes(issuingDer, issuing.der), "mutated, yet trusted");
      }
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test({
  name: "openssl verifies our chain with -x509_strict",
  ignore: lacks("openssl"),
  async fn() {
    using folder = new TempFolder();
    const strictRoot = await TestAuthority.create("Strict root", { algorithm: "rsa-2048" });
    const strictIssuing = await strictRoot.createBelow("Strict issuing");
    const der = await strictIssuing.issueClient(client);
    folder.write("leaf.pem", encodePem(der, "CERTIFICATE"));
    folder.write("issuing.pem", encodePem(strictIssuing.der, "CERTIFICATE"));
    folder.write("root.pem", encodePem(strictRoot.der, "CERTIFICATE"));
    const at = `${NOW.getTime() / 1000}`;
    const args = ["-x509_strict", "-purpose", "sslclient", "-attime", at, "-CAfile", "root.pem"];
    const said = await folder.mustRun("openssl", "verify", ...args, "-untrusted", "issuing.pem", "leaf.pem");
    assert(said.includes("leaf.pem: OK"), said);
  },
});

Deno.test({
  name: "openssl holds servers below a CA with our name constraints to the permitted names and nothing else",
  ignore: lacks("openssl"),
  async fn() {
    const cases: [NameConstraints, SubjectAltName, boolean][] = [
      [{ permittedDns: ["a.test"] }, { dns: "a.test" }, true],
      [{ permittedDns: ["a.test"] }, { dns: "b.a.test" }, true],
      [{ permittedDns: ["a.test"] }, { dns: "b.test" }, false],
      [{ permittedDns: ["a.test"] }, { ip: "127.0.0.1" }, false],
      [{ permittedDns: ["a.test"] }, { ip: "::1" }, false],
      [{ permittedIp: ["127.0.0.1", "::1"] }, { ip: "127.0.0.1" }, true],
      [{ permittedIp: ["127.0.0.1", "::1"] }, { ip: "::1" }, true],
      [{ permittedIp: ["127.0.0.1", "::1"] }, { ip: "127.0.0.2" }, false],
      [{ permittedIp: ["127.0.0.1", "::1"] }, { dns: "a.test" }, false],
      [{ permittedDns: ["localhost"], permittedIp: ["127.0.0.0/8"] }, { ip: "127.9.9.9" }, true],
    ];
    using folder = new TempFolder();
    folder.write("root.pem", encodePem(root.der, "CERTIFICATE"));
    const at = `${NOW.getTime() / 1000}`;
    for (const [constraints, name, isAllowed] of cases) {
      const webCa = await root.createBelow("Web CA", {
        extensions: [basicConstraints(true, 0), keyUsage(["keyCertSign"]), nameConstraints(constraints)],
      });
      const extensions = [basicConstraints(false), extendedKeyUsage(["serverAuth"]), subjectAltName([name])];
      folder.write("ca.pem", encodePem(webCa.der, "CERTIFICATE"));
      folder.write("server.pem", encodePem(await leafWith(extensions, webCa), "CERTIFICATE"));
      const args = ["-attime", at, "-CAfile", "root.pem", "-untrusted", "ca.pem", "server.pem"];
      const { code, said } = await folder.run("openssl", "verify", "-purpose", "sslserver", ...args);
      assertEquals(code === 0, isAllowed, `${JSON.stringify([constraints, name])}: ${said}`);
      if (!isAllowed) assert(said.includes("subtree violation"), said);
    }
  },
});
