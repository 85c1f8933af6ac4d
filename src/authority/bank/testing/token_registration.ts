/** A registration of tokens whose answers a test decides, and whose questions it can look at. */
import { AppError } from "../../../errors.ts";
import type { ShownToken, TokenRegistration } from "../parts.ts";

export const SHOWN_TOKEN: ShownToken = {
  ticket: "T".repeat(43),
  uri: "otpauth://totp/Bank:tanaka01?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Bank&digits=6&period=30",
  secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  digits: 6,
  expiresAt: new Date("2026-11-23T00:10:00Z"),
};

/** Knows one person, tanaka01 with the password "right", and takes the code 123456 once. */
export class ScriptedTokenRegistration implements TokenRegistration {
  /** What was asked, in order. */
  readonly asked: { loginId?: string; ticket?: string; oneTimePassword?: string; address?: string }[] = [];
  /** Thrown by every question from now on. */
  refusal: AppError | Error | undefined;

  begin({ loginId, password }: { loginId: string; password: string }, { address }: { address: string }) {
    this.asked.push({ loginId, address });
    const isRight = loginId === "tanaka01" && password === "right";
    return this.#answer(
      isRight ? undefined : new AppError("registration/wrong-credentials", {}),
      SHOWN_TOKEN,
    );
  }

  resume(ticket: string) {
    this.asked.push({ ticket });
    return this.#answer(this.#refuseTicket(ticket), SHOWN_TOKEN);
  }

  finish(
    { ticket, oneTimePassword }: { ticket: string; oneTimePassword: string },
    { address }: { address: string },
  ) {
    this.asked.push({ ticket, oneTimePassword, address });
    const isRight = oneTimePassword === "123456";
    const refusal = this.#refuseTicket(ticket) ??
      (isRight ? undefined : new AppError("registration/wrong-answer", {}));
    return this.#answer(refusal, { loginId: "tanaka01" });
  }

  #refuseTicket(ticket: string): AppError | undefined {
    return ticket === SHOWN_TOKEN.ticket ? undefined : new AppError("registration/enrolment-expired", {});
  }

  #answer<T>(refusal: AppError | undefined, value: T): Promise<T> {
    const error = this.refusal ?? refusal;
    return error === undefined ? Promise.resolve(value) : Promise.reject(error);
  }
}
