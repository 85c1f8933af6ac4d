/** `maintenance on|off`: answers everybody with the operator's word, at once and without a restart. */
import { AppError } from "../../errors.ts";
import { setMaintenance } from "../maintenance.ts";
import type { Command, CommandInvocation } from "./command.ts";
import { realNow, withStore } from "./store.ts";

/** What is said if the operator says nothing. */
const DEFAULT_MESSAGE = "ただいまメンテナンス中です。";
const MAX_MESSAGE = 500;

export const maintenanceOnCommand: Command = {
  name: "maintenance on",
  usage: "[MESSAGE]",
  summary: "Refuses all requests with this message, for instance until when",
  flags: {},
  maxWords: 1,
  async run(invocation) {
    const message = invocation.words[0] ?? DEFAULT_MESSAGE;
    if (message.length === 0 || message.length > MAX_MESSAGE) {
      throw new AppError("usage/invalid", { problem: `the message has 1 to ${MAX_MESSAGE} characters` });
    }
    await change(invocation, message);
    invocation.print({ ok: true, maintenance: message }, "Maintenance has begun");
    return 0;
  },
};

export const maintenanceOffCommand: Command = {
  name: "maintenance off",
  usage: "",
  summary: "Ends the maintenance",
  flags: {},
  maxWords: 0,
  async run(invocation) {
    await change(invocation, undefined);
    invocation.print({ ok: true, maintenance: null }, "Maintenance has ended");
    return 0;
  },
};

function change({ directory }: CommandInvocation, message: string | undefined): Promise<void> {
  return withStore(directory, (store) => setMaintenance(store, { message, at: realNow() }));
}
