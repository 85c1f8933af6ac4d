/** What the OS sends when it wants this process to end: Ctrl-C, a closed terminal, `kill`, a shutdown. */
import { currentOs } from "./os.ts";

/**
 * Calls back when this process is asked to end, instead of ending it. Once: a second Ctrl-C ends it at once.
 *
 * @returns Stops listening when disposed of.
 */
export function onTermination(callback: () => void): Disposable {
  const signals: Deno.Signal[] = currentOs() === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const stop = () => {
    for (const signal of signals) Deno.removeSignalListener(signal, listener);
  };
  function listener(): void {
    stop();
    callback();
  }
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return { [Symbol.dispose]: stop };
}
