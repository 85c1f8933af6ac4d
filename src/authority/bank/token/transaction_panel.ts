/** The transaction token: reads a 2D code, says what it means, and only then shows the number. */
import { parseOcraSuite, parseTransaction, type Transaction, transactionNumber } from "../../../otp/mod.ts";
import { currentAccount } from "./accounts.ts";
import { startCamera } from "./camera.ts";
import { byId, fill, settings, words } from "./dom.ts";
import { readImage } from "./image.ts";

const suite = parseOcraSuite(settings.ocraSuite);

/** Counts what was asked for, so that a slow answer never replaces a later one. */
let asked = 0;

/** Makes the panel work. @returns What empties it, and lets go of the camera. */
export function startTransactions(): () => void {
  const text = byId<HTMLInputElement>("code-text");
  const file = byId<HTMLInputElement>("code-file");
  byId("code-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void show(text.value);
  });
  file.addEventListener("change", () => {
    const image = file.files?.[0];
    if (image) void showImage(image);
    file.value = ""; // the same file may be chosen again
  });
  document.addEventListener("paste", (event) => {
    const image = [...event.clipboardData?.files ?? []].find(({ type }) => type.startsWith("image/"));
    if (!image || byId("panel-transaction").hidden) return;
    event.preventDefault();
    void showImage(image);
  });
  const endCamera = startCamera({
    onCode: (code) => void show(code),
    onFailure: () => refuse(words.cameraFailed),
  });
  return () => {
    endCamera();
    text.value = "";
    clear();
  };
}

async function showImage(image: Blob): Promise<void> {
  const turn = clear();
  let code: string | undefined;
  try {
    code = await readImage(image);
  } catch {
    if (turn === asked) refuse(words.noImage);
    return;
  }
  if (turn !== asked) return;
  if (code === undefined) refuse(words.noCodeInImage);
  else await show(code);
}

async function show(typed: string): Promise<void> {
  const turn = clear();
  const account = currentAccount();
  const code = typed.replace(/\s/g, ""); // line breaks of wherever it was copied from
  let transaction: Transaction;
  try {
    transaction = parseTransaction(code);
  } catch {
    return refuse(words.notTransaction);
  }
  if (account.transaction === undefined || transaction.loginId !== account.loginId) {
    return refuse(fill(words.otherAccount, { theirs: transaction.loginId, ours: account.loginId }));
  }
  const number = await transactionNumber(account.transaction, suite, code);
  if (turn !== asked) return;
  byId("transaction-facts").replaceChildren(...factsOf(transaction));
  byId("transaction-number").textContent = number;
  byId("transaction").hidden = false;
  byId("transaction-title").focus();
}

/** Nothing of the transaction before stays, least of all its number. @returns Whose turn it is now. */
function clear(): number {
  byId("refusal").textContent = "";
  byId("transaction").hidden = true;
  byId("transaction-facts").replaceChildren();
  byId("transaction-number").textContent = "";
  return ++asked;
}

function refuse(text: string): void {
  byId("refusal").textContent = text;
}

function factsOf({ operation, institution, loginId, name, serial }: Transaction): HTMLElement[] {
  const facts: [string, string, boolean?][] = [
    [words.operation, words[operation]],
    [words.institution, institution],
    [words.name, name],
    [words.loginId, loginId, true],
  ];
  if (serial !== undefined) facts.push([words.serial, serial, true]);
  return facts.flatMap(([label, value, isCode]) => {
    const term = document.createElement("dt");
    term.textContent = label;
    const description = document.createElement("dd");
    // A name's own direction marks end with it and cannot turn the words around it.
    const text = document.createElement("bdi");
    text.textContent = value;
    if (isCode) description.className = "code";
    description.append(text);
    return [term, description];
  });
}
