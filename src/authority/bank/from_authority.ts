/** Gives the bank's pages what the authority has: its certificate check, and its store for the sessions. */
import { AppError } from "../../errors.ts";
import type { CertificateIdentity, CertificateLogin } from "../login.ts";
import type { Store } from "../store/store.ts";
import type { CertificateGate, CertificateHolder } from "./parts.ts";
import { LIFETIME_MS, type SessionStore } from "./sessions.ts";

/** The authority's certificate check as the pages ask it. */
export function gateOf(login: CertificateLogin): CertificateGate {
  return {
    async logIn(certificateDer, correlationId) {
      const identity = await inLoginWords(login.check(certificateDer, correlationId));
      await login.confirmByLogin(identity.certificate.serial, correlationId);
      return holderOf(identity);
    },
    async check(serial) {
      return holderOf(await inLoginWords(login.checkSerial(serial)));
    },
  };
}

/** Sessions in the authority's store. */
export function sessionsOf(store: Store): SessionStore {
  return {
    insertSession(row) {
      return store.write(async (transaction) => {
        // Whoever logs in sweeps up: sessions that nobody ended would stay for ever.
        await transaction.deleteSessionsCreatedBefore(new Date(row.createdAt.getTime() - LIFETIME_MS));
        await transaction.insertSession({ ...row, previousLoginAt: row.previousLoginAt ?? null });
      });
    },
    async findSession(tokenHash) {
      const session = await store.findSession(tokenHash);
      return session && { ...session, previousLoginAt: session.previousLoginAt ?? undefined };
    },
    touchSession(tokenHash, seenAt) {
      return store.write((transaction) => transaction.touchSession(tokenHash, seenAt));
    },
    deleteSession(tokenHash) {
      return store.write((transaction) => transaction.deleteSession(tokenHash));
    },
    lastLoginAt(loginId) {
      return store.findLastLogin(loginId);
    },
  };
}

/** The registration's words for a disabled user are about issuing, which nobody asked for here. */
async function inLoginWords<T>(checked: Promise<T>): Promise<T> {
  try {
    return await checked;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.key === "registration/not-allowed") {
      throw new AppError("login/not-allowed", {}, { cause: thrown });
    }
    throw thrown;
  }
}

function holderOf({ user, certificate }: CertificateIdentity): CertificateHolder {
  return {
    serial: certificate.serial,
    notAfter: certificate.notAfter,
    loginId: user.loginId,
    name: user.name,
    company: user.company,
    role: user.role,
  };
}
