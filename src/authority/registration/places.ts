/**
 * Where a request comes from, as far as that helps to notice a stranger: an install ID, which is no secret and
 * proves nothing, and the network. Both become familiar when a certificate that was acquired from there is confirmed.
 *
 * @module
 */
import { hash } from "node:crypto";
import type { FamiliarPlace, StoreReader, StoreTransaction } from "../store/store.ts";

/** @param device Install ID as the app sent it, if it did. @param address IPv4 or IPv6. */
export function placesOf(device: string | undefined, address: string): FamiliarPlace[] {
  return [
    ...(device === undefined ? [] : [{ kind: "device" as const, value: hash("sha256", device, "hex") }]),
    { kind: "network", value: networkOf(address) },
  ];
}

/** Whether each kind of place is new to a user. Without an install ID the PC counts as new. */
export async function newPlaces(
  reader: StoreReader,
  loginId: string,
  places: readonly FamiliarPlace[],
): Promise<{ isNewDevice: boolean; isNewNetwork: boolean }> {
  async function isNew(kind: FamiliarPlace["kind"]): Promise<boolean> {
    const place = places.find((place) => place.kind === kind);
    return place === undefined || !await reader.isFamiliar(loginId, place);
  }
  return { isNewDevice: await isNew("device"), isNewNetwork: await isNew("network") };
}

export async function makeFamiliar(
  transaction: StoreTransaction,
  { loginId, places, at }: { loginId: string; places: readonly FamiliarPlace[]; at: Date },
): Promise<void> {
  for (const place of places) await transaction.saveFamiliarPlace(loginId, place, at);
}

/** The network that an address is in: 24 bits of an IPv4 address, 48 of an IPv6 one, as they are given out. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address)?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  const [head = "", tail] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array(Math.max(0, 8 - front.length - back.length)).fill("0");
  const groups = [...front, ...middle, ...back].slice(0, 3).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${groups.join(":")}::/48`;
}
