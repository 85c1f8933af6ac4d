/**
 * What the pages of 困ったときは know: which entry to open, what the checks found, and the file for the support desk.
 * There is one per app, because there is one person and one PC.
 *
 * @module
 */
import type { Context } from "@hono/hono";
import type { AppError } from "../errors.ts";
import { HELP, type HelpEntry, helpEntry, searchHelp } from "../help/mod.ts";
import { Checkup } from "./checkup.ts";
import { type PageParts, presentable } from "./page_parts.ts";
import { errorPage, goTo, viewOf } from "./routes/respond.tsx";
import { SupportFile } from "./support_file.ts";
import { checkMark, countProblems } from "./views/check_list.tsx";
import { HelpPage } from "./views/help_page.tsx";
import { SupportPage } from "./views/support_page.tsx";

/** What the page script asks for while something is under way. */
export interface HelpProgress {
  /** Whose rows: an entry's ID, or `all`; empty when there are none. */
  panel: string;
  checks: { id: string; state: string; text: string; mark: string; finding: string }[];
  /** How far it is. */
  note: string;
  /** For the live region. */
  say: string;
  /** The page should look again. */
  isOver: boolean;
}

/** What the page script shows for a query. */
export interface HelpFound {
  /** Entries by their ID, best first. */
  ids: string[];
  note: string;
}

export class HelpDesk {
  readonly #parts: PageParts;
  readonly #checkup: Checkup | undefined;
  readonly #file: SupportFile | undefined;
  #opened: HelpEntry | undefined;
  #error: AppError | undefined;

  private constructor(parts: PageParts, checkup: Checkup | undefined) {
    this.#parts = parts;
    this.#checkup = checkup;
    this.#file = parts.supportBundle && new SupportFile(parts.supportBundle);
  }

  /** Without a doctor, or with one that cannot be had, there are questions and answers all the same. */
  static async open(parts: PageParts): Promise<HelpDesk> {
    try {
      const doctor = await parts.doctor?.();
      return new HelpDesk(parts, doctor && new Checkup(doctor, parts.now));
    } catch (error) {
      presentable(error, parts); // for the log
      return new HelpDesk(parts, undefined);
    }
  }

  /** @param id The entry to show first; what is no entry's ID shows none. */
  open(id: string): void {
    this.#opened = helpEntry(id);
  }

  helpPage(c: Context): Response | Promise<Response> {
    const error = this.#error;
    this.#error = undefined;
    return c.html(
      <HelpPage
        view={viewOf(this.#parts)}
        opened={this.#opened}
        checkup={this.#checkup}
        error={error}
        hasFile={this.#file !== undefined}
      />,
    );
  }

  search(query: string): HelpFound {
    const { t, language } = viewOf(this.#parts);
    const found = searchHelp(query, language);
    const isAll = found.length === HELP.length;
    return {
      ids: found.map(({ id }) => id),
      note: isAll ? "" : found.length === 0 ? t.helpNotFound : t.helpFound(found.length),
    };
  }

  /**
   * Starts checks.
   *
   * @param id An entry's ID; empty for all checks.
   * @returns Whether there is such an entry and such a check.
   */
  check(id: string): boolean {
    const entry = id === "" ? undefined : helpEntry(id);
    if (this.#checkup === undefined) return false;
    if (id !== "" && (entry === undefined || this.#checkup.known(entry.checks).length === 0)) return false;
    this.#checkup.start(entry, (error) => this.#error = presentable(error, this.#parts));
    return true;
  }

  progress(): HelpProgress {
    const { t, language } = viewOf(this.#parts);
    if (this.#file?.isMaking) {
      return { panel: "", checks: [], note: "", say: t.supportMaking, isOver: false };
    }
    const { panel = "", rows = [] } = this.#checkup?.latest() ?? {};
    const isRunning = this.#checkup?.isRunning ?? false;
    const done = rows.filter(({ state }) => state !== "running").length;
    const { failed, warning } = countProblems(rows);
    return {
      panel,
      checks: rows.map(({ id, state, result }) => ({
        id,
        state,
        text: t.checkStates[state],
        mark: checkMark(state),
        finding: result?.finding[language] ?? "",
      })),
      note: t.checkedSoFar(done, rows.length),
      say: isRunning ? t.checking : rows.length === 0 ? "" : t.checked(failed, warning),
      isOver: !isRunning,
    };
  }

  /** @returns Whether there is such a file at all. */
  makeFile(): boolean {
    this.#file?.start();
    return this.#file !== undefined;
  }

  supportPage(c: Context): Response | Promise<Response> {
    const file = this.#file;
    const error = file?.takeError();
    if (error !== undefined) return errorPage(c, this.#parts, error);
    if (file === undefined || (file.bundle === undefined && !file.isMaking)) return goTo(c, "help");
    return c.html(<SupportPage view={viewOf(this.#parts)} bundle={file.bundle} />);
  }

  async saveFile(c: Context): Promise<Response> {
    const bundle = this.#file?.bundle;
    if (bundle === undefined) return goTo(c, "help"); // from a page of an earlier run of the app
    try {
      return c.body(await bundle.zip(), 200, {
        "content-type": "application/zip",
        "content-disposition": `attachment; filename="${bundle.fileName.replace(/[^\w.-]/g, "_")}"`,
      });
    } catch (error) {
      return await errorPage(c, this.#parts, error);
    }
  }
}
