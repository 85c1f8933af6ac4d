/**
 * What this room's tests share: tools to ask for a second opinion, and a small authority.
 *
 * @module
 */
import { type Bytes, concatBytes } from "./bytes.ts";
import { assembleSigned, buildTbsCertificate } from "./certificate_builder.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectKeyIdentifier,
} from "./extensions.ts";
import { generateKeyPair, keyIdentifier, type KeyPair, signatureAlgorithmFor } from "./keys.ts";
import { encodeName } from "./name.ts";

/** When the tests take place. */
export const NOW = new Date("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;

/** Whether a tool is not on this machine, so that its tests are left out; on CI they then fail instead. */
export function lacks(...tools: string[]): boolean {
  if (Deno.env.get("CI") === "true") return false;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return !tools.every((tool) => folders.some((folder) => isFile(`${folder}/${tool}`)));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How many cases a property is tried with. */
export function fuzzRuns(usual = 2000): number {
  const wanted = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? "");
  return wanted > 0 ? Math.max(1, Math.round(usual * wanted / 2000)) : usual;
}

/** A temporary folder that goes with the block: `using folder = …`. */
export class TempFolder {
  readonly path = Deno.makeTempDirSync({ prefix: "hakko_pki_" });

  /** Writes a file and gives its path. */
  write(name: string, contents: Uint8Array | string): string {
    const path = `${this.path}/${name}`;
    Deno.writeFileSync(path, typeof contents === "string" ? new TextEncoder().encode(contents) : contents);
    return path;
  }

  read(name: string): Bytes {
    return Deno.readFileSync(`${this.path}/${name}`);
  }

  /** Runs a tool in the folder; what it says is one text. */
  async run(tool: string, ...args: string[]): Promise<{ code: number; said: string }> {
    const command = new Deno.Command(tool, {
      args,
      cwd: this.path,
      stdin: "null",
      env: { LC_ALL: "C.UTF-8" },
    });
    const { code, stdout, stderr } = await command.output();
    return { code, said: new TextDecoder().decode(concatBytes([stdout, stderr])) };
  }

  /** As {@link run}; throws with what the tool said if it failed. */
  async mustRun(tool: string, ...args: string[]): Promise<string> {
    const { code, said } = await this.run(tool, ...args);
    if (code !== 0) throw new Error(`${tool} ${args.join(" ")}: ${code}\n${said}`);
    return said;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** What differs from an ordinary certificate. */
export interface Issue {
  readonly subjectDer: Bytes;
  readonly spkiDer: Bytes;
  readonly extensions: Bytes[];
  readonly serial?: Bytes;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A CA of the tests. */
export class TestAuthority {
  readonly #nextSerial = Uint8Array.of(0x5a, 0, 0);
  der: Bytes = new Uint8Array();

  private constructor(readonly nameDer: Bytes, readonly keyPair: KeyPair) {}

  /** A self-signed CA; `extensions` replaces the usual ones. */
  static async create(
    commonName: string,
    options: { algorithm?: KeyPair["algorithm"]; extensions?: Bytes[]; notAfter?: Date } = {},
  ): Promise<TestAuthority> {
    const authority = await TestAuthority.#make(commonName, options.algorithm);
    authority.der = await authority.issue(authority.#certificateFields(authority, options));
    return authority;
  }

  /** A CA below this one. */
  async createBelow(
    commonName: string,
    options: { algorithm?: KeyPair["algorithm"]; extensions?: Bytes[]; notAfter?: Date } = {},
  ): Promise<TestAuthority> {
    const authority = await TestAuthority.#make(commonName, options.algorithm);
    authority.der = await this.issue(this.#certificateFields(authority, options));
    return authority;
  }

  get signatureAlgorithmDer(): Bytes {
    return signatureAlgorithmFor(this.keyPair.spkiDer);
  }

  get keyId(): Bytes {
    return keyIdentifier(this.keyPair.spkiDer);
  }

  async issue(request: Issue): Promise<Bytes> {
    this.#nextSerial[2]!++;
    const tbsDer = buildTbsCertificate({
      serial: this.#nextSerial.slice(),
      notBefore: new Date(NOW.getTime() - DAY_MS),
      notAfter: new Date(NOW.getTime() + 366 * DAY_MS),
      ...request,
      signatureAlgorithmDer: this.signatureAlgorithmDer,
      issuerDer: this.nameDer,
    });
    return await this.sign(tbsDer);
  }

  /** An end-entity certificate for client authentication. */
  async issueClient(keyPair: KeyPair, commonName = "山田 太郎", extra: Bytes[] = []): Promise<Bytes> {
    return await this.issue({
      subjectDer: encodeName([{ type: "C", value: "JP" }, { type: "CN", value: commonName }]),
      spkiDer: keyPair.spkiDer,
      extensions: [
        basicConstraints(false),
        keyUsage(["digitalSignature"]),
        extendedKeyUsage(["clientAuth"]),
        subjectKeyIdentifier(keyPair.spkiDer),
        authorityKeyIdentifier(this.keyId),
        ...extra,
      ],
    });
  }

  async sign(tbsDer: Bytes): Promise<Bytes> {
    return assembleSigned(tbsDer, this.signatureAlgorithmDer, await this.keyPair.sign(tbsDer));
  }

  static async #make(commonName: string, algorithm: KeyPair["algorithm"] = "p256"): Promise<TestAuthority> {
    const nameDer = encodeName([{ type: "C", value: "JP" }, { type: "CN", value: commonName }]);
    return new TestAuthority(nameDer, await generateKeyPair(algorithm));
  }

  #certificateFields(subject: TestAuthority, options: { extensions?: Bytes[]; notAfter?: Date }): Issue {
    const { spkiDer } = subject.keyPair;
    const usual = [
      basicConstraints(true),
      keyUsage(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(spkiDer),
      authorityKeyIdentifier(this.keyId),
    ];
    return {
      subjectDer: subject.nameDer,
      spkiDer,
      extensions: options.extensions ?? usual,
      ...(options.notAfter ? { notAfter: options.notAfter } : {}),
    };
  }
}
