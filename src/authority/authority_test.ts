import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { addTestUser, startTestAuthority } from "./testing.ts";
import { TestClient } from "./test_client.ts";

Deno.test("authority: issues and confirms a certificate over HTTPS", async () => {
  await using test = await startTestAuthority();
  await addTestUser(test.authority.store, { loginId: "hanako" });
  const client = new TestClient(test);
  const issued = await client.issue("hanako");
  const record = await test.authority.store.findCertificate(issued.issued.serial);
  assertEquals(record?.state, "confirmed");
  console.log(test.log.records);
});
