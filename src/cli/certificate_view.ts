/** Certificates as the command line shows them: for a person, and for scripts. */
import type { Language, Text } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { AcquiredCertificate, HeldCertificate } from "../issuance/mod.ts";

const LABELS = {
  holder: { ja: "氏名", en: "Holder" },
  loginId: { ja: "ログインID", en: "Login ID" },
  serial: { ja: "シリアル番号", en: "Serial number" },
  notAfter: { ja: "有効期限", en: "Valid until" },
  storedAt: { ja: "格納先", en: "Stored in" },
} as const satisfies Record<string, Text>;

/** For `--json`: times in UTC, ISO 8601. */
export function certificateJson(certificate: HeldCertificate): Record<string, string> {
  return Object.fromEntries(
    Object.entries(certificate).map((
      [name, value],
    ) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

/** One certificate, a line per fact. */
export function certificateText(certificate: AcquiredCertificate, language: Language): string {
  const facts = [
    [LABELS.holder, certificate.holder],
    [LABELS.loginId, certificate.loginId],
    [LABELS.serial, certificate.serial],
    [LABELS.notAfter, formatDateTime(certificate.notAfter, language)],
    [LABELS.storedAt, certificate.storedAt],
  ] as const;
  return facts.map(([label, value]) => `${label[language]}: ${value}`).join("\n");
}

/** All certificates as a table, whose columns line up whatever the width of their characters. */
export async function certificateTable(
  certificates: readonly HeldCertificate[],
  language: Language,
): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    head: [LABELS.holder, LABELS.loginId, LABELS.notAfter, LABELS.serial].map((label) => label[language]),
    style: { head: [], border: [] }, // no colours: they would end up in files
  });
  for (const { holder, loginId, notAfter, serial } of certificates) {
    table.push([holder, loginId, formatDateTime(notAfter, language), serial].map(oneLine));
  }
  return table.toString();
}

/** The table would obey line feeds and colours inside a name. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not reach the table
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
