/** Who a certificate says that its holder is. */
import { AppError } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { encodeName } from "../../pki/name.ts";
import type { User } from "../store/store.ts";

/**
 * The subject of a user's certificates: `C=JP, O=institution, OU=company, CN=person, serialNumber=login ID`.
 *
 * @param institutionName The institution's Japanese name.
 * @returns DER of an RDNSequence.
 * @throws {AppError} `usage/invalid` if a part is empty, longer than X.509 allows, or begins or ends with a blank.
 */
export function subjectOf(user: Pick<User, "loginId" | "name" | "company">, institutionName: string): Bytes {
  for (const text of [user.name, user.company, institutionName]) {
    if (text.trim() !== text) throw new AppError("usage/invalid", { problem: `blank around "${text}"` });
  }
  try {
    return encodeName([
      { type: "C", value: "JP" },
      { type: "O", value: institutionName },
      { type: "OU", value: user.company },
      { type: "CN", value: user.name },
      { type: "serialNumber", value: user.loginId },
    ]);
  } catch (cause) {
    const problem = "name, company and login ID must have 1 to 64 characters each";
    throw new AppError("usage/invalid", { problem }, { cause });
  }
}
