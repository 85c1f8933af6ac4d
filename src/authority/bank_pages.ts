/**
 * The bank's pages on their two ports, with the authority's login and store in the pages' own terms.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import type { Bytes } from "../pki/bytes.ts";
import type {
  CertificateGate,
  CertificateHolder,
  DemoToken,
  SessionStore,
  TokenRegistration,
} from "./bank/mod.ts";
import type { AuthorityConfig } from "./config.ts";
import type { Web } from "./http/web.ts";
import type { CertificateIdentity, CertificateLogin } from "./login.ts";
import type { RegistrationParts } from "./registration/parts.ts";
import {
  beginTokenRegistration,
  finishTokenRegistration,
  resumeTokenRegistration,
} from "./registration/token_registration.ts";
import type { Store } from "./store/store.ts";

export interface BankOptions {
  readonly config: AuthorityConfig;
  readonly store: Store;
  readonly registration: RegistrationParts;
  readonly login: CertificateLogin;
  readonly web: Web;
  /** The pages read them at every request; this sets them. */
  readonly urls: { portal: string; certificateLogin: string };
  /** What the software token page may show; without them there is no such page. */
  readonly demoTokens?: readonly DemoToken[] | undefined;
  readonly log: Log;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Bytes;
}

/** Opens both ports. @throws {AppError} `usage/invalid` if one is taken. */
export async function openBank(options: BankOptions): Promise<void> {
  const { config, store, login, web, urls, log, now, randomBytes } = options;
  const { institution, brand, uriScheme, downloadUrl } = config;
  const { demoTokens: tokens } = options;
  const bank = await import("./bank/mod.ts");
  const parts = {
    institution,
    supportContact: institution.supportContact,
    brand,
    urls,
    uriScheme,
    ...(downloadUrl === undefined ? {} : { downloadUrl }),
    assets: await bank.loadBankAssets(brand),
    gate: createGate(login),
    tokenRegistration: createTokenRegistration(options.registration),
    demoTokens: tokens && { tokens, ...config.tokens },
    sessions: createSessions(store),
    log,
    now,
    randomBytes,
  };
  const portal = bank.createPortalApp(parts);
  const certificateLogin = bank.createCertificateLoginApp(parts);
  urls.portal = await web.listen("portal", (request, env) => portal.fetch(request, env));
  urls.certificateLogin = await web.listen(
    "certificateLogin",
    (request, env) => certificateLogin.fetch(request, env),
  );
}

function createGate(login: CertificateLogin): CertificateGate {
  return {
    logIn: async (der, correlationId) => toHolder(await login.check(der, correlationId)),
    check: async (serial) => toHolder(await login.checkSerial(serial)),
  };
}

function createTokenRegistration(parts: RegistrationParts): TokenRegistration {
  return {
    begin: (request, origin) => beginTokenRegistration(parts, request, origin),
    resume: (ticket) => resumeTokenRegistration(parts, ticket),
    finish: (request, origin) => finishTokenRegistration(parts, request, origin),
  };
}

function toHolder({ user, certificate }: CertificateIdentity): CertificateHolder {
  const { loginId, name, company, role } = user;
  return { serial: certificate.serial, notAfter: certificate.notAfter, loginId, name, company, role };
}

function createSessions(store: Store): SessionStore {
  return {
    insertSession: (row) =>
      store.write((transaction) =>
        transaction.insertSession({ ...row, previousLoginAt: row.previousLoginAt ?? null })
      ),
    async findSession(tokenHash) {
      const session = await store.findSession(tokenHash);
      return session && { ...session, previousLoginAt: session.previousLoginAt ?? undefined };
    },
    touchSession: (tokenHash, seenAt) =>
      store.write((transaction) => transaction.touchSession(tokenHash, seenAt)),
    deleteSession: (tokenHash) => store.write((transaction) => transaction.deleteSession(tokenHash)),
    lastLoginAt: (loginId) => store.findLastLogin(loginId),
  };
}
