// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="esnext" />

/**
 * What a hostile page can try against a program on this machine, from whatever origin it is served.
 *
 * Each attempt ends with a line in the report if it got anything: an answer that can be read, or a resource that
 * was taken for one. What arrives without leaving a trace here is found at the app and at the authority.
 */

/** @typedef {{ target: string, paths: string[], tokens: string[] }} Attack */

/** Bodies that would do something if they were believed. */
const BODIES = [
  { path: "/issue", json: { loginId: "victim", password: "attacker" } },
  { path: "/language", json: { language: "en" } },
  { path: "/answer", json: { password: "attacker" } },
  { path: "/alive", json: { nonce: "AAAAAAAAAAAAAAAAAAAAAA", active: "yes" } },
];

/** The only words that a refusal says. */
const REFUSALS = ["refused", "reused", "expired", "slow-down"];

/** @param {string} path */
function bodyFor(path) {
  return JSON.stringify(BODIES.find((body) => body.path === path)?.json ?? {});
}

/**
 * @param {string} what
 * @param {() => Promise<Response>} request
 * @returns {Promise<string[]>}
 */
async function tryRequest(what, request) {
  try {
    const response = await request();
    if (response.type === "opaque") return [];
    const text = await response.text();
    return response.ok || !REFUSALS.includes(text)
      ? [`${what}: ${response.status} ${text.slice(0, 80)}`]
      : [];
  } catch {
    return []; // the browser said no, or the app did
  }
}

/** @param {Attack} attack */
async function tryFetches({ target, paths, tokens }) {
  const report = [];
  for (const path of paths) {
    const url = target + path;
    const body = bodyFor(path);
    for (const mode of /** @type {const} */ (["cors", "no-cors", "same-origin"])) {
      report.push(
        ...await tryRequest(`GET ${mode} ${path}`, () => fetch(url, { mode, credentials: "include" })),
      );
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
        const init = { method: "POST", mode, body, headers: { "content-type": type } };
        report.push(...await tryRequest(`POST ${mode} ${type} ${path}`, () => fetch(url, init)));
      }
    }
    for (const token of tokens) {
      const headers = { "x-app-session": token, "content-type": "application/json" };
      report.push(...await tryRequest(`GET with a token ${path}`, () => fetch(url, { headers })));
      const init = { method: "POST", body, headers };
      report.push(...await tryRequest(`POST with a token ${path}`, () => fetch(url, init)));
    }
    navigator.sendBeacon(url, body);
    navigator.sendBeacon(url, new Blob([body], { type: "text/plain" }));
    try {
      navigator.sendBeacon(url, new Blob([body], { type: "application/json" }));
    } catch {
      // such a type needs a preflight, which a beacon cannot make
    }
  }
  return report;
}

/**
 * Loads something into this page.
 * @param {string} kind
 * @param {string} url
 * @returns {Promise<string[]>}
 */
function tryElement(kind, url) {
  return new Promise((resolve) => {
    const element = document.createElement(kind);
    element.onload = () => resolve([`<${kind}> ${url} was loaded`]);
    element.onerror = () => resolve([]);
    if (kind === "link") {
      element.setAttribute("rel", "stylesheet");
      element.setAttribute("href", url);
    } else element.setAttribute("src", url);
    document.head.append(element);
  });
}

/** @param {Attack} attack */
async function tryElements({ target, paths }) {
  const report = [];
  for (const path of paths) {
    for (const kind of ["img", "script", "link"]) report.push(...await tryElement(kind, target + path));
  }
  return report;
}

/**
 * Sends a form into a frame of its own, as no preflight can prevent.
 * @param {string} method
 * @param {string} enctype
 * @param {string} path
 * @param {Attack} attack
 * @returns {Promise<void>}
 */
function sendForm(method, enctype, path, { target, tokens }) {
  return new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.name = `frame-${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method, enctype, action: target + path, target: frame.name });
    // With text/plain this becomes {"x":"=","…":…}: JSON, if the type were not looked at.
    const fields = { '{"x":"': `",${bodyFor(path).slice(1)}`, "x-app-session": tokens[0] ?? "" };
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(form);
    frame.onload = () => {
      frame.remove();
      form.remove();
      resolve();
    };
    form.submit();
  });
}

/** @param {Attack} attack */
async function tryForms(attack) {
  for (const path of attack.paths) {
    await sendForm("get", "application/x-www-form-urlencoded", path, attack);
    for (const type of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
      await sendForm("post", type, path, attack);
    }
  }
  return [];
}

/**
 * @param {WebSocket | EventSource} source
 * @returns {Promise<string[]>}
 */
function tryStream(source) {
  return new Promise((resolve) => {
    source.onopen = () => resolve([`${source.constructor.name} ${source.url} was opened`]);
    source.onmessage = () => resolve([`${source.constructor.name} ${source.url} was read`]);
    source.onerror = () => {
      source.close();
      resolve([]);
    };
  });
}

/** @param {Attack} attack */
async function tryStreams({ target, paths }) {
  const report = [];
  for (const path of paths) report.push(...await tryStream(new EventSource(target + path)));
  // After a few failures browsers make every further one wait for seconds.
  for (const path of ["/", "/progress"]) {
    report.push(...await tryStream(new WebSocket(target.replace("http", "ws") + path)));
  }
  return report;
}

/**
 * Everything above.
 * @param {Attack} attack
 * @returns {Promise<string[]>} What the page got hold of; nothing is what a test wants.
 */
async function attack(attack) {
  return [
    ...await tryFetches(attack),
    ...await tryElements(attack),
    ...await tryForms(attack),
    ...await tryStreams(attack),
  ];
}

Object.assign(globalThis, { attack });
