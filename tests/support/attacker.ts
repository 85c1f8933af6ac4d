import type { Page } from "playwright-core";

const PAGE = `<!doctype html><meta charset="utf-8"><title>attacker</title><script src="/attack.js"></script>`;
const SCRIPT = await Deno.readTextFile(new URL("./attack_page.js", import.meta.url));

/** What the attack aims at. */
export interface Attack {
  /** Origin of the app. */
  target: string;
  paths: readonly string[];
  /** Session tokens that the attacker has got hold of. */
  tokens: readonly string[];
}

/** Somebody else's web server on this machine. */
export interface Attacker extends AsyncDisposable {
  /** Every name leads to 127.0.0.1; the browser believes that `evil.test` is another site. */
  readonly port: number;
}

/** Starts it. */
export function startAttacker(): Attacker {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const isScript = new URL(url).pathname === "/attack.js";
    const type = isScript ? "text/javascript" : "text/html";
    return new Response(isScript ? SCRIPT : PAGE, { headers: { "content-type": type } });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/**
 * Opens the attacker's page under the app's own port, as DNS rebinding does: the name led to the attacker when the
 * page was loaded, and leads to 127.0.0.1 since.
 */
export async function openRebound(page: Page, origin: string): Promise<void> {
  await page.route(
    `${origin}/attack.html`,
    (route) => route.fulfill({ contentType: "text/html", body: PAGE }),
  );
  await page.route(
    `${origin}/attack.js`,
    (route) => route.fulfill({ contentType: "text/javascript", body: SCRIPT }),
  );
  await page.goto(`${origin}/attack.html`);
}

/** Lets a page of the attacker do its worst. @returns What it got hold of. */
export async function attackFrom(page: Page, attack: Attack): Promise<string[]> {
  return await page.evaluate<string[]>(`attack(${JSON.stringify(attack)})`);
}
