/** Takes the one identity out of an NSS database, as somebody who keeps a copy of the old one would. */
import { findProgram } from "../../src/platform/run.ts";

/** A certificate and its key, as PEM. */
export interface Identity {
  /** Lowercase hex. */
  serial: string;
  certificatePem: string;
  keyPem: string;
}

/** Of a file that lives for a moment; pk12util takes no empty one. */
const PASSWORD = "moment";

/** @throws {Error} if there is not exactly one certificate with a key. */
export async function exportIdentity(nssDatabase: string): Promise<Identity> {
  const folder = await Deno.makeTempDir();
  try {
    const database = `sql:${nssDatabase}`;
    await Deno.writeTextFile(`${folder}/empty`, "");
    await Deno.writeTextFile(`${folder}/password`, PASSWORD);
    const listed = await run("certutil", ["-L", "-d", database]);
    const nicknames = [...listed.matchAll(/^(.+?)\s+u,u,u\s*$/gm)].map(([, nickname]) => nickname!);
    if (nicknames.length !== 1) throw new Error(`${nicknames.length} certificates with a key`);
    await run("pk12util", [
      ...["-o", `${folder}/out.p12`, "-n", nicknames[0]!, "-d", database],
      ...["-k", `${folder}/empty`, "-w", `${folder}/password`],
    ]);
    const bundle = ["pkcs12", "-in", `${folder}/out.p12`, "-passin", `pass:${PASSWORD}`, "-nodes"];
    const certificatePem = await run("openssl", [...bundle, "-clcerts", "-nokeys"]);
    await Deno.writeTextFile(`${folder}/certificate`, certificatePem);
    const serial = await run("openssl", ["x509", "-in", `${folder}/certificate`, "-noout", "-serial"]);
    return {
      serial: serial.replace(/^serial=|\s/g, "").toLowerCase(),
      certificatePem,
      keyPem: await run("openssl", [...bundle, "-nocerts"]),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(findProgram(program) ?? program, { args })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${program} ${args[0]}: ${err}${out}`);
  return out!;
}
