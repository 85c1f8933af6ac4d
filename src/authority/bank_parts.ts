/** What the bank's pages are given: the authority's login and store in the pages' own terms. */
import type { CertificateGate, CertificateHolder, SessionStore } from "./bank/mod.ts";
import type { CertificateIdentity, CertificateLogin } from "./login.ts";
import type { Store } from "./store/store.ts";

/** The gate that the bank's pages ask. */
export function createBankGate(login: CertificateLogin): CertificateGate {
  return {
    logIn: async (der, correlationId) => toHolder(await login.check(der, correlationId)),
    check: async (serial) => toHolder(await login.checkSerial(serial)),
  };
}

function toHolder({ user, certificate }: CertificateIdentity): CertificateHolder {
  const { loginId, name, company, role } = user;
  return { serial: certificate.serial, notAfter: certificate.notAfter, loginId, name, company, role };
}

/** The bank's sessions, in the authority's store. */
export function createBankSessions(store: Store): SessionStore {
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
