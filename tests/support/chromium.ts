/**
 * Debian's Chromium as a person would have it: a HOME, a profile and an NSS database of its own. Nothing of the
 * user who runs the tests is read or written, except the managed policy that answers the certificate chooser,
 * which headless browsers cannot show: it exists while the browser runs and needs root.
 *
 * @module
 */
import axe from "axe-core";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { exists } from "../../scripts/packages.ts";
import { findProgram } from "../../src/platform/run.ts";

const CHROMIUM = "/usr/bin/chromium";
const POLICY_FOLDER = "/etc/chromium/policies/managed";

/** No calls home, no GPU; root cannot have the sandbox. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Takes the first certificate that the server accepts, wherever on this machine the server listens. All tests
 * write the same words, so that browsers that run side by side do not disturb one another.
 */
const POLICY = JSON.stringify({
  AutoSelectCertificateForUrls: [JSON.stringify({ pattern: "https://127.0.0.1", filter: {} })],
});

/** What a browser starts with. */
export interface ChromiumOptions {
  /**
   * HOME of the browser; its NSS database is `.pki/nssdb` below, where the app's keystore puts certificates.
   * A temporary one, removed at the end, when left out.
   */
  home?: string;
  /** Root that HTTPS servers chain to. */
  trustedRootPem?: string;
  colorScheme?: "light" | "dark";
  viewport?: { width: number; height: number };
  /** Flags besides the usual ones, e.g. `--host-resolver-rules=…`. */
  flags?: string[];
}

/** A running browser; `await using` closes it and takes its policy away. */
export interface RunningChromium extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly home: string;
  /** Folder of the NSS database. */
  readonly nssDatabase: string;
  newPage(): Promise<Page>;
  /**
   * Closes all windows and starts again, as the manual asks of people after a certificate was issued: the browser
   * forgets which certificate it chose. Pages of before are gone.
   */
  restart(): Promise<void>;
}

/** Why no browser can be had here, in one line; undefined when it can. */
export function chromiumIsMissing(): string | undefined {
  if (!exists(CHROMIUM)) return `${CHROMIUM} is not installed`;
  if (findProgram("certutil") === undefined) return "certutil is not installed";
  return Deno.uid() === 0 ? undefined : `only root may write to ${POLICY_FOLDER}`;
}

/** Starts a browser. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<RunningChromium> {
  await using opened = new AsyncDisposableStack();
  const home = options.home ?? await Deno.makeTempDir({ prefix: "hakko-browser-" });
  if (options.home === undefined) opened.defer(() => Deno.remove(home, { recursive: true }));
  const nssDatabase = `${home}/.pki/nssdb`;
  await createNssDatabase(nssDatabase);
  if (options.trustedRootPem !== undefined) await trustRoot(nssDatabase, options.trustedRootPem);
  opened.defer(await writePolicy());
  let context = await openContext(home, options);
  opened.defer(() => context.close());
  const parts = opened.move();
  return {
    get context() {
      return context;
    },
    home,
    nssDatabase,
    newPage: () => context.newPage(),
    async restart() {
      await context.close();
      context = await openContext(home, options);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function openContext(home: string, options: ChromiumOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(`${home}/chromium`, {
    executablePath: CHROMIUM,
    args: [...FLAGS, ...(options.flags ?? [])],
    env: { HOME: home, PATH: "/usr/bin:/bin", LANG: "ja_JP.UTF-8" },
    locale: "ja-JP",
    colorScheme: options.colorScheme ?? "light",
    viewport: options.viewport ?? { width: 1024, height: 768 },
  });
}

/** Makes an empty database without a password, unless there is one. */
export async function createNssDatabase(folder: string): Promise<void> {
  if (exists(`${folder}/cert9.db`)) return;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await nssTool("certutil", ["-N", "-d", `sql:${folder}`, "--empty-password"]);
}

/** Makes a database trust a root for servers and clients; again is the same. */
export async function trustRoot(folder: string, rootPem: string): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".pem" });
  try {
    await Deno.writeTextFile(file, rootPem);
    await nssTool("certutil", [
      "-A",
      "-d",
      `sql:${folder}`,
      "-n",
      "Hakko test root",
      "-t",
      "CT,C,C",
      "-a",
      "-i",
      file,
    ]);
  } finally {
    await Deno.remove(file);
  }
}

/**
 * Puts a certificate and its key into a database without the app.
 *
 * @param bundle PKCS#12 and its password.
 */
export async function importBundle(
  folder: string,
  bundle: { pkcs12Der: Uint8Array; password: string },
): Promise<void> {
  const temporary = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${temporary}/bundle.p12`, bundle.pkcs12Der);
    await Deno.writeTextFile(`${temporary}/bundle.password`, bundle.password);
    await Deno.writeTextFile(`${temporary}/database.password`, "");
    await nssTool("pk12util", [
      ...["-i", `${temporary}/bundle.p12`, "-w", `${temporary}/bundle.password`],
      ...["-d", `sql:${folder}`, "-k", `${temporary}/database.password`],
    ]);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/**
 * Looks for barriers on a page with axe-core. It is run through the debugger, which the pages' CSP does not
 * concern.
 *
 * @returns One line per finding; none is what a test wants.
 */
export async function findBarriers(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send("Runtime.evaluate", { expression: axe.source });
    const { result } = await session.send("Runtime.evaluate", {
      expression: "axe.run().then(({violations}) => JSON.stringify(violations))",
      awaitPromise: true,
      returnByValue: true,
    });
    const violations: { id: string; help: string; nodes: { html: string }[] }[] = JSON.parse(result.value);
    return violations.map(({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`
    );
  } finally {
    await session.detach();
  }
}

async function writePolicy(): Promise<() => Promise<void>> {
  await Deno.mkdir(POLICY_FOLDER, { recursive: true });
  await removePoliciesOfTheDead();
  const file = `${POLICY_FOLDER}/hakko-test-${Deno.pid}-${crypto.randomUUID()}.json`;
  await Deno.writeTextFile(file, POLICY);
  return () => Deno.remove(file);
}

/** A test run that was killed could not take its policy away. */
async function removePoliciesOfTheDead(): Promise<void> {
  for await (const { name } of Deno.readDir(POLICY_FOLDER)) {
    const pid = /^hakko-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || exists(`/proc/${pid}`)) continue;
    // Another test may have been quicker.
    await Deno.remove(`${POLICY_FOLDER}/${name}`).catch(() => {});
  }
}

async function nssTool(tool: "certutil" | "pk12util", args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(tool, { args, stdout: "null", stderr: "piped" })
    .output();
  if (code !== 0) throw new Error(`${tool} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
