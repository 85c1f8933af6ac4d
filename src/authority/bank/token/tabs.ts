/** Tabs as the ARIA Authoring Practices have them: arrow keys move among them, Tab goes on into the panel. */
import { byId } from "./dom.ts";

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  Home: -Infinity,
  End: Infinity,
};

/** Makes the page's tabs work. @param onChange Called when another one was chosen. */
export function startTabs(onChange: () => void): void {
  const tabs = [...document.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  function choose(chosen: HTMLButtonElement): void {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")!).hidden = !isChosen;
    }
    onChange();
  }
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = Number.isFinite(step)
        ? (at + step + tabs.length) % tabs.length
        : step < 0
        ? 0
        : tabs.length - 1;
      choose(tabs[next]!);
      tabs[next]!.focus();
    });
  });
}
