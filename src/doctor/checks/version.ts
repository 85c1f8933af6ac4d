import { type Check, ok } from "../check.ts";

/** Which version is it? The support desk's first question. */
export const version: Check = {
  id: "version",
  title: { ja: "アプリのバージョン", en: "Version of the app" },
  run: ({ parts }) =>
    Promise.resolve(ok({
      ja: `バージョン ${parts.version} です。`,
      en: `This is version ${parts.version}`,
    })),
};
