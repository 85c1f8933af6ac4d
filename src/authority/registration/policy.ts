/** Which steps an enrolment demands, in which order. */
import type { Operation } from "../../protocol/messages.ts";
import type { AuthorityConfig } from "../config.ts";
import type { User } from "../store/store.ts";

/** What is known about a request before anybody has proven anything. */
export interface Circumstances {
  readonly operation: Operation;
  readonly isNewDevice: boolean;
  readonly isNewNetwork: boolean;
}

/**
 * The user's own list if there is one, else the role's for the operation; then what the circumstances add, each
 * step once. A login ID that does not exist is treated as an ordinary user's.
 */
export function stepsFor(
  policy: AuthorityConfig["policy"],
  user: Pick<User, "role" | "steps"> | undefined,
  { operation, isNewDevice, isNewNetwork }: Circumstances,
): string[] {
  const own = user?.steps ?? [];
  const usual = own.length > 0 ? own : policy[operation][user?.role ?? "user"];
  const added = [
    ...(isNewDevice ? policy.newDevice : []),
    ...(isNewNetwork ? policy.newNetwork : []),
  ];
  return [...new Set(["password", ...usual, ...added])];
}
