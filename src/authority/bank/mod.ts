/**
 * The demo bank's web pages: what a person sees of the bank before, during and after the login with a
 * certificate. Two apps, because only one of the ports asks the browser for a certificate.
 *
 * @module
 */
export { type BankAssets, loadBankAssets } from "./assets.ts";
export { createCertificateLoginApp } from "./certificate_login.tsx";
export type {
  BankParts,
  BankRole,
  CertificateGate,
  CertificateHolder,
  DemoToken,
  DemoTokens,
  RequestOrigin,
  ShownToken,
  TokenRegistration,
} from "./parts.ts";
export { createPortalApp } from "./portal.tsx";
export type { SessionRow, SessionStore } from "./sessions.ts";
