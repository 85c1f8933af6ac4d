/** The profile that makes the app the demo bank's. */
import { OWN_PROFILE_URL } from "../../src/config.ts";
import { parseProfile } from "../../src/profile.ts";

/** Writes it: the shipped one, with the demo's addresses and its root as the only trust anchor. */
export async function writeDemoProfile(
  path: string,
  { apiUrl, portalUrl, rootPem }: { apiUrl: string; portalUrl: string; rootPem: string },
): Promise<void> {
  const shipped = parseProfile(await Deno.readTextFile(OWN_PROFILE_URL), OWN_PROFILE_URL.pathname);
  const profile = {
    ...shipped,
    authority: { url: apiUrl, trustAnchors: [rootPem] },
    portal: { url: portalUrl },
    // A machine without NSS shows the demo all the same, with the file keystore.
    keystore: { kind: "auto" },
  };
  await Deno.writeTextFile(path, `${JSON.stringify(profile, undefined, 2)}\n`);
}
