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
  columnNotAfter: "Valid until",
  columnRemaining: "Days left",
  remainingDays: (days) => days === 1 ? "1 day" : `${days} days`,
  remainingToday: "Ends today",
  issue: "Issue certificate",
  emptyTitle: "No certificate yet",
  emptyAdvice:
    "Press “Issue certificate” and enter your login ID and password: the certificate is stored in this PC.",
  listFailed: "Cannot show your certificates",
  reload: "Reload",
  runningNotice: "A certificate is being acquired.",
  showProgress: "Show progress",
  pendingNotice: (loginId) =>
    `The last acquisition (login ID: ${loginId}) stopped half way. Issue again with this login ID: it goes on where it stopped.`,
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

  authenticate: "Authenticate",
  stop: "Stop",

  acquiringTitle: "Acquiring the certificate",
  acquiringLead: "This has begun. Do not switch the PC off before it is complete.",
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
  holder: "Name",
  organization: "Organization",
  serial: "Serial number",
  validity: "Validity",
  validityRange: (from, to) => `${from} to ${to}`,
  storedAt: "Stored in",
  closeBrowsers: "Please close all browser windows once",
  closeBrowsersWhy: "Going on without doing so may fail. Then log in again from the login page.",
  close: "Close",

  errorTitle: "Certificate error",
  correlationId: "Reference number",
  retryAfter: (seconds) =>
    seconds < 120
      ? `Try again in about ${seconds} seconds.`
      : `Try again in about ${Math.ceil(seconds / 60)} minutes.`,

  working: "Working…",
  again: "The connection broke; try again.",
  slowDown: "Too many actions at once; wait a moment, then try again.",
};

/** Labels stand inside a sentence here: "Login ID" becomes "login ID". */
function lower(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
