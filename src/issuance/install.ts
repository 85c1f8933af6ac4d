/**
 * Key and certificate into the keystore, and the proof that they work there.
 *
 * @module
 */
import { AppError, type ErrorKey } from "../errors.ts";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { fingerprint } from "../pki/certificate.ts";
import { verifySignedData } from "../pki/cms.ts";
import { createPkcs12 } from "../pki/pkcs12.ts";
import { confirmationContent } from "../protocol/messages.ts";
import { describeCertificate } from "./certificates.ts";
import type { EntryIn } from "./journal.ts";
import type { Workshop } from "./parts.ts";

/** 24 random bytes are 32 characters of base64url: ASCII, about which no keystore can be of another opinion. */
const PASSWORD_BYTES = 24;

/** Errors after an import that mean: it is in, but of no use. For a person that is a failed import (G001e). */
const UNUSABLE: readonly ErrorKey[] = ["keystore/unusable", "keystore/not-found", "pki/malformed"];

/**
 * Imports what the journal holds, under a password that exists for the import only.
 *
 * @throws {AppError} `keystore/import-failed`, `keystore/locked`, `keystore/tool-missing`, `keystore/unusable`.
 */
export async function importCertificate(
  { keystore, profile, randomBytes }: Workshop,
  entry: EntryIn<"RECEIVED">,
): Promise<void> {
  const certificateDer = Uint8Array.fromBase64(entry.certificate);
  const password = randomBytes(PASSWORD_BYTES).toBase64({ alphabet: "base64url" });
  const friendlyName = `${
    describeCertificate(certificateDer, profile.renewal.opensDaysBefore).holder
  } (${profile.institution.name.ja})`;
  const pkcs8Der = Uint8Array.fromBase64(entry.pkcs8);
  const chainDer = entry.chain.map((der) => Uint8Array.fromBase64(der));
  try {
    const pkcs12Der = await createPkcs12({ pkcs8Der, certificateDer, chainDer, password, friendlyName });
    await keystore.import({ pkcs12Der, password, certificateDer, friendlyName });
  } finally {
    pkcs8Der.fill(0);
  }
}

/** Whether the keystore holds the certificate with its key. */
export async function isInstalled(
  { keystore }: Workshop,
  entry: EntryIn<"RECEIVED" | "INSTALLED">,
): Promise<boolean> {
  const wanted = fingerprint(Uint8Array.fromBase64(entry.certificate));
  return (await keystore.list()).some((held) => held.fingerprint === wanted);
}

/**
 * Looks again and signs once through the keystore: the proof for the authority, and for us that a login will
 * work. The signature is verified here with the certificate, not taken on trust.
 *
 * @returns CMS SignedData over the confirmation's content.
 * @throws {AppError} `keystore/import-failed` if key and certificate are not there or do not work together.
 */
export async function proveKey(
  { keystore }: Workshop,
  entry: EntryIn<"RECEIVED" | "INSTALLED">,
): Promise<Bytes> {
  const certificateDer = Uint8Array.fromBase64(entry.certificate);
  const content = confirmationContent(entry.enrolmentId, entry.serial);
  try {
    const proofDer = await keystore.sign(fingerprint(certificateDer), content);
    const signed = await verifySignedData(proofDer, { certificateDer });
    if (!equalBytes(signed, content)) {
      throw new AppError("keystore/unusable", { reason: "signed another content" });
    }
    return proofDer;
  } catch (cause) {
    if (cause instanceof AppError && !UNUSABLE.includes(cause.key)) throw cause;
    throw new AppError("keystore/import-failed", {}, { cause });
  }
}
