/** The main job: issue a certificate through the page, then log in to the bank with it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemo } from "./support/demo.ts";
import {
  asksForCertificate,
  getsCertificate,
  logsIn,
  presses,
  runApp,
  seesHeading,
  startsAppAgain,
} from "./support/person.ts";

Deno.test({
  name: "a newcomer issues a certificate in the page, closes the browser and logs in to the bank with it",
  ignore: chromiumIsMissing() !== undefined,
  fn: async () => {
    await using demo = await startDemo();
    const account = demo.ready.accounts.find(({ steps }) => steps.join() === "password");
    assert(account !== undefined);
    await using browser = await launchChromium({
      home: demo.home,
      trustedRootPem: await Deno.readTextFile(demo.ready.ca),
    });

    const page = await browser.newPage();
    await page.goto(demo.ready.app);
    await getsCertificate(page, account);
    await page.getByText("開いているブラウザも全て一旦閉じてください").waitFor();
    await presses(page, "閉じる");
    await seesHeading(page, "証明書取得");
    const row = page.getByRole("row").filter({ hasText: account.loginId });
    assertMatch(await row.innerText(), /\d{4}年\d{1,2}月\d{1,2}日/);

    await asksForCertificate(page, account);
    await seesHeading(page, "証明書取得エラー");
    const refusal = await page.getByRole("main").innerText();
    assertMatch(refusal, /発行済み/);
    assertMatch(refusal, /H103e/);
    await presses(page, "閉じる");
    await seesHeading(page, "証明書取得");

    const listed = await runApp(demo, ["--list", "--json"]);
    assertEquals(listed.code, 0, listed.stderr);
    const [held, ...others] = JSON.parse(listed.stdout).certificates;
    assertEquals(held.loginId, account.loginId);
    assertEquals(others, []);

    await browser.restart();
    const bank = await browser.newPage();
    await logsIn(bank, demo.ready.portal);
    await seesHeading(bank, "トップページ");
    const top = await bank.getByRole("main").innerText();
    assertMatch(top, new RegExp(account.name));
    assertMatch(top, /電子証明書有効期限/);
    assertMatch(top, /\d{4}年\d{1,2}月\d{1,2}日/);

    const again = await browser.newPage();
    await again.goto(await startsAppAgain(demo));
    await seesHeading(again, "証明書取得");
    await again.getByRole("row").filter({ hasText: account.loginId }).waitFor();
  },
});

Deno.test({
  name: "the bank refuses a browser without a certificate, and says why",
  ignore: chromiumIsMissing() !== undefined,
  fn: async () => {
    await using demo = await startDemo();
    await using browser = await launchChromium({
      home: demo.home,
      trustedRootPem: await Deno.readTextFile(demo.ready.ca),
    });
    const page = await browser.newPage();
    await logsIn(page, demo.ready.portal);
    const text = await page.getByRole("main").innerText();
    assertMatch(text, /電子証明書が提示されませんでした/);
    assertMatch(text, /H201e/);
  },
});
