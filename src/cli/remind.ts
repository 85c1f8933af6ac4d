import type { App } from "../app.ts";
import type { Reminders } from "../reminder/mod.ts";
import type { ExitCode } from "./exit_codes.ts";
import { open } from "./open.ts";
import type { Output } from "./output.ts";
import { reminderJson, reminderText } from "./reminder_view.ts";

/**
 * `--remind on|off|test|check`: puts the daily check in place, takes it away, shows a notice now, or is the
 * check. Whoever shows a notice stays until it is gone, because its button is answered here.
 */
export async function remind(app: App, output: Output): Promise<ExitCode> {
  const reminders = await app.reminders();
  switch (app.config.remind) {
    case "on":
      return report(await reminders.turnOn(), output);
    case "off":
      return report(await reminders.turnOff(), output);
    case "test":
      await reminders.test();
      output.result({ shown: true }, {
        ja: "お知らせを表示しました。お知らせが閉じられると終了します。",
        en: "A notice is on the screen; this ends when the notice is closed.",
      });
      return await answer(reminders, { app, output });
    default:
      await reminders.check(); // the timer's: silent, unless it fails
      return await answer(reminders, { app, output });
  }
}

function report(status: Awaited<ReturnType<Reminders["status"]>>, output: Output): ExitCode {
  const { language } = output;
  output.result({ reminders: reminderJson(status, language) }, reminderText(status, language));
  return 0;
}

/** Opens the page if a notice's button is pressed. */
async function answer(
  reminders: Reminders,
  { app, output }: { app: App; output: Output },
): Promise<ExitCode> {
  return await reminders.answered() ? await open(app, output) : 0;
}
