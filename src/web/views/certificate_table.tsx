/** 証明書一覧 as a table whose rows can be chosen: a radio button in each, so that the browser does the keys. */
import { daysLeft, formatDate, formatDateTime } from "../../i18n/mod.ts";
import type { HeldCertificate } from "../../issuance/mod.ts";
import type { View } from "./layout.tsx";

export interface CertificateTableProps {
  view: View;
  certificates: readonly HeldCertificate[];
  now: Date;
}

/** By this PC's clock; the authority has the last word. */
export function isRenewable({ renewableFrom }: HeldCertificate, now: Date): boolean {
  return renewableFrom <= now;
}

export function CertificateTable({ view, certificates, now }: CertificateTableProps) {
  const { t } = view;
  return (
    <fieldset class="card choices">
      <legend class="visually-hidden">{t.choices}</legend>
      <table class="table">
        <caption>{t.certificatesCaption}</caption>
        <thead>
          <tr>
            <td class="choice"></td>
            <th scope="col">{t.columnHolder}</th>
            <th scope="col">{t.columnSerial}</th>
            <th scope="col">{t.columnNotBefore}</th>
            <th scope="col">{t.columnNotAfter}</th>
            <th scope="col" class="number">{t.columnRemaining}</th>
            <th scope="col">{t.columnRenewal}</th>
          </tr>
        </thead>
        <tbody>
          {certificates.map((certificate, index) => (
            <Row
              key={certificate.fingerprint}
              view={view}
              certificate={certificate}
              now={now}
              index={index}
            />
          ))}
        </tbody>
      </table>
      <p class="note choice-note" id="choice-note">{t.chooseToRenew}</p>
    </fieldset>
  );
}

interface RowProps {
  view: View;
  certificate: HeldCertificate;
  now: Date;
  index: number;
}

function Row({ view: { t, language }, certificate, now, index }: RowProps) {
  const { fingerprint, holder, loginId, serial, notBefore, notAfter, renewableFrom } = certificate;
  const days = daysLeft(notAfter, now);
  const isOpen = isRenewable(certificate, now);
  const id = (cell: string) => `${cell}-${index}`;
  return (
    <tr data-choice>
      <td class="choice">
        <input
          type="radio"
          class="choice-mark"
          id={id("choice")}
          name="fingerprint"
          value={fingerprint}
          data-ready={isOpen ? "yes" : "no"}
          data-note={isOpen ? t.chosenOpen : t.chosenTooEarly(formatDateTime(renewableFrom, language))}
          aria-labelledby={`${id("holder")} ${id("serial")}`}
          aria-describedby={`${id("end")} ${id("renewal")}`}
          autocomplete="off"
        />
      </td>
      <th scope="row" data-label={t.columnHolder} id={id("holder")}>
        <span class="cell-lines">
          {holder}
          <span class="cell-note">{t.loginId}: {loginId}</span>
        </span>
      </th>
      <td data-label={t.columnSerial} class="serial" id={id("serial")}>
        <span class="code">{serial}</span>
      </td>
      <td data-label={t.columnNotBefore} class="date">{formatDate(notBefore, language)}</td>
      <td data-label={t.columnNotAfter} class="date" id={id("end")}>
        {formatDateTime(notAfter, language)}
      </td>
      <td data-label={t.columnRemaining} class="number">
        {days === 0 ? t.remainingToday : t.remainingDays(days)}
      </td>
      <td data-label={t.columnRenewal} class="renewal" id={id("renewal")}>
        {isOpen
          ? <span class="renewal-open">{t.renewalOpen}</span>
          : t.renewalFrom(formatDate(renewableFrom, language))}
      </td>
    </tr>
  );
}
