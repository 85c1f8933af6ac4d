/**
 * Loads a module when it is needed, and not a moment earlier.
 *
 * `import("./literal.ts")` is not lazy enough: before the first line runs, Deno reads and links all modules that
 * it can find by such literals, npm's included, 6 ms of the 10 that the app may take to its first page. What
 * goes through here is listed for `deno compile` by `scripts/compile.ts`, which looks for these very calls.
 *
 * @example
 * ```ts
 * const { list } = await load<typeof import("./list.ts")>(import.meta.resolve("./list.ts"));
 * ```
 *
 * @param url Always `import.meta.resolve("…")` of a literal.
 */
export function load<Module>(url: string): Promise<Module> {
  return import(url);
}
