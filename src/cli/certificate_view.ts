/** Certificates as the command line shows them: for a person, and for scripts. */
import type { Language, Text } from "../errors.ts";
import { daysLeft, formatDate, formatDateTime } from "../i18n/format.ts";
import type { AcquiredCertificate, HeldCertificate } from "../issuance/mod.ts";

const LABELS = {
  holder: { ja: "氏名", en: "Holder" },
  loginId: { ja: "ログインID", en: "Login ID" },
  serial: { ja: "シリアル番号", en: "Serial number" },
  notAfter: { ja: "有効期限", en: "Valid until" },
  storedAt: { ja: "格納先", en: "Stored in" },
  daysLeft: { ja: "残り日数", en: "Days left" },
  lastDay: { ja: "本日まで", en: "today" },
  renewal: { ja: "更新", en: "Renewal" },
  renewalOpen: { ja: "できます", en: "open" },
  renewalFrom: { ja: "{date}から", en: "from {date}" },
} as const satisfies Record<string, Text>;

/** For `--json`: times in UTC, ISO 8601. */
export function certificateJson(certificate: HeldCertificate): Record<string, string> {
  return Object.fromEntries(
    Object.entries(certificate).map((
      [name, value],
    ) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

/** The same, with what `--list` knows of its time. */
export function listedJson(certificate: HeldCertificate, now: Date): Record<string, unknown> {
  return {
    ...certificateJson(certificate),
    daysLeft: daysLeft(certificate.notAfter, now),
    isRenewalOpen: certificate.renewableFrom <= now,
  };
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
  { language, now }: { language: Language; now: Date },
): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const { holder, loginId, notAfter, daysLeft: left, renewal, serial } = LABELS;
  const table = new Table({
    head: [holder, loginId, notAfter, left, renewal, serial].map((label) => label[language]),
    style: { head: [], border: [] }, // no colours: they would end up in files
  });
  for (const certificate of certificates) {
    const { holder, loginId, notAfter, serial } = certificate;
    const until = formatDateTime(notAfter, language);
    const [left, renewal] = [
      daysText(certificate, { language, now }),
      renewalText(certificate, { language, now }),
    ];
    table.push([holder, loginId, until, left, renewal, serial].map(oneLine));
  }
  return table.toString();
}

function daysText(
  { notAfter }: HeldCertificate,
  { language, now }: { language: Language; now: Date },
): string {
  const days = daysLeft(notAfter, now);
  if (days === 0) return LABELS.lastDay[language];
  return language === "ja" ? `${days}日` : String(days);
}

function renewalText(
  { renewableFrom }: HeldCertificate,
  { language, now }: { language: Language; now: Date },
): string {
  if (renewableFrom <= now) return LABELS.renewalOpen[language];
  return LABELS.renewalFrom[language].replace("{date}", formatDate(renewableFrom, language));
}

/** The table would obey line feeds and colours inside a name. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not reach the table
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
