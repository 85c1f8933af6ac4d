import { assertEquals, assertNotEquals } from "@std/assert";
import { networkOf, placesOf } from "./places.ts";

Deno.test("networkOf() takes 24 bits of IPv4 and 48 of IPv6, however they are written", () => {
  assertEquals(networkOf("192.0.2.77"), "192.0.2.0/24");
  assertEquals(networkOf("::ffff:192.0.2.77"), "192.0.2.0/24");
  assertEquals(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
  assertEquals(networkOf("2001:0DB8:0001::6"), "2001:db8:1::/48");
  assertEquals(networkOf("2001:db8::1"), "2001:db8:0::/48");
  assertEquals(networkOf("::1"), "0:0:0::/48");
  assertEquals(networkOf("fe80::1%eth0"), "fe80:0:0::/48");
});

Deno.test("placesOf() keeps no install ID in the clear", () => {
  const device = "AAAAAAAAAAAAAAAAAAAAAA";
  const [first, second] = placesOf(device, "192.0.2.1");
  assertEquals([first?.kind, second?.kind], ["device", "network"]);
  assertNotEquals(first?.value, device);
  assertEquals(placesOf(undefined, "192.0.2.1").length, 1);
});
