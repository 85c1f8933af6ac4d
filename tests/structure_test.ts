/** The house as the style guide draws it: imports follow the arrows, and nothing stands at the top uninvited. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

/**
 * What each room of `src` may import besides itself; a file directly in `src` is a room. Whoever is named further
 * down never imports from further up, so that there are no cycles between rooms.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "cli": [
    ...["app", "config", "doctor", "errors", "i18n", "issuance", "lazy", "log", "network", "platform"],
    "reminder",
  ],
  "app": [
    ...[
      "config",
      "doctor",
      "errors",
      "issuance",
      "keystore",
      "lazy",
      "log",
      "network",
      "platform",
      "profile",
      "reminder",
      "settings",
    ],
    "web",
  ],
  "web": [
    ...["doctor", "errors", "help", "i18n", "issuance", "lazy", "log", "network", "platform", "profile"],
    ...["protocol", "reminder"],
  ],
  "doctor": [
    ...["config", "errors", "i18n", "issuance", "keystore", "lazy", "log", "network", "pki", "platform"],
    ...["profile", "protocol"],
  ],
  "reminder": ["errors", "i18n", "issuance", "log", "platform"],
  "issuance": ["errors", "keystore", "lazy", "log", "network", "pki", "platform", "profile", "protocol"],
  "keystore": ["errors", "lazy", "log", "pki", "platform", "profile"],
  "network": ["errors", "lazy", "log", "pki", "platform", "profile", "protocol"],
  "authority": ["errors", "log", "otp", "pki", "protocol"],
  "config": ["errors", "flags", "lazy", "platform", "profile", "settings"],
  "settings": ["errors", "lazy", "platform"],
  "pki": ["errors", "protocol"],
  "protocol": ["errors"],
  "platform": ["errors"],
  "log": ["errors"],
  "profile": ["errors"],
  "i18n": ["errors"],
  "help": ["errors"],
  "flags": ["errors"],
  "lazy": [],
  "otp": [],
  "errors": [],
};

/** Everything that may stand at the top of the repository. */
const TOP = [
  ...[".ci", ".gitignore", ".readme", "README.md", "assets", "deno.json", "deno.lock", "main.ts"],
  ...["scripts", "src", "tests"],
];

/** Imports of all TypeScript files below a folder: file → files, both relative to the repository. */
function importsBelow(folder: string): Map<string, string[]> {
  const imports = new Map<string, string[]>();
  for (const file of filesBelow(folder)) {
    const text = Deno.readTextFileSync(join(ROOT, file)).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    const found = text.matchAll(/(?:\bfrom |\bimport |\bimport\(|\bimport\.meta\.resolve\()"(\.[^"]+)"/g);
    imports.set(file, [...found].map(([, path]) => join(dirname(file), path!)));
  }
  return imports;
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? filesBelow(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** `src/web/routes/issue.tsx` is in `web`, `src/app.ts` is `app`; `undefined` outside of `src`. */
function room(file: string): string | undefined {
  return /^src\/([^/.]+)/.exec(file)?.[1];
}

/** Tests and their helpers may import what they like. */
function isForTests(file: string): boolean {
  return /_test\.tsx?$|\/testing(\/|\.ts$)|\/_|_suite\.ts$|\/test_\w+\.ts$/.test(file);
}

const imports = importsBelow("src");

Deno.test("imports between rooms follow the arrows", () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    if (isForTests(file)) continue;
    const from = room(file)!;
    assert(from in ARROWS || file.endsWith(".d.ts"), `${file} is in a room without arrows`);
    for (const target of targets) {
      const to = room(target);
      if (to === from || to === undefined || ARROWS[from]?.includes(to)) continue;
      wrong.push(`${file} → ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("of the network the pages know one interface: what a proxy asks of a person", () => {
  const known = [...imports].filter(([file]) => room(file) === "web" && !isForTests(file))
    .flatMap(([, targets]) => targets.filter((target) => room(target) === "network"));
  assertEquals([...new Set(known)], ["src/network/proxy/types.ts"]);
});

Deno.test("the arrows themselves never return", () => {
  const order = Object.keys(ARROWS);
  const above = new Set<string>();
  function descend(name: string): void {
    assert(!above.has(name), `a cycle through ${name}`);
    above.add(name);
    for (const next of ARROWS[name]!) descend(next);
    above.delete(name);
  }
  order.forEach(descend);
});

Deno.test("no file imports itself by a detour", () => {
  const done = new Set<string>();
  function descend(file: string, path: readonly string[]): void {
    assert(!path.includes(file), [...path, file].join(" → "));
    if (done.has(file)) return;
    for (const target of codeImports(file)) descend(target, [...path, file]);
    done.add(file);
  }
  for (const file of imports.keys()) descend(file, []);
});

/** Without `import type`, which is gone when the code runs. */
function codeImports(file: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, file)).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const types = new Set(
    [...text.matchAll(/\b(?:import|export) type [^;]*? from "(\.[^"]+)"/g)].map(([, path]) =>
      join(dirname(file), path!)
    ),
  );
  return imports.get(file)?.filter((target) => !types.has(target)) ?? [];
}

Deno.test("the shipped app never reaches the authority, and lazy modules exist", () => {
  const reached = new Set<string>();
  const waiting = ["main.ts", ...importsOfMain()];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    Deno.statSync(join(ROOT, file));
    waiting.push(...(imports.get(file) ?? []));
  }
  assert(reached.size > 50, "the walk must see the whole app");
  assertEquals([...reached].filter((file) => file.startsWith("src/authority/")), []);
});

function importsOfMain(): string[] {
  return [...Deno.readTextFileSync(join(ROOT, "main.ts")).matchAll(/from "\.\/([^"]+)"/g)].map(([, path]) =>
    path!
  );
}

Deno.test("main.ts does nothing but run the command line", () => {
  const code = Deno.readTextFileSync(join(ROOT, "main.ts")).replace(/^\/\*\*.*\*\/$/m, "").trim();
  assertEquals(
    code,
    'import { run } from "./src/cli/mod.ts";\n\nDeno.exit(await run(Deno.args));',
  );
});

Deno.test("only src/platform asks which system this is", () => {
  const askers = [...imports.keys()].filter((file) =>
    room(file) !== "platform" && !isForTests(file) &&
    /\bDeno\.build\.os\b/.test(Deno.readTextFileSync(join(ROOT, file)))
  );
  assertEquals(askers, []);
});

Deno.test("only the command lines print or exit", () => {
  const talkers = [...imports.keys()].filter((file) =>
    !/^src\/(cli|authority\/(cli|main))\b/.test(file) && !isForTests(file) &&
    /\bconsole\.\w+\(|\bDeno\.exit\(|\bDeno\.(stdout|stderr)\b/.test(Deno.readTextFileSync(join(ROOT, file)))
  );
  assertEquals(talkers, []);
});

Deno.test("nothing stands at the top of the repository uninvited", async () => {
  const listed = await new Deno.Command("git", { args: ["ls-files"], cwd: ROOT }).output();
  if (!listed.success) return; // an export without git has nothing uninvited to show
  const names = new TextDecoder().decode(listed.stdout).trim().split("\n")
    .map((path) => relative("", path).split("/")[0]!);
  assertEquals([...new Set(names)].filter((name) => !TOP.includes(name)), []);
});
