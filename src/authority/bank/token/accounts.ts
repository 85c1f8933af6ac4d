/** Whose tokens are shown: the demo's, and those that were added in this tab. */
import { type Bytes, decodeBase32, parseTokenUri, type TotpOptions } from "../../../otp/mod.ts";
import type { TokenSecrets } from "../token_page_data.ts";
import { announce, byId, setError, settings, words } from "./dom.ts";

/** A token that shows passwords by the time. */
export interface ClockToken extends TotpOptions {
  secret: Bytes;
}

/** One person's tokens; a kind that they do not have is missing. */
export interface Account {
  loginId: string;
  otp?: ClockToken;
  timeSync?: ClockToken;
  transaction?: Bytes;
}

/** Added tokens live as long as the tab: their addresses, one a line. */
const STORED = "added-tokens";

const added = new Map<string, Account>();

/** The chosen account. */
export function currentAccount(): Account {
  const option = byId<HTMLSelectElement>("account").selectedOptions[0];
  if (option === undefined) return { loginId: "" };
  return added.get(option.value) ?? demoAccount(option);
}

function demoAccount(option: HTMLOptionElement): Account {
  const secrets: TokenSecrets = JSON.parse(option.dataset["tokens"]!);
  const account: Account = { loginId: option.value };
  if (secrets.otp) account.otp = { secret: decodeBase32(secrets.otp), ...settings.otp };
  const timeSync = secrets["otp-time-sync"];
  if (timeSync) account.timeSync = { secret: decodeBase32(timeSync), ...settings.timeSync };
  if (secrets.transaction) account.transaction = decodeBase32(secrets.transaction);
  return account;
}

/** Fills in what was added before, and lets more be added. @param onChange Called when another one was chosen. */
export function startAccounts(onChange: () => void): void {
  const select = byId<HTMLSelectElement>("account");
  for (const uri of storedUris()) addOption(select, uri);
  select.addEventListener("change", onChange);
  byId("add-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = byId<HTMLInputElement>("token-address");
    const uri = input.value.trim();
    if (!addOption(select, uri)) {
      setError("token-address", words.notTokenAddress);
      input.focus();
      return;
    }
    setError("token-address", "");
    input.value = "";
    select.value = uri;
    sessionStorage.setItem(STORED, [...added.keys()].join("\n"));
    announce(words.added);
    onChange();
  });
}

function storedUris(): string[] {
  return sessionStorage.getItem(STORED)?.split("\n") ?? [];
}

/** @returns Whether it is a token's address; one that is there already stays once. */
function addOption(select: HTMLSelectElement, uri: string): boolean {
  if (added.has(uri)) return true;
  try {
    const { account, issuer, secret, digits, periodSeconds } = parseTokenUri(uri);
    added.set(uri, { loginId: account, otp: { secret, digits, periodSeconds } });
    select.append(new Option(issuer === "" ? account : `${account} (${issuer})`, uri));
    return true;
  } catch {
    return false;
  }
}
