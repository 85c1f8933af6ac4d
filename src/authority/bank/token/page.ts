/** Starts the software token page. */
import { currentAccount, startAccounts } from "./accounts.ts";
import { showCodes, startClock } from "./clock.ts";
import { announce, byId, words } from "./dom.ts";
import { startTabs } from "./tabs.ts";
import { startTransactions } from "./transaction_panel.ts";

const emptyTransactions = startTransactions();

function showAccount(): void {
  const { otp, timeSync, transaction } = currentAccount();
  setAvailable("otp", otp !== undefined);
  setAvailable("time-sync", timeSync !== undefined);
  setAvailable("transaction", transaction !== undefined);
  emptyTransactions();
  void showCodes();
}

/** Whoever chooses a person wants to see a token: one of theirs, if the tab's is not. */
function changeAccount(): void {
  showAccount();
  if (document.querySelector("[role=tabpanel]:not([hidden]) > [data-with-token]:not([hidden])")) return;
  const panel = document.querySelector("[data-with-token]:not([hidden])")?.parentElement;
  if (panel) byId(panel.getAttribute("aria-labelledby")!).click();
}

function setAvailable(name: string, isAvailable: boolean): void {
  const panel = byId(`panel-${name}`);
  panel.querySelector<HTMLElement>("[data-with-token]")!.hidden = !isAvailable;
  panel.querySelector<HTMLElement>("[data-without-token]")!.hidden = isAvailable;
}

/** How long a button says that it has copied. */
const COPIED_MS = 2000;

async function copy(button: HTMLButtonElement): Promise<void> {
  await navigator.clipboard.writeText(byId(button.dataset["copy"]!).textContent ?? "");
  announce(words.copied);
  button.textContent = words.copiedShort;
  setTimeout(() => button.textContent = words.copy, COPIED_MS);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
  button.addEventListener("click", () => void copy(button));
}
startAccounts(changeAccount);
startTabs(emptyTransactions);
showAccount();
startClock();
// For who waits until the page works.
byId("token-page").dataset["ready"] = "";
