// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="esnext" />

/**
 * The script of the one page: it proves its launch key to the app and lets the app prove the same back, fetches
 * fragments, swaps them in, sends forms, and goes blank when the app is gone or the person is.
 *
 * It keeps nothing but the session in this tab's sessionStorage, so that a reload works.
 */
(function page() {
  "use strict";

  const BEAT_MS = 15_000;
  /** Sooner after the start: what an earlier run left is being finished, and the list changes. */
  const FIRST_BEATS_MS = [1_000, 3_000, 7_000];
  const POLL_MS = 400;
  /** A pause in typing. */
  const TYPING_MS = 150;
  const MAX_QUERY = 200;
  /** So long after the wish nobody may be there any more. */
  const AUTO_MS = 60 * 60_000;
  const STORED = "session";

  /** @typedef {{ token: string, key: string }} Session */
  /** @typedef {"expired" | "reused" | "refused" | "gone"} Reason */

  /**
   * Not in TypeScript's library yet.
   * @typedef {{ createHTML(html: string): string }} Policy
   * @typedef {{ trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }} WithTrustedTypes
   */
  const { trustedTypes } = /** @type {WithTrustedTypes} */ (/** @type {unknown} */ (globalThis));
  const policy = trustedTypes?.createPolicy("hakko", {
    // Only fragments of our own server pass here; it escapes all that it did not write itself.
    createHTML: (html) => html,
  });

  /** @type {Session | undefined} */
  let session;
  let current = "certificates";
  let isBusy = false;
  let isEnded = false;
  let wasActive = true;
  /** @type {number | undefined} */
  let revision;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let beat;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let poll;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let countdown;
  /** When trying again makes sense, by this browser's clock; 0 when nothing waits for that. */
  let retryAt = 0;
  /** Until when the person's wish to have it done by itself counts; 0 without one. */
  let autoUntil = 0;
  /** What the search of the help found last. @type {{ query: string, ids: string[], note: string } | undefined} */
  let found;
  let isLookingUp = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  /** Where each entry of the help belongs. @type {{ item: Element, home: Element }[]} */
  let homes = [];
  /** Texts of the current language, from the last fragment. @type {DOMStringMap} */
  let words = {};

  // ---- Session ----

  /** @param {Uint8Array} bytes */
  function base64url(bytes) {
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function nonce() {
    return base64url(crypto.getRandomValues(new Uint8Array(16)));
  }

  /**
   * HMAC-SHA256, base64url.
   * @param {string} key
   * @param {string} message
   */
  async function hmac(key, message) {
    const encoder = new TextEncoder();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
    return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(message))));
  }

  /** An answer of the app that is no page. */
  class Refused extends Error {
    /** @param {string} reason */
    constructor(reason) {
      super(reason);
      this.reason = reason;
    }
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} [fields] Makes it a POST.
   */
  async function ask(path, fields) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (session !== undefined) headers["x-app-session"] = session.token;
    if (fields !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(path, {
      method: fields === undefined ? "GET" : "POST",
      headers,
      body: fields === undefined ? null : JSON.stringify(fields),
      mode: "same-origin",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok && !response.headers.get("content-type")?.startsWith("text/html")) {
      throw new Refused(await response.text());
    }
    return response;
  }

  /** @param {string} key The launch key; it is proven, never sent. */
  async function open(key) {
    const mine = nonce();
    const response = await ask("/session", { nonce: mine, mac: await hmac(key, `page|${mine}`) });
    const { token, proof } = await response.json();
    if (proof !== await hmac(key, `app|${mine}`)) throw new Refused("gone");
    session = { token, key };
    sessionStorage.setItem(STORED, JSON.stringify(session));
  }

  /**
   * Asks whether the app that opened this session is still behind this port: after it ended, another program may
   * have taken the port. Before that is certain, nothing that a person typed leaves the page.
   */
  async function prove() {
    if (session === undefined) throw new Refused("refused");
    const mine = nonce();
    const active = wasActive || isWaiting() ? "yes" : "no";
    wasActive = false;
    const response = await ask("/alive", { nonce: mine, active });
    const answer = await response.json();
    if (answer.proof !== await hmac(session.key, `alive|${mine}`)) throw new Refused("gone");
    const isChanged = revision !== undefined && answer.revision !== revision;
    revision = answer.revision;
    return isChanged;
  }

  async function heartbeat() {
    try {
      const isChanged = await prove();
      if (isChanged && looksAgain() && !isBusy) await load(current, { keepFocus: true });
    } catch (error) {
      fail(error);
    }
  }

  /** A password that is being typed must not vanish under the person's hands. */
  function looksAgain() {
    return current === "certificates" || current === "proxy" && !hasSecrets();
  }

  // ---- Pages ----

  /** @param {string} id */
  function byId(id) {
    const element = document.getElementById(id);
    if (element === null) throw new Error(id);
    return element;
  }

  /**
   * @param {string} name
   * @param {{ keepFocus?: boolean, history?: "push" | "replace" | "none" }} [options]
   */
  async function load(name, options = {}) {
    await show(await ask(`/pages/${name}`), options);
  }

  /**
   * Shows the fragment of a response.
   * @param {Response} response
   * @param {{ keepFocus?: boolean, history?: "push" | "replace" | "none" }} [options]
   */
  async function show(response, { keepFocus = false, history: move = "replace" } = {}) {
    const html = await response.text();
    if (isEnded) return;
    const template = document.createElement("template");
    template.innerHTML = policy === undefined ? html : policy.createHTML(html);
    const fragment = /** @type {HTMLElement | null} */ (template.content.querySelector("[data-page]"));
    if (fragment === null) throw new Refused("gone");
    const name = fragment.dataset.page ?? "";
    const isSame = keepFocus && name === current;
    const typed = typedValues();
    const focused = keyOf(document.activeElement);
    const unfolded = openDetails();

    document.title = fragment.dataset.title ?? "";
    document.documentElement.lang = fragment.lang;
    put("header", fragment);
    put("footer", fragment);
    put("main", fragment);
    words = /** @type {HTMLElement | null} */ (fragment.querySelector("[data-part=words]"))?.dataset ?? {};
    for (const link of document.querySelectorAll("[data-skip]")) link.textContent = words.skip ?? "";
    if (words.revision !== undefined) revision = Number(words.revision);
    rememberHomes();
    if (isSame) {
      unfold(unfolded);
      if (found !== undefined && found.query === typed.helpQuery) showFound(found);
      restore(typed, focused);
      if (typed.helpQuery) void lookUp(); // it may be another language now
    } else {
      found = undefined;
    }

    if (name !== current || history.state?.page !== name) {
      if (move === "push") history.pushState({ page: name, from: current }, "", "/");
      else if (move === "replace") history.replaceState({ page: name }, "", "/");
    }
    current = name;
    clearTimeout(poll);
    if (document.querySelector("[data-poll]") !== null) poll = setTimeout(pollProgress, POLL_MS);
    if (document.querySelector("[data-watch]") !== null) poll = setTimeout(watch, POLL_MS);
    watchRetry();
    if (!isSame) focusFirst();
  }

  /**
   * Replaces one part, unless it is the same: the header keeps its focus.
   * @param {"header" | "main" | "footer"} part
   * @param {HTMLElement} fragment
   */
  function put(part, fragment) {
    const place = byId(part);
    const fresh = fragment.querySelector(`[data-part=${part}]`);
    if (fresh === null) return;
    const old = place.firstElementChild;
    if (part === "main" || old === null || old.outerHTML !== fresh.outerHTML) place.replaceChildren(fresh);
  }

  /** What was typed, without secrets. @returns {Record<string, string>} */
  function typedValues() {
    /** @type {Record<string, string>} */
    const values = {};
    for (const input of inputs()) {
      if (
        !("secret" in input.dataset) && input.type !== "hidden" && (input.type !== "radio" || input.checked)
      ) {
        values[input.name] = valueOf(input);
      }
    }
    return values;
  }

  /**
   * @param {Record<string, string>} values
   * @param {string | undefined} focused What {@link keyOf} said of the element that had the focus.
   */
  function restore(values, focused) {
    for (const input of inputs()) {
      const value = values[input.name];
      if (value === undefined || input.type === "hidden") continue;
      if (input.type === "radio") input.checked = input.value === value;
      else if (input.type === "checkbox") input.checked = value === "yes";
      else input.value = value;
    }
    onChoice();
    if (focused === undefined || document.activeElement !== document.body) return;
    const same = [...byId("main").querySelectorAll("button, input, summary")];
    const target = same.find((element) => keyOf(element) === focused);
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }

  /**
   * What tells an element from the others of its page, also after the page was fetched again.
   * @param {Element | null} element
   */
  function keyOf(element) {
    if (element instanceof HTMLInputElement) {
      return element.type === "radio" ? `${element.name}=${element.value}` : element.name;
    }
    if (!(element instanceof HTMLElement) || element === document.body) return undefined;
    return element.id || element.dataset.go || element.dataset.post;
  }

  /** What a form sends of an input. @param {HTMLInputElement} input */
  function valueOf(input) {
    if (input.type !== "checkbox") return input.value;
    return input.checked ? "yes" : "no";
  }

  /** @param {ParentNode} [within] */
  function inputs(within = byId("main")) {
    return [...within.querySelectorAll("input")];
  }

  /** The row that is chosen in the list. */
  function chosen() {
    return inputs().find((input) => input.type === "radio" && input.checked);
  }

  /** Tells the buttons that need a row which one it is. */
  function onChoice() {
    const choice = chosen();
    if (choice === undefined) return;
    for (const button of byId("main").querySelectorAll("[data-chosen]")) {
      if (!(button instanceof HTMLElement)) continue;
      const isEnough = button.dataset.chosen === "any" || choice.dataset.ready === "yes";
      button.setAttribute("aria-disabled", isEnough ? "false" : "true");
    }
    setText(document, "#choice-note", choice.dataset.note ?? "");
  }

  /**
   * What a button sends: the certificate that it is for, or the chosen one.
   * @param {HTMLElement} button
   * @returns {Record<string, string>}
   */
  function fieldsOf(button) {
    const { fingerprint, entry } = button.dataset;
    if (fingerprint !== undefined) return { fingerprint };
    if (entry !== undefined) return { entry };
    const choice = "chosen" in button.dataset ? chosen() : undefined;
    return choice === undefined ? {} : { [choice.name]: choice.value };
  }

  /** To what has to be corrected, else to what has to be read, else to the heading. */
  function focusFirst() {
    const invalid = inputs().filter((input) => input.getAttribute("aria-invalid") === "true");
    const target = invalid.find((input) => input.value === "") ?? invalid[0] ??
      byId("main").querySelector("[data-focus]") ?? byId("main").querySelector("h1");
    if (target instanceof HTMLElement) target.focus();
    if (!(target instanceof HTMLInputElement)) scrollTo(0, 0);
  }

  /** @param {string | undefined} text */
  function say(text) {
    const status = byId("status");
    if (text !== undefined && status.textContent !== text) status.textContent = text;
  }

  // ---- Progress ----

  async function pollProgress() {
    try {
      const response = await ask("/progress");
      const answer = await response.json();
      if (isEnded || current !== "acquiring") return;
      for (const { phase, state, text, mark } of answer.phases) {
        const row = /** @type {HTMLElement | null} */ (document.querySelector(`[data-phase="${phase}"]`));
        if (row === null || row.dataset.state === state) continue;
        row.dataset.state = state;
        setText(row, ".phase-state", text);
        setText(row, ".phase-mark", mark);
      }
      const cancel = document.querySelector("main [aria-describedby=cancel-note]");
      cancel?.setAttribute("aria-disabled", answer.cancellable ? "false" : "true");
      setText(document, "#cancel-note", answer.note);
      say(answer.say);
      if (answer.next !== "" && !isBusy) await load(answer.next);
      else poll = setTimeout(pollProgress, POLL_MS);
    } catch (error) {
      fail(error);
      // A single lost answer is no reason to leave the person without news.
      if (!isEnded) poll = setTimeout(pollProgress, 4 * POLL_MS);
    }
  }

  /** Follows what is under way behind a page of the help, row by row; the page looks again when it is over. */
  async function watch() {
    const place = document.querySelector("[data-watch]");
    if (!(place instanceof HTMLElement)) return;
    try {
      const answer = await (await ask(place.dataset.watch ?? "")).json();
      if (isEnded || !place.isConnected) return;
      for (const { id, state, text, mark, finding } of answer.checks) {
        const row = document.querySelector(`[data-panel="${answer.panel}"] [data-check="${id}"]`);
        if (!(row instanceof HTMLElement) || row.dataset.state === state) continue;
        row.dataset.state = state;
        setText(row, ".finding-state", text);
        setText(row, ".finding-mark", mark);
        setText(row, ".finding-text", finding);
      }
      if (answer.panel === "all") setText(document, "#check-note", answer.note);
      if (answer.isOver && !isBusy) await load(current, { keepFocus: true });
      else poll = setTimeout(watch, POLL_MS);
      say(answer.say);
    } catch (error) {
      fail(error);
      if (!isEnded) poll = setTimeout(watch, 4 * POLL_MS);
    }
  }

  /**
   * @param {ParentNode} within
   * @param {string} selector
   * @param {string} text
   */
  function setText(within, selector, text) {
    const element = within.querySelector(selector);
    if (element !== null && element.textContent !== text) element.textContent = text;
  }

  // ---- Trying again ----

  /** The part of the page that says when, if there is one. */
  function retryCard() {
    return /** @type {HTMLElement | null} */ (byId("main").querySelector("[data-retry]"));
  }

  /** The box in it; there is none where nothing can be done by itself. */
  function autoBox() {
    return inputs().find((input) => input.name === "autoRetry");
  }

  /** The form below it, where that is to be sent again. */
  function retryForm() {
    if (retryCard()?.dataset.repeats !== "yes") return undefined;
    return /** @type {HTMLElement | null} */ (byId("main").querySelector("[data-form]")) ?? undefined;
  }

  /** Begins to count when a page with a time comes; the wish of before holds on. */
  function watchRetry() {
    clearTimeout(countdown);
    const card = retryCard();
    if (card === null) return void (retryAt = autoUntil = 0);
    retryAt = Date.now() + Number(card.dataset.seconds) * 1000;
    const box = autoBox();
    if (box === undefined || Date.now() > autoUntil) autoUntil = 0;
    else box.checked = true;
    count();
  }

  function count() {
    const card = retryCard();
    if (card === null || isEnded) return;
    const left = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    setText(card, "[data-countdown]", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    if (left > 0 || isBusy && autoUntil > 0) return void (countdown = setTimeout(count, 500));
    if (autoUntil > 0 && retryByItself(card)) return;
    setText(card, "[data-countdown-label]", card.dataset.ready ?? "");
    setText(card, "[data-countdown]", "");
    document.querySelector("[data-retry-button]")?.removeAttribute("aria-disabled");
    say(card.dataset.ready);
  }

  /**
   * Sends the form if it is filled in, else does what needs nothing typed.
   * @param {HTMLElement} card
   * @returns {boolean} Whether there was a way: a password that is not here is asked for.
   */
  function retryByItself(card) {
    const form = retryForm();
    const empty = form && inputs(form).find((input) => input.value === "");
    const path = card.dataset.retry ?? "";
    if (form !== undefined && empty === undefined) {
      void act(undefined, () => submit(form));
    } else if (path !== "" && !hasSecrets()) {
      void act(undefined, async () => await show(await ask(path, {}), { keepFocus: true }));
    } else {
      empty?.focus();
      return false;
    }
    return true;
  }

  /** @param {Event} event */
  function onWish({ target }) {
    if (!(target instanceof HTMLInputElement) || target.name !== "autoRetry") return;
    autoUntil = target.checked ? Date.now() + AUTO_MS : 0;
    if (target.checked) count();
  }

  /** Somebody waits here for the time to come, and has left nothing secret on the page. */
  function isWaiting() {
    return autoUntil > Date.now() && retryCard() !== null && !hasSecrets();
  }

  // ---- Help ----

  /** Which answers are open, by ID. @returns {Map<string, boolean>} */
  function openDetails() {
    const all = /** @type {NodeListOf<HTMLDetailsElement>} */ (byId("main").querySelectorAll("details[id]"));
    return new Map([...all].map(({ id, open }) => [id, open]));
  }

  /** @param {Map<string, boolean>} states */
  function unfold(states) {
    for (const [id, isOpen] of states) {
      const details = document.getElementById(id);
      if (details instanceof HTMLDetailsElement) details.open = isOpen;
    }
  }

  function rememberHomes() {
    homes = [...document.querySelectorAll("[data-entries]")].flatMap((home) =>
      [...home.children].map((item) => ({ item, home }))
    );
  }

  /** @param {EventTarget | null} target */
  function onInput(target) {
    if (!(target instanceof HTMLInputElement) || target.dataset.search === undefined) return;
    clearTimeout(typing);
    typing = setTimeout(lookUp, TYPING_MS);
  }

  /** Asks for what the search field says, one question after the other, until it is answered. */
  async function lookUp() {
    const input = inputs().find(({ dataset }) => dataset.search !== undefined);
    if (input === undefined || isLookingUp) return;
    isLookingUp = true;
    try {
      /** @type {string | undefined} */
      let query;
      while (input.isConnected && query !== input.value) {
        query = input.value;
        const answer = query.trim() === ""
          ? { ids: [], note: "" }
          : await (await ask(input.dataset.search ?? "", { query: query.slice(0, MAX_QUERY) })).json();
        if (isEnded || !input.isConnected) return;
        const { ids, note } = answer;
        found = { query, ids, note };
        if (query === input.value) showFound(found);
      }
      say(found?.note);
    } catch (error) {
      fail(error);
    } finally {
      isLookingUp = false;
    }
  }

  /**
   * What was found in one list, best first; everything in its place without a search.
   * @param {{ ids: string[], note: string }} found
   */
  function showFound({ ids, note }) {
    const results = byId("help-results");
    const isSearch = note !== "";
    for (const { item, home } of homes) home.append(item);
    /** @type {Map<string | undefined, Element>} */
    const items = new Map(homes.map(({ item }) => [/** @type {HTMLElement} */ (item).dataset.entry, item]));
    if (isSearch) results.append(...ids.flatMap((id) => items.get(id) ?? []));
    results.hidden = results.childElementCount === 0;
    for (const topic of document.querySelectorAll("[data-topic]")) {
      if (topic instanceof HTMLElement) topic.hidden = isSearch;
    }
    setText(document, "#help-found", note);
  }

  /** To the page that led here. */
  function goBack() {
    if (history.state?.from !== undefined) history.back();
    else void act(undefined, () => load("certificates", { history: "push" }));
  }

  // ---- Actions ----

  /**
   * One thing at a time: further clicks wait for nothing and do nothing.
   * @param {HTMLElement | undefined} button
   * @param {() => Promise<void>} work
   */
  async function act(button, work) {
    if (isBusy || isEnded) return;
    isBusy = true;
    button?.setAttribute("aria-busy", "true");
    // Only what takes long is worth a word.
    const slow = setTimeout(() => say(words.working), 500);
    try {
      await work();
    } catch (error) {
      fail(error);
    } finally {
      clearTimeout(slow);
      say("");
      button?.removeAttribute("aria-busy");
      isBusy = false;
    }
  }

  /** @param {HTMLElement} form */
  async function submit(form) {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const input of inputs(form)) fields[input.name] = valueOf(input);
    await prove();
    const response = await ask(form.dataset.form ?? "", fields);
    clearSecrets();
    await show(response);
  }

  /**
   * Saves what the app answers as a file. A link would not do: it cannot carry the session.
   * @param {HTMLElement} button
   */
  async function download(button) {
    const response = await ask(button.dataset.download ?? "", fieldsOf(button));
    if (response.headers.get("content-type")?.startsWith("text/html")) return await show(response);
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = button.dataset.file ?? "";
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000); // some browsers read it only after the click
  }

  /** @param {string} id Of the element whose text is wanted elsewhere. */
  async function copy(id) {
    const element = byId(id);
    let note = words.copied;
    try {
      await navigator.clipboard.writeText(element.textContent ?? "");
    } catch {
      getSelection()?.selectAllChildren(element);
      note = words.copyFailed;
    }
    setText(document, "#copy-note", note ?? "");
    say(note);
  }

  /** @param {string} language */
  async function switchLanguage(language) {
    await ask("/language", { language });
    await load(current, { keepFocus: true });
    const pressed = document.querySelector(`[data-language="${language}"]`);
    if (pressed instanceof HTMLElement) pressed.focus();
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const button = event.target instanceof Element ? event.target.closest("button, [data-skip]") : null;
    if (!(button instanceof HTMLElement)) return choose(event.target);
    const { go, post, language, set } = button.dataset;
    if ("skip" in button.dataset) {
      event.preventDefault();
      byId("main").focus();
    } else if (button.getAttribute("aria-disabled") === "true") {
      const note = button.getAttribute("aria-describedby");
      if (note !== null) say(byId(note).textContent ?? "");
    } else if (go !== undefined) {
      const move = "replace" in button.dataset ? "replace" : "push";
      void act(button, () => load(go, { history: move }));
    } else if (post !== undefined) {
      const move = "push" in button.dataset ? "push" : "replace";
      void act(button, async () => await show(await ask(post, fieldsOf(button)), { history: move }));
    } else if (set !== undefined) {
      void act(button, async () => {
        await ask(set, fieldsOf(button));
        await load(current, { keepFocus: true });
      });
    } else if ("back" in button.dataset) {
      goBack();
    } else if ("download" in button.dataset) {
      void act(button, () => download(button));
    } else if (button.dataset.copy !== undefined) {
      void copy(button.dataset.copy);
    } else if (language !== undefined) {
      void act(button, () => switchLanguage(language));
    } else if ("submit" in button.dataset) {
      const form = button.closest("[data-form]");
      if (form instanceof HTMLElement) void act(button, () => submit(form));
    }
  }

  /**
   * A click anywhere in a row chooses it, unless it marked text there, to copy a serial number.
   * @param {EventTarget | null} target
   */
  function choose(target) {
    if (!(target instanceof Element) || target instanceof HTMLInputElement) return;
    const choice = target.closest("[data-choice]")?.querySelector("input");
    if (choice === null || choice === undefined || getSelection()?.isCollapsed === false) return;
    choice.checked = true;
    choice.focus({ preventScroll: true });
    onChoice();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // Enter sends the form, as in any form; not while an input method still composes.
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
    const button = event.target.closest("[data-form]")?.querySelector("[data-submit]");
    if (button instanceof HTMLElement) button.click();
  }

  // ---- Endings ----

  /** @param {unknown} error */
  function fail(error) {
    if (isEnded) return;
    if (!(error instanceof Refused)) return void checkGone();
    if (error.reason === "slow-down") return say(words.slowDown);
    if (error.reason === "expired" || error.reason === "reused" || error.reason === "gone") {
      return end(error.reason);
    }
    end("refused");
  }

  /** No answer: the app has ended, or only this one connection. */
  async function checkGone() {
    await new Promise((resolve) => setTimeout(resolve, 500));
    try {
      await prove();
      say(words.again);
    } catch (error) {
      if (!isEnded) end(error instanceof Refused && error.reason === "expired" ? "expired" : "gone");
    }
  }

  function hasSecrets() {
    return inputs().some((input) => "secret" in input.dataset && input.value !== "");
  }

  function clearSecrets() {
    for (const input of inputs()) if ("secret" in input.dataset) input.value = "";
  }

  function blank() {
    clearSecrets();
    for (const part of ["header", "main", "footer"]) byId(part).replaceChildren();
    clearInterval(beat);
    clearTimeout(poll);
    clearTimeout(countdown);
  }

  /** @param {Reason} reason */
  function end(reason) {
    isEnded = true;
    blank();
    session = undefined;
    sessionStorage.removeItem(STORED);
    for (const link of document.querySelectorAll("[data-skip]")) link.remove();
    const ending = document.querySelector(`[data-reason="${reason}"]`);
    if (!(ending instanceof HTMLElement)) return;
    document.documentElement.lang = "ja";
    ending.hidden = false;
    byId("main").replaceChildren(ending);
    const heading = ending.querySelector("h1");
    document.title = heading?.textContent ?? "";
    heading?.focus();
  }

  // ---- Start ----

  async function start() {
    const key = /^#k=([A-Za-z0-9_-]{22})$/.exec(location.hash)?.[1];
    // The key must not stay where it can be seen, copied or bookmarked.
    if (location.hash !== "") history.replaceState(null, "", "/");
    const stored = sessionStorage.getItem(STORED);
    try {
      if (key !== undefined) {
        sessionStorage.clear();
        await open(key);
      } else if (stored !== null) {
        session = JSON.parse(stored);
      } else {
        return end("refused");
      }
      await prove();
      beat = setInterval(heartbeat, BEAT_MS);
      await load(history.state?.page ?? "certificates");
      for (const ms of FIRST_BEATS_MS) setTimeout(() => isEnded || heartbeat(), ms);
    } catch (error) {
      fail(error);
      if (!isEnded) setTimeout(start, 2000); // told to slow down, or a connection broke
    }
  }

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onChoice);
  document.addEventListener("input", ({ target }) => onInput(target));
  document.addEventListener("change", onWish);
  for (const type of ["keydown", "pointerdown", "wheel", "input"]) {
    document.addEventListener(type, () => wasActive = true, { passive: true, capture: true });
  }
  addEventListener("popstate", (event) => {
    // The browser has moved already: an action that still runs must not leave another page under this entry.
    if (!isBusy) void act(undefined, () => load(event.state?.page ?? "certificates", { history: "none" }));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && session !== undefined) void heartbeat();
  });
  // A fresh launch URL typed into this very tab.
  addEventListener("hashchange", () => location.reload());
  // Nothing may be looked up in the back/forward cache.
  addEventListener("pagehide", () => {
    isEnded = true;
    blank();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  void start();
})();
