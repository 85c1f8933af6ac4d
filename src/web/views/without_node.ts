/**
 * Runs something while `globalThis.process` looks missing.
 *
 * hono/jsx looks for `AsyncLocalStorage` through it, once, with the first element that is rendered. In Deno this
 * loads the whole of its Node compatibility: 7 MiB for the rest of the app's life and 17 ms before the first
 * page. Our pages are functions of their props and use no JSX context, which is all that hono/jsx wants it for.
 *
 * @param work Synchronous: nothing else may run meanwhile.
 */
export function withoutNode(work: () => void): void {
  const process = Object.getOwnPropertyDescriptor(globalThis, "process");
  if (process?.configurable !== true) return work(); // slower, not worse
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    work();
  } finally {
    Object.defineProperty(globalThis, "process", process);
  }
}
