/**
 * How this app is started: what a scheduler writes down, and what a person could type.
 *
 * @param args The app's own arguments.
 * @returns The program's absolute path, then its arguments. In a checkout the program is Deno.
 */
export function startCommand(args: readonly string[]): string[] {
  if (Deno.build.standalone) return [Deno.execPath(), ...args];
  const [config, main] = ["deno.json", "main.ts"].map((name) => checkoutPath(name));
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=app", "--config", config!, main!, ...args];
}

function checkoutPath(name: string): string {
  const { pathname } = new URL(`../../${name}`, import.meta.url);
  return decodeURIComponent(pathname).replace(/^\/([A-Za-z]:)/, "$1"); // Windows: /C:/… is no path
}
