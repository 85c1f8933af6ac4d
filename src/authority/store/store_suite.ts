/**
 * What every store has to do, as tests: one file per implementation calls {@link testStore}.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { appendAudit } from "../audit/chain.ts";
import { type CertificateRecord, type Enrolment, type Store, StoreConflict, type User } from "./store.ts";

/** A place where stores can be opened, empty at first. */
export interface StorePlace extends AsyncDisposable {
  /** Opens the same store again and again, also more than once at a time, as processes do. */
  open(): Promise<Store>;
}

const AT = new Date("2030-01-02T03:04:05.678Z");

function later(ms: number): Date {
  return new Date(AT.getTime() + ms);
}

function user(loginId: string): User {
  return {
    loginId,
    name: "山田 花子",
    company: "厚生商事",
    role: "administrator",
    passwordHash: "$scrypt$",
    steps: ["password", "otp"],
    question: { prompt: "好きな花は?", replyHash: "$scrypt$" },
    validityDays: 30,
    isDisabled: false,
    createdAt: AT,
  };
}

function enrolment(id: string): Enrolment {
  return {
    id,
    tokenHash: "ab",
    loginId: "hanako",
    operation: "renew",
    renews: "0a",
    nonce: "n",
    places: [{ kind: "network", value: "192.0.2.0/24" }],
    steps: ["password"],
    stepsDone: 0,
    correlationId: "c",
    startedAt: AT,
    expiresAt: later(1_000),
    serial: null,
  };
}

function certificate(serial: string, loginId = "hanako"): CertificateRecord {
  return {
    serial,
    loginId,
    enrolmentId: "e",
    idempotencyKey: `key of ${serial}`,
    renews: "0a",
    state: "reserved",
    tbsDer: Uint8Array.of(1, 2, 3),
    certificateDer: null,
    notBefore: AT,
    notAfter: later(10_000),
    reservedAt: AT,
    confirmedAt: null,
    revokedAt: null,
    revocationReason: null,
  };
}

/** Registers the tests of one implementation. */
export function testStore(name: string, openPlace: () => Promise<StorePlace>): void {
  function test(criterion: string, work: (store: Store, place: StorePlace) => Promise<void>): void {
    Deno.test(`${name}: ${criterion}`, async () => {
      await using place = await openPlace();
      const store = await place.open();
      try {
        await work(store, place);
      } finally {
        await store.close();
      }
    });
  }

  test("gives back what was put in", async (store) => {
    const record = certificate("01");
    await store.write(async (transaction) => {
      await transaction.insertUser(user("hanako"));
      await transaction.insertUser({ ...user("akira"), steps: [], question: null, validityDays: null });
      await transaction.insertEnrolment(enrolment("e1"));
      await transaction.insertCertificate(record);
      await transaction.saveSetting("a", "b");
      await transaction.saveLockout("k", { failures: 2, lockedUntil: AT });
      await transaction.saveArrival("k", 12.5);
    });
    assertEquals(await store.findUser("hanako"), user("hanako"));
    assertEquals((await store.listUsers()).map(({ loginId }) => loginId), ["akira", "hanako"]);
    assertEquals(await store.findEnrolment("e1"), enrolment("e1"));
    assertEquals(await store.findCertificate("01"), record);
    assertEquals(await store.findCertificateByKey("key of 01"), record);
    assertEquals(await store.findLiveCertificates("hanako"), [record]);
    assertEquals(await store.findSetting("a"), "b");
    assertEquals(await store.findLockout("k"), { failures: 2, lockedUntil: AT });
    assertEquals(await store.findArrival("k"), 12.5);
  });

  test("gives undefined for what is missing", async (store) => {
    assertEquals(await store.findUser("x"), undefined);
    assertEquals(await store.findEnrolment("x"), undefined);
    assertEquals(await store.findCertificate("x"), undefined);
    assertEquals(await store.findCertificateByKey("x"), undefined);
    assertEquals(await store.findLockout("x"), undefined);
    assertEquals(await store.findArrival("x"), undefined);
    assertEquals(await store.findSession("x"), undefined);
    assertEquals(await store.findLastLogin("x"), undefined);
    assertEquals(await store.findSetting("x"), undefined);
    assertEquals(await store.latestCrl(), undefined);
    assertEquals(await store.auditHead(), { seq: 0, hash: "0".repeat(64) });
  });

  test("keeps a token, and lets each of its codes be used once", async (store) => {
    const token = {
      loginId: "hanako",
      kind: "otp",
      sealedSecret: Uint8Array.of(7, 8),
      lastStep: -1,
      driftSteps: 0,
      registeredAt: AT,
    } as const;
    await store.write((transaction) => transaction.insertToken(token));
    assertEquals(await store.findToken("hanako", "otp"), token);
    assertEquals(await store.findToken("hanako", "transaction"), undefined);
    const use = (firstStep: number, lastStep: number) =>
      store.write((transaction) => transaction.useTokenSteps(token, { firstStep, lastStep, driftSteps: 3 }));
    // At once: only one can be first.
    assertEquals(await Promise.all([use(10, 11), use(10, 11)]), [true, false]);
    assertEquals(await use(11, 12), false);
    assertEquals(await store.findToken("hanako", "otp"), { ...token, lastStep: 11, driftSteps: 3 });
    await assertRejects(() => store.write((transaction) => transaction.insertToken(token)), StoreConflict);
    const remove = () => store.write((transaction) => transaction.deleteToken("hanako", "otp"));
    assertEquals([await remove(), await remove()], [true, false]);
  });

  test("keeps one token ticket per user until it runs out", async (store) => {
    const ticket = { loginId: "hanako", sealedSecret: Uint8Array.of(1), expiresAt: AT };
    await store.write((transaction) => transaction.insertTokenTicket({ ...ticket, ticketHash: "a" }));
    await store.write((transaction) => transaction.insertTokenTicket({ ...ticket, ticketHash: "b" }));
    assertEquals(await store.hasTokens(), true);
    assertEquals(await store.findTokenTicket("a"), undefined);
    assertEquals(await store.findTokenTicket("b"), { ...ticket, ticketHash: "b" });
    await store.write((transaction) => transaction.deleteTokenTicketsExpiredBefore(AT));
    assertEquals((await store.findTokenTicket("b"))?.ticketHash, "b");
    await store.write((transaction) => transaction.deleteTokenTicketsExpiredBefore(later(1)));
    assertEquals(await store.findTokenTicket("b"), undefined);
    assertEquals(await store.hasTokens(), false);
  });

  test("knows familiar places by user, kind and value", async (store) => {
    const place = { kind: "device", value: "d" } as const;
    for (const seenAt of [AT, later(1)]) {
      await store.write((transaction) => transaction.saveFamiliarPlace("hanako", place, seenAt));
    }
    assertEquals(await store.isFamiliar("hanako", place), true);
    assertEquals(await store.isFamiliar("akira", place), false);
    assertEquals(await store.isFamiliar("hanako", { kind: "network", value: "d" }), false);
  });

  test("keeps a work's changes together or not at all, and no other work's", async (store) => {
    const outcomes = await Promise.allSettled([
      store.write((transaction) => transaction.saveSetting("first", "1")),
      store.write(async (transaction) => {
        await transaction.saveSetting("second", "2");
        await appendAudit(transaction, auditEvent("lost"));
        throw new Error("changed its mind");
      }),
      store.write(async (transaction) => {
        await transaction.saveSetting("third", "3");
        await appendAudit(transaction, auditEvent("kept"));
      }),
    ]);
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    assertEquals(await store.findSetting("first"), "1");
    assertEquals(await store.findSetting("second"), undefined);
    assertEquals(await store.findSetting("third"), "3");
    assertEquals((await store.readAudit(1, 10)).map(({ subject }) => subject), ["kept"]);
  });

  test("runs works one after the other, each seeing the last one's changes", async (store) => {
    await Promise.all(Array.from({ length: 100 }, () =>
      store.write(async (transaction) => {
        const count = Number(await transaction.findSetting("count") ?? 0);
        await transaction.saveSetting("count", String(count + 1));
      })));
    assertEquals(await store.findSetting("count"), "100");
  });

  test("shows nothing that is not committed", async (store) => {
    await store.write(async (transaction) => {
      await transaction.saveSetting("half", "done");
      assertEquals(await transaction.findSetting("half"), "done");
      assertEquals(await store.findSetting("half"), undefined);
    });
    assertEquals(await store.findSetting("half"), "done");
  });

  test("is one store for several processes, and survives being closed", async (store, place) => {
    const other = await place.open();
    await other.write((transaction) => transaction.insertUser(user("hanako")));
    assertEquals((await store.findUser("hanako"))?.loginId, "hanako");
    await Promise.all(
      [store, other].flatMap((each) =>
        Array.from(
          { length: 20 },
          (_, i) => each.write((transaction) => appendAudit(transaction, auditEvent(String(i)))),
        )
      ),
    );
    await other.close();
    const third = await place.open();
    assertEquals(
      (await third.readAudit(1, 100)).map(({ seq }) => seq),
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    assertEquals((await third.auditHead()).seq, 40);
    await third.close();
  });

  test("refuses a login ID, serial number or key that is there", async (store) => {
    await store.write(async (transaction) => {
      await transaction.insertUser(user("hanako"));
      await transaction.insertCertificate(certificate("01"));
    });
    const { idempotencyKey } = certificate("01");
    await assertRejects(() => store.write((each) => each.insertUser(user("hanako"))), StoreConflict);
    await assertRejects(
      () => store.write((each) => each.insertCertificate({ ...certificate("01", "b"), idempotencyKey: "x" })),
      StoreConflict,
    );
    await assertRejects(
      () => store.write((each) => each.insertCertificate({ ...certificate("02", "b"), idempotencyKey })),
      StoreConflict,
    );
  });

  test("has room for one pending and one confirmed certificate per login ID", async (store) => {
    await store.write((each) => each.insertCertificate(certificate("01")));
    await assertRejects(
      () => store.write((each) => each.insertCertificate(certificate("02"))),
      StoreConflict,
    );
    await store.write(async (each) => {
      assertEquals(await each.storeSigned("01", Uint8Array.of(9)), true);
      assertEquals(await each.storeSigned("01", Uint8Array.of(8)), false);
      await each.markConfirmed("01", AT);
      await each.insertCertificate(certificate("02"));
      await each.storeSigned("02", Uint8Array.of(7));
    });
    assertEquals((await store.findLiveCertificates("hanako")).map(({ serial }) => serial), ["02", "01"]);
    await assertRejects(() => store.write((each) => each.markConfirmed("02", AT)), StoreConflict);
    await store.write(async (each) => {
      await each.markExpired("01");
      await each.markConfirmed("02", AT);
    });
    const first = await store.findCertificate("01");
    assertEquals([first?.state, first?.tbsDer, first?.certificateDer], ["expired", null, Uint8Array.of(9)]);
    assertEquals((await store.listCertificates("hanako")).map(({ serial }) => serial), ["02", "01"]);
  });

  test("lists revocations until their certificates expire, and counts them", async (store) => {
    await store.write(async (each) => {
      await each.insertCertificate(certificate("01", "a"));
      await each.insertCertificate({ ...certificate("02", "b"), notAfter: later(5) });
      await each.insertCertificate(certificate("03", "c"));
      await each.markRevoked("01", { state: "revoked", at: later(1), reason: "key-compromise" });
      await each.markRevoked("02", { state: "abandoned", at: later(2), reason: "superseded" });
    });
    assertEquals(await store.revocationCount(), 2);
    assertEquals((await store.listRevoked(AT)).length, 2);
    const revoked = [{ serial: "01", revokedAt: later(1), reason: "key-compromise" as const }];
    assertEquals(await store.listRevoked(later(6)), revoked);
    assertEquals((await store.findCertificate("02"))?.state, "abandoned");
    assertEquals(await store.findLiveCertificates("a"), []);
  });

  test("finds what has been pending for too long", async (store) => {
    await store.write(async (each) => {
      await each.insertCertificate({ ...certificate("02", "b"), reservedAt: later(2) });
      await each.insertCertificate({ ...certificate("01", "a"), reservedAt: later(1) });
      await each.insertCertificate({ ...certificate("03", "c"), reservedAt: later(3) });
      await each.insertCertificate(certificate("04", "d"));
      await each.markConfirmed("04", AT);
    });
    assertEquals((await store.findPendingBefore(later(3))).map(({ serial }) => serial), ["01", "02"]);
  });

  test("forgets enrolments, throttling and sessions that are over", async (store) => {
    const session = {
      tokenHash: "t",
      serial: "01",
      loginId: "a",
      createdAt: AT,
      seenAt: AT,
      previousLoginAt: null,
    };
    await store.write(async (each) => {
      await each.insertEnrolment(enrolment("old"));
      await each.insertEnrolment({ ...enrolment("new"), expiresAt: later(5_000) });
      await each.saveArrival("old", 1);
      await each.saveArrival("new", 9);
      await each.insertSession(session);
      assertEquals(await each.deleteEnrolmentsExpiredBefore(later(2_000)), 1);
      await each.deleteArrivalsBefore(5);
      assertEquals(await each.updateEnrolment({ ...enrolment("old"), stepsDone: 1 }), false);
      assertEquals(await each.updateEnrolment({ ...enrolment("new"), stepsDone: 1, serial: "05" }), true);
    });
    assertEquals(await store.findEnrolment("old"), undefined);
    assertEquals(await store.findEnrolment("new"), { ...enrolment("new"), stepsDone: 1, serial: "05" });
    assertEquals([await store.findArrival("old"), await store.findArrival("new")], [undefined, 9]);
    assertEquals(await store.findSession("t"), session);
    await store.write(async (each) => {
      await each.touchSession("t", later(7));
      await each.insertEnrolment({ ...enrolment("somebody else's"), loginId: "akira" });
      await each.insertEnrolment(enrolment("another"));
      await each.insertEnrolment({ ...enrolment("used"), loginId: "akira", serial: "0a" });
      await each.deleteUnusedEnrolmentsOf("akira");
      assertEquals((await each.findEnrolment("used"))?.serial, "0a");
      assertEquals(await each.findEnrolment("somebody else's"), undefined);
      assertEquals((await each.findEnrolment("another"))?.loginId, "hanako");
      await each.deleteEnrolment("new");
    });
    assertEquals((await store.findSession("t"))?.seenAt, later(7));
    await store.write((each) => each.deleteSessionsCreatedBefore(later(1)));
    assertEquals(await store.findSession("t"), undefined);
    assertEquals(await store.findLastLogin("a"), AT);
  });

  test("has CRL numbers that only rise", async (store) => {
    const crl = { number: 3, der: Uint8Array.of(1), thisUpdate: AT, nextUpdate: later(1), revocations: 2 };
    await store.write((each) => each.insertCrl(crl));
    await assertRejects(() => store.write((each) => each.insertCrl(crl)), StoreConflict);
    await store.write((each) => each.insertCrl({ ...crl, number: 4 }));
    assertEquals((await store.latestCrl())?.number, 4);
  });

  test("refuses work after it was closed, and finishes what was begun before", async (store) => {
    const begun = store.write((each) => each.saveSetting("last", "words"));
    const closed = store.close();
    await begun;
    await closed;
    await assertRejects(() => store.write((each) => each.saveSetting("too", "late")));
  });
}

function auditEvent(subject: string) {
  return { at: AT, actor: "authority", action: "test", subject, correlationId: "-" };
}
