/** Every text of the pages, in English. */
import type { Messages } from "./ja.ts";

export const en: Messages = {
  language: "English",
  languages: "Language",
  skipToContent: "Skip to content",
  version: (version) => `Version ${version}`,
  support: (contact) => `Support: ${contact}`,

  certificatesTitle: "Certificates",
  certificatesCaption: "Your certificates",
  columnHolder: "Name",
  columnLoginId: "Login ID",
  columnSerial: "Serial number",
  columnNotBefore: "Issued",
  columnNotAfter: "Valid until",
  columnRemaining: "Days left",
  columnRenewal: "Renewal",
  remainingDays: (days) => days === 1 ? "1 day" : `${days} days`,
  remainingToday: "Ends today",
  issue: "Issue certificate",
  renew: "Renew certificate",
  choices: "Certificate to renew",
  renewalOpen: "Can be renewed",
  renewalFrom: (date) => `From ${date}`,
  chooseToRenew: "Select the certificate to renew, then press “Renew certificate”.",
  chosenOpen: "Press “Renew certificate” to renew the selected certificate.",
  chosenTooEarly: (date) => `The selected certificate can be renewed from ${date}.`,
  nothingToRenew: "There is no certificate to renew.",
  unlistedTitle: "Certificates that are not in the list",
  unlistedExpired: (loginId, notAfter) =>
    `The certificate of login ID “${loginId}” expired on ${notAfter} and cannot be renewed. Ask an administrator user or the support desk to revoke it, then press “Issue certificate”.`,
  unlistedNotYetValid: (loginId, notBefore) =>
    `The certificate of login ID “${loginId}” becomes valid on ${notBefore}. Check this PC’s date and time.`,
  unlistedKeyMissing: (loginId) =>
    `The certificate of login ID “${loginId}” has no private key here. Check that this is the PC on which it was acquired, and that you are signed in as the same user. If the key is lost, ask an administrator user or the support desk to revoke the certificate, then press “Issue certificate”.`,
  emptyTitle: "No certificate yet",
  emptyAdvice:
    "Press “Issue certificate” and enter your login ID and password: the certificate is stored in this PC.",
  emptyElsewhere:
    "If you have acquired a certificate before, check that this is the same PC and that you are signed in as the same user. Expired certificates are not shown.",
  listFailed: "Cannot show your certificates",
  reload: "Reload",
  runningNotice: "A certificate is being acquired.",
  showProgress: "Show progress",
  pendingNotice: (loginId) =>
    `The last acquisition (login ID: ${loginId}) stopped half way. Issue again with this login ID: it goes on where it stopped.`,
  pendingRenewalNotice: (loginId) =>
    `The last renewal (login ID: ${loginId}) stopped half way. Press “Renew certificate” and authenticate again: it goes on where it stopped. Until then your present certificate works.`,
  resumedNotice: (loginId) => `The interrupted acquisition is complete now (login ID: ${loginId}).`,
  cancelledNotice: "The acquisition was cancelled.",

  issueTitle: "Issue a certificate",
  issueLead: (service) => `Enter the login ID and the login password that you use for ${service}.`,
  loginId: "Login ID",
  loginIdHint: "Letters, digits and symbols",
  loginPassword: "Login password",
  authenticateAndIssue: "Authenticate and issue",
  back: "Back",
  required: (label) => `Enter the ${lower(label)}.`,
  tooLong: (label, max) => `The ${lower(label)} can have at most ${max} characters.`,
  loginIdCharacters: (label) =>
    `The ${lower(label)} can have letters, digits and ' ( ) + , - . / : = ? only.`,

  confirmTitle: "You already have a certificate",
  confirmHeld: "A valid certificate is on this PC.",
  confirmRenew: "To go on using it, renew it; there is no need to issue another one.",
  confirmRenewFrom: (date) => `You can go on using this certificate. Renewal opens on ${date}.`,
  confirmAnyway:
    "Continue only if this certificate has been revoked, or if you need a certificate for another login ID.",
  issueAnyway: "Issue anyway",

  renewTitle: "Renew the certificate",
  renewLead: (service) => `Enter the login password that you use for ${service}.`,
  renews: "Certificate to renew",
  renewsValue: (holder, loginId, notAfter) => `${holder} (login ID: ${loginId}, valid until ${notAfter})`,
  authenticate: "Authenticate",
  stop: "Stop",
  exactDigits: (label, digits) => `The ${lower(label)} has exactly ${digits} digits.`,
  digitsHint: (digits) => `${digits} digits`,
  code: "2D code",
  codeDescription:
    "2D code for the transaction authentication token. The same content can be shown as text below.",
  codeAsText: "If it cannot be scanned, show it as text",
  codeAsTextLead: "Copy this text and paste it into the software token.",
  copy: "Copy",
  copied: "Copied.",
  copyFailed: "It could not be copied: select the text and copy it yourself.",
  prompt: "Question",

  acquiringTitle: "Acquiring the certificate",
  acquiringLead: "This has begun. Do not switch the PC off before it is complete.",
  renewingLead:
    "The renewal has begun. Do not switch the PC off before it is complete. Your present certificate works until the new one has been checked.",
  phases: {
    key: "Create the key",
    request: "Send the request",
    issue: "Issue the certificate",
    import: "Store the certificate",
    confirm: "Check that it can be used",
  },
  phaseStates: { waiting: "Waiting", running: "Running", done: "Done", failed: "Failed" },
  cancel: "Cancel",
  cancelPossible: "You can cancel until the request is sent.",
  cancelTooLate: "The request has been sent, so it cannot be cancelled any more.",

  resultTitle: "Certificate acquired",
  resultSuccess: "The certificate has been acquired.",
  renewedSuccess: "The certificate has been renewed.",
  renewedOld: (serial) =>
    `The new certificate replaces the old one (serial number: ${serial}), which can no longer be used.`,
  holder: "Name",
  organization: "Organization",
  serial: "Serial number",
  validity: "Validity",
  validityRange: (from, to) => `${from} to ${to}`,
  storedAt: "Stored in",
  closeBrowsers: "Please close all browser windows once",
  closeBrowsersWhy: "Going on without doing so may fail. Then log in again from the login page.",
  runningBrowsers: (names) => `Running now: ${names.join(", ")}`,
  close: "Close",

  remindersTitle: "Reminders",
  remindersLead:
    "Once a day your certificates are checked; a desktop notice tells you 40, 14, 3 and 1 days before they expire.",
  remindersOn: "Remind me",
  remindersOff: "Stop reminding me",
  remindersStatus: "Status",
  remindersAreOn: "On",
  lastCheck: "Last check",
  nextCheck: "Next check",
  neverChecked: "None yet",
  remindersOverdue: "The daily check has not run as planned",
  remindersOverdueAdvice: "Press “Stop reminding me”, then “Remind me” again.",
  calendar: "Add to calendar (.ics)",
  calendarLead: "A file for your calendar: the day when renewal opens and the day when the certificate ends.",
  calendarChoose: "Select a certificate in the list first.",

  errorTitle: "Certificate error",
  correlationId: "Reference number",
  retryAfter: (seconds) =>
    seconds < 120
      ? `Try again in about ${seconds} seconds.`
      : `Try again in about ${Math.ceil(seconds / 60)} minutes.`,
  retryFrom: (time) => `Try again at ${time} or later.`,
  retryTitle: "Trying again",
  retryLeft: "Time until the next try",
  retryReady: "You can try again now.",
  retryAuto: "Try again automatically when it is time",
  retryAutoHint: "Leave this page open while you wait.",
  retryAutoForm: "What you have entered below by then is sent. Leave this page open while you wait.",
  retryAgain: "Try again",
  issueAwaited:
    "The authority can be reached again. Enter your login password and press “Authenticate and issue”.",

  proxyTitle: "Proxy authentication",
  proxyLead: (proxy) =>
    `The proxy server ${proxy} asks for a user name and a password. Enter them and press “Authenticate”.`,
  proxyNote: (service) => `These are not the user name and password of ${service}.`,
  proxyAdvice: "If you do not know them, ask your network administrator.",
  proxyGoesOn: "Afterwards the interrupted step goes on by itself.",
  proxyUsername: "User name",
  proxyPassword: "Password",
  proxyUsernameCharacters: (label) => `${label}: neither “:” nor control characters can be used.`,
  proxyPasswordCharacters: (label) => `${label}: control characters cannot be used.`,
  proxyKeep: "Keep them on this PC and do not ask again",
  proxyKeepHint: "They are kept in this PC’s own secret store. Do not choose this on a shared PC.",

  help: "Help",
  helpFor: (code) => `What to do about “${code}”`,
  helpForError: "What to do about this error",
  helpAnswer: "What to do",
  helpSearch: "Search by words or error code",
  helpSearchHint: "For example: cannot renew, proxy, G008e",
  helpResults: "What was found",
  helpFound: (count) => count === 1 ? "1 entry found." : `${count} entries found.`,
  helpNotFound: "Nothing was found. Try other words.",
  helpShowAll: (count) => `Show all ${count}`,
  checkupTitle: "Check this PC",
  checkupLead:
    "Looks at the connection to the authority, your certificate and this PC’s settings, and says what is wrong and what to do. This can take about a minute.",
  checkAll: "Check everything",
  checkThis: "Check this PC",
  checksOf: (titles) => `Looks at: ${titles.join(", ")}`,
  checking: "Checking. Please wait until it is complete.",
  checkedSoFar: (done, total) => `Checking: ${done} of ${total} done.`,
  checked: (failed, warning) =>
    failed + warning === 0 ? "No problem was found." : `Complete. Problems: ${failed}, warnings: ${warning}.`,
  checkedAt: (time) => `Checked on ${time}`,
  checkRest: (count) => count === 1 ? "Show 1 other check" : `Show ${count} other checks`,
  checkAdvice: "What to do:",
  checkStates: {
    ok: "No problem",
    warning: "Warning",
    failed: "Problem",
    skipped: "Left out",
    running: "Checking",
    unchecked: "Not checked",
  },

  supportHeading: "If nothing helps",
  supportLead:
    "The log, the findings on this PC and the versions can be put into one file for the support desk. You see what is in it before it is saved. It holds no password and no private key.",
  supportMake: "Make a file for the support desk",
  supportTitle: "File for the support desk",
  supportMaking: "The file is being made. Please wait until it is complete.",
  supportReady:
    "Look through it, then press “Save”. It is stored on this PC only; nothing is sent by itself.",
  supportContents: "What is in the file",
  supportSaveNote: (fileName) =>
    `This saves “${fileName}”. Send it to the support desk in the way that they tell you.`,
  save: "Save",

  working: "Working…",
  again: "The connection broke; try again.",
  slowDown: "Too many actions at once; wait a moment, then try again.",
};

/** Labels stand inside a sentence here: "Login ID" becomes "login ID". */
function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
