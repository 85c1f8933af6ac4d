import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { serviceUnit, timerUnit, unitNames } from "./units.ts";

function line(unit: string, key: string): string | undefined {
  return unit.split("\n").find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1);
}

function service(command: string[], of: { description?: string; environment?: Record<string, string> } = {}) {
  return serviceUnit({ description: "Hakko", environment: {}, ...of, command });
}

Deno.test("serviceUnit() quotes spaces, quotes and backslashes, and disarms specifiers and variables", () => {
  const unit = service(["/opt/50% off/ha kko", "--profile", '/home/$USER/a "b" \\c/プロファイル.json', ""]);
  assertEquals(
    line(unit, "ExecStart"),
    '"/opt/50%% off/ha kko" "--profile" "/home/$$USER/a \\"b\\" \\\\c/プロファイル.json" ""',
  );
});

Deno.test("serviceUnit() leaves a dollar in the program's path alone, where systemd knows no variables", () => {
  assertEquals(line(service(["/opt/a$b/hakko", "a$b"]), "ExecStart"), '"/opt/a$b/hakko" "a$$b"');
});

Deno.test("serviceUnit() keeps every value on its line", () => {
  fc.assert(fc.property(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
    (argument, value, description) => {
      const plain = service(["/opt/hakko", "x"], { environment: { LANG: "x" } });
      const unit = service(["/opt/hakko", argument], { environment: { LANG: value }, description });
      assertEquals(unit.split("\n").length, plain.split("\n").length);
      // deno-lint-ignore no-control-regex -- they are what must not be there
      assertNotMatch(unit, /[\u0000-\u0009\u000b-\u001f\u007f]|\\\n/);
    },
  ));
});

Deno.test("serviceUnit() passes variables on", () => {
  const unit = service(["/opt/hakko"], { environment: { HAKKO_NSS_DB: "/a b/100%$", LANG: "ja_JP.UTF-8" } });
  assertMatch(unit, /^Environment="HAKKO_NSS_DB=\/a b\/100%%\$"\nEnvironment="LANG=ja_JP\.UTF-8"$/m);
});

Deno.test("timerUnit() is daily and catches up", () => {
  const unit = timerUnit({ description: "100% app\nOnCalendar=minutely\\" });
  assertEquals(line(unit, "OnCalendar"), "daily");
  assertEquals(line(unit, "Persistent"), "true");
  assertEquals(line(unit, "Description"), "100%% app OnCalendar=minutely");
});

Deno.test("unitNames() keeps institutions apart", () => {
  const { service, timer } = unitNames("2224");
  assertEquals([service, timer], ["hakko-2224-reminder.service", "hakko-2224-reminder.timer"]);
  assert(unitNames("2225").timer !== timer);
});
