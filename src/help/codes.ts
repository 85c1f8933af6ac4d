/** An entry for every code of the catalogue that a person can meet. */
import { CATALOGUE, type CatalogueRow, type ErrorKey, type Language, type Text } from "../errors.ts";
import { BANK_CODES } from "./bank_codes.ts";
import { CODE_DETAILS } from "./code_details.ts";
import type { HelpEntry } from "./types.ts";

/** Only a program that speaks to the authority by itself is told these; no button of the app leads to one. */
const FOR_PROGRAMS: readonly ErrorKey[] = [
  "authority/not-found",
  "authority/method-not-allowed",
  "authority/unsupported-media-type",
];

/** What stands in a catalogue text for a value of the moment, where there is none; an empty text leaves it out. */
const IN_GENERAL: { readonly [placeholder: string]: Text } = {
  authority: { ja: "認証局", en: "the authority" },
  flag: { ja: "表示されたオプション", en: "the option that was shown" },
  from: { ja: "画面に表示された日", en: "the day that was shown" },
  host: { ja: "認証局", en: "the authority" },
  package: { ja: "画面に表示されたパッケージ", en: "the package that was shown" },
  path: { ja: "", en: "" },
  proxy: { ja: "", en: "" },
  setting: { ja: "", en: "" },
  tool: { ja: "必要なソフトウェア", en: "the software for it" },
  until: { ja: "画面に表示された時刻", en: "the time that was shown" },
  what: { ja: "必要な値", en: "what is needed" },
};

export const CODES: readonly HelpEntry[] = [
  ...BANK_CODES,
  ...Object.entries(CATALOGUE as Readonly<Record<string, CatalogueRow>>)
    .filter(([key]) => !FOR_PROGRAMS.includes(key as ErrorKey))
    .map(([key, row]) => codeEntry(key as ErrorKey, row))
    .sort((a, b) => a.id < b.id ? -1 : 1),
];

/** The catalogue's message and advice, then what there is to say besides. */
function codeEntry(key: ErrorKey, { code, message, advice }: CatalogueRow): HelpEntry {
  const { more = [], checks = [] } = CODE_DETAILS[key] ?? {};
  return {
    id: code,
    kind: "code",
    code,
    title: withoutValues(message),
    body: [withoutValues(advice), ...more],
    checks,
  };
}

function withoutValues(text: Text): Text {
  return { ja: inGeneral(text.ja, "ja"), en: inGeneral(text.en, "en") };
}

/**
 * A catalogue text as it holds for everybody: an aside or an ending that is only a value of the moment is left
 * out, other values become a word for them, or three dots.
 */
function inGeneral(template: string, language: Language): string {
  return template
    .replace(/\s?\([^()]*\{\w+\}[^()]*\)/g, "")
    .replace(/:\s?\{\w+\}$/, "")
    .replace(/(\s?)\{(\w+)\}(\s?)/g, (_, before: string, name: string, after: string) => {
      const word = IN_GENERAL[name]?.[language] ?? "…";
      if (language === "ja") return word;
      return word === "" ? after : before + word + after;
    });
}
