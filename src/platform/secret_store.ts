/**
 * The OS's own store for a person's secrets. Linux: the Secret Service (GNOME Keyring, KWallet) through
 * `secret-tool` of `libsecret-tools`. The secret itself goes by stdin and stdout, never by argument.
 *
 * @module
 */
import { currentOs } from "./os.ts";
import { findProgram, type ProgramOutput, runProgram } from "./run.ts";

/** What a secret is found by. Other programs can read it: no secrets. */
export interface SecretName {
  /** The institution's code. */
  institution: string;
  /** `host:port`. */
  proxy: string;
}

/** Keeps short texts. Nothing throws: what cannot be kept is asked again, no more. */
export interface SecretStore {
  /** Whether there is one that answers. */
  isAvailable(): Promise<boolean>;
  /** @returns `undefined` if there is none, or if the store stays closed. */
  read(name: SecretName): Promise<string | undefined>;
  /** Replaces what is there. @returns Whether it worked. */
  write(name: SecretName, secret: string, label: string): Promise<boolean>;
  /** Not there is success. */
  remove(name: SecretName): Promise<void>;
}

/** Enough for a store that asks its person for the password first. */
const PERSON_MS = 120_000;
const ANSWER_MS = 5_000;

/** What {@link openSecretStore} runs; tests bring their own. */
export interface SecretStoreParts {
  find: (name: string) => string | undefined;
  run: typeof runProgram;
}

/** This system's store. */
export function openSecretStore(
  { find, run }: SecretStoreParts = { find: findProgram, run: runProgram },
): SecretStore {
  const program = currentOs() === "linux" ? find("secret-tool") : undefined;

  async function tool(
    args: readonly string[],
    options: { stdin?: string; timeoutMs: number },
  ): Promise<ProgramOutput | undefined> {
    if (program === undefined) return undefined;
    const { stdin, timeoutMs } = options;
    try {
      return await run(program, args, {
        timeoutMs,
        ...(stdin === undefined ? {} : { stdin: new TextEncoder().encode(stdin) }),
      });
    } catch {
      return undefined; // not allowed to run it: as good as missing
    }
  }

  return {
    async isAvailable() {
      // Finds nothing, which is success; without a service there is an error.
      const said = await tool(["search", "application", "hakko-probe"], { timeoutMs: ANSWER_MS });
      return said?.code === 0;
    },
    async read(name) {
      const said = await tool(["lookup", ...attributes(name)], { timeoutMs: PERSON_MS });
      return said?.code === 0 && said.stdout.length > 0 ? new TextDecoder().decode(said.stdout) : undefined;
    },
    async write(name, secret, label) {
      const args = ["store", `--label=${label}`, ...attributes(name)];
      return (await tool(args, { stdin: secret, timeoutMs: PERSON_MS }))?.code === 0;
    },
    async remove(name) {
      await tool(["clear", ...attributes(name)], { timeoutMs: PERSON_MS });
    },
  };
}

/** All of them, always: `clear` removes whatever matches the ones that it is given. */
function attributes({ institution, proxy }: SecretName): string[] {
  return ["application", "hakko", "institution", institution, "proxy", proxy];
}
