/** What a screen reader finds on every page: roles, names and order, as Chromium's accessibility tree has them. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { startApp } from "./support/app.ts";
import { chromiumIsMissing, launchChromium } from "./support/chromium.ts";
import { startDemoAuthority } from "./support/demo_authority.ts";
import { holdIssuance } from "./support/hold_issuance.ts";
import { asksForAnother, fillsAndSends, logsIn, presses, seesHeading } from "./support/person.ts";

/** The tree below an element, with what differs from run to run replaced by its kind. */
async function hears(page: Page, role: "main" | "banner" | "contentinfo"): Promise<string> {
  const tree = await page.getByRole(role).ariaSnapshot();
  return tree
    .replaceAll(/\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d{2}/g, "DATE")
    .replaceAll(/\d{4}年\d{1,2}月\d{1,2}日/g, "DAY")
    .replaceAll(/\b[0-9a-f]{34}\b/g, "SERIAL")
    .replaceAll(/\b[0-9a-f]{16}\b/g, "NUMBER")
    .replaceAll(/\/[^ ]*\/nssdb/g, "FOLDER")
    .replaceAll(/(?<=起動しているブラウザ: )[^"]+/g, "NAMES")
    .replaceAll(/(?<=- region "更新時期のお知らせ"):[^]*/g, "");
}

/** The text of a template without the indentation of the test. */
function tree(template: string): string {
  const lines = template.split("\n").slice(1, -1);
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}

Deno.test({
  name: "screen reader: every page of the app has its roles, names and order",
  ignore: chromiumIsMissing() !== undefined,
  fn: async () => {
    await using demo = await startDemoAuthority();
    const account = await demo.addAccount();
    await using app = await startApp(demo);
    await using browser = await launchChromium({
      home: app.user.home,
      trustedRootPem: demo.authority.rootPem,
    });
    const page = await browser.newPage();
    await page.goto(app.url);
    await seesHeading(page, "証明書取得");
    assertEquals(
      await hears(page, "banner"),
      tree(`
        - banner:
          - text: 東京厚生信用組合 証明書発行・更新アプリ こうしんビジネスネットバンキング
          - button "困ったときは"
          - navigation "表示言語":
            - button "日本語"
            - button "English"
      `),
    );
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書取得" [level=1]
          - button "証明書発行"
          - button "証明書更新" [disabled]
          - region "証明書一覧":
            - heading "証明書一覧" [level=2]
            - paragraph: 証明書はまだありません
            - paragraph: 「証明書発行」を押し、ログインIDとログインパスワードを入力すると、このパソコンに証明書を取得できます。
            - paragraph: 取得したはずの証明書が表示されないときは、証明書を取得したパソコンに、取得したときのユーザーでサインインしているかご確認ください。有効期限が切れた証明書は表示されません。
      `),
    );

    await presses(page, "証明書発行");
    await seesHeading(page, "証明書発行");
    await fillsAndSends(page, { ...account, password: "a mistake" });
    await page.getByRole("alert").waitFor();
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書発行" [level=1]
          - alert:
            - paragraph: ログインIDまたはログインパスワードが正しくありません。[H101e]
            - paragraph: 入力し直してください。5回続けて誤ると30分間ご利用いただけません。
            - paragraph: "お問合せ番号: NUMBER"
            - button "「H101e」の対処方法を見る"
          - paragraph: こうしんビジネスネットバンキングで使用するログインIDとログインパスワードを入力してください。
          - form "証明書発行":
            - text: ログインID 半角の英数字と記号
            - textbox "ログインID" [invalid]: ${account.loginId}
            - text: ログインパスワード
            - textbox "ログインパスワード" [invalid]
            - text: ログインIDまたはログインパスワードが正しくありません。
            - button "認証して発行"
            - button "戻る"
      `),
    );

    using held = holdIssuance(demo.authority.store);
    await fillsAndSends(page, account);
    await held.reached;
    await page.getByRole("listitem").filter({ hasText: "証明書の発行" }).getByText("実行中").waitFor();
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書の取得" [level=1]
          - paragraph: 証明書の取得を開始しました。完了するまで、パソコンの電源を切らないでください。
          - list "証明書の取得":
            - listitem: 鍵の作成 完了
            - listitem: 発行要求の送信 完了
            - listitem: 証明書の発行 実行中
            - listitem: 証明書の取り込み 待機中
            - listitem: 利用できることの確認 待機中
          - button "取り消し" [disabled]
          - paragraph: 発行要求を送信済みのため、取り消せません。
      `),
    );
    await page.getByRole("status").getByText("証明書の発行: 実行中", { exact: true }).waitFor();
    held.release();

    await seesHeading(page, "証明書取得結果");
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書取得結果" [level=1]
          - paragraph: 証明書を取得しました。
          - term: 氏名
          - definition: ${account.name}
          - term: ログインID
          - definition: ${account.loginId}
          - term: 所属
          - definition: ${account.company}
          - term: シリアル番号
          - definition: SERIAL
          - term: 有効期間
          - definition: DATE から DATE まで
          - term: 保存先
          - definition: FOLDER
          - paragraph: 開いているブラウザも全て一旦閉じてください
          - paragraph: "起動しているブラウザ: NAMES"
          - paragraph: 閉じずに操作を続けるとエラーになることがあります。その後、ログイン画面からログインし直してください。
          - button "閉じる"
          - region "更新時期のお知らせ"
      `),
    );

    await presses(page, "閉じる");
    await seesHeading(page, "証明書取得");
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書取得" [level=1]
          - button "証明書発行"
          - button "証明書更新" [disabled]
          - group "更新する証明書":
            - text: 更新する証明書
            - table "証明書一覧":
              - caption: 証明書一覧
              - rowgroup:
                - row "氏名 シリアル番号 発行日 有効期限 残り日数 更新":
                  - cell
                  - columnheader "氏名"
                  - columnheader "シリアル番号"
                  - columnheader "発行日"
                  - columnheader "有効期限"
                  - columnheader "残り日数"
                  - columnheader "更新"
              - rowgroup:
                - 'row "${account.name} ログインID: ${account.loginId} SERIAL DAY DATE 366日 DAYから"':
                  - 'cell "${account.name} ログインID: ${account.loginId} SERIAL"':
                    - 'radio "${account.name} ログインID: ${account.loginId} SERIAL"'
                  - 'rowheader "${account.name} ログインID: ${account.loginId}"'
                  - cell "SERIAL"
                  - cell "DAY"
                  - cell "DATE"
                  - cell "366日"
                  - cell "DAYから"
            - paragraph: 更新する証明書を一覧から選択し、「証明書更新」を押してください。
          - region "更新時期のお知らせ"
      `),
    );

    await asksForAnother(page, account);
    await seesHeading(page, "証明書取得エラー");
    assertEquals(
      await hears(page, "main"),
      tree(`
        - main:
          - heading "証明書取得エラー" [level=1]
          - alert:
            - paragraph: 電子証明書は発行済みです。(有効期限 DATE)[H103e]
            - paragraph: このパソコンで使えないときは、管理者ユーザまたはお問合せ窓口に失効を依頼し、失効後にもう一度発行してください。
            - paragraph: "お問合せ番号: NUMBER"
            - button "「H103e」の対処方法を見る"
          - button "閉じる"
      `),
    );

    await browser.restart();
    const bank = await browser.newPage();
    await logsIn(bank, demo.authority.urls.portal);
    await seesHeading(bank, "トップページ");
    assertEquals(
      await hears(bank, "main"),
      tree(`
        - main:
          - heading "トップページ" [level=1]
          - paragraph: ${account.name} 様
          - button "ログアウト"
          - region "電子証明書":
            - heading "電子証明書" [level=2]
            - term: 電子証明書有効期限
            - definition:
              - time: DATE
            - term: 残り日数
            - definition: 366日
            - term: シリアル番号
            - definition: SERIAL
          - region "ご利用者":
            - heading "ご利用者" [level=2]
            - term: 氏名
            - definition: ${account.name}
            - term: 会社名
            - definition: ${account.company}
            - term: ログインID
            - definition: ${account.loginId}
            - term: 利用区分
            - definition: 一般ユーザ
            - term: 前回ログイン日時
            - definition: 初回のログインです
          - region "ワンタイムパスワード":
            - heading "ワンタイムパスワード" [level=2]
            - paragraph: ワンタイムパスワードを求められる方は、先にトークンを登録してください。
            - paragraph:
              - link "ワンタイムパスワードトークン発行":
                - /url: /one-time-password
      `),
    );
  },
});
