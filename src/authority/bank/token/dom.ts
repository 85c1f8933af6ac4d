/** The page's elements and settings. Runs in the browser, as all files beside it. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { TokenPageSettings } from "../token_page_data.ts";

/** An element that the server's page has, by its ID. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** What the server said. */
export const settings: TokenPageSettings = JSON.parse(byId("token-page").dataset["settings"]!);
export const words = settings.words;

/** Puts values into a text's `{placeholders}`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Has a screen reader say something, once and when it has finished its sentence. */
export function announce(text: string): void {
  byId("news").textContent = text;
}

/** Marks a text field with what is wrong with it; an empty text takes the mark away. */
export function setError(id: string, text: string): void {
  byId(`${id}-error`).textContent = text;
  if (text === "") byId(id).removeAttribute("aria-invalid");
  else byId(id).setAttribute("aria-invalid", "true");
}
