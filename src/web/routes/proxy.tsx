/** プロキシ認証: what a proxy wants before it lets anything through. What it interrupted then goes on by itself. */
import type { Context, Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import type { Messages } from "../../i18n/mod.ts";
import type { ProxyChallenge } from "../../network/proxy/types.ts";
import { type Fields, hasExactly } from "../body.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS } from "../paths.ts";
import { ErrorBanner } from "../views/banner.tsx";
import { CheckBox } from "../views/check_box.tsx";
import { Field } from "../views/field.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { checkValues, type FieldErrors } from "./form_input.ts";
import { awaitVerdict, proxyAsks, refuseProxy, tell } from "./interruption.ts";
import { goTo, statusOf, viewOf, whereNow } from "./respond.tsx";

/** More than any directory service has. */
const USERNAME_MAX = 256;
const PASSWORD_MAX = 256;
const CONTROL = /\p{Cc}/u;

/** Pages that wait for the proxy as well: each would lead to a request that cannot go through. */
const HELD_UP = [
  PAGE_PATHS.certificates,
  PAGE_PATHS.confirm,
  PAGE_PATHS.issue,
  PAGE_PATHS.question,
  PAGE_PATHS.acquiring,
];

export interface ProxyPageProps {
  view: View;
  challenge: ProxyChallenge;
  username: string;
  /** Whether there is a secret store. */
  canKeep: boolean;
  error?: AppError | undefined;
  fieldErrors?: FieldErrors;
}

export function ProxyPage(props: ProxyPageProps) {
  const { view, challenge, username, canKeep, error, fieldErrors = {} } = props;
  const { t, language, profile } = view;
  return (
    <Layout view={view} name="proxy" title={t.proxyTitle}>
      {error !== undefined && <ErrorBanner view={view} error={error} />}
      <p class="lead">{t.proxyLead(challenge.proxy)}</p>
      <div class="card form" role="form" aria-labelledby="title" data-form={ACTION_PATHS.proxyAuthenticate}>
        <input type="hidden" name="proxy" value={challenge.proxy} />
        <p id="not-the-bank">{t.proxyNote(profile.institution.service[language])}</p>
        <Field
          name="username"
          label={t.proxyUsername}
          value={username}
          error={fieldErrors.username}
          maxLength={USERNAME_MAX}
          autocomplete="off"
          describedBy="not-the-bank"
        />
        <Field
          name="password"
          label={t.proxyPassword}
          secret
          error={fieldErrors.password}
          maxLength={PASSWORD_MAX}
          autocomplete="one-time-code"
          describedBy="not-the-bank"
        />
        {canKeep && <CheckBox name="keep" label={t.proxyKeep} hint={t.proxyKeepHint} />}
        <div class="actions">
          <button type="button" class="button button-primary" data-submit>{t.authenticate}</button>
          <button type="button" class="button" data-post={ACTION_PATHS.proxyCancel}>{t.stop}</button>
        </div>
      </div>
      <div class="stack-small">
        <p class="note">{t.proxyGoesOn}</p>
        <p class="note">{t.proxyAdvice}</p>
      </div>
    </Layout>
  );
}

export function registerProxy(app: Hono, parts: PageParts): void {
  const { proxyAuthentication, walk } = parts;
  for (const path of HELD_UP) {
    app.get(path, async (c, next) => proxyAsks(parts) ? goTo(c, "proxy") : await next());
  }

  app.get(PAGE_PATHS.proxy, async (c) => {
    const challenge = proxyAuthentication?.pending();
    return challenge === undefined ? await goOnFrom(c, parts) : await show(c, parts, challenge);
  });

  app.post(ACTION_PATHS.proxyAuthenticate, async (c) => {
    const fields: Fields = await c.req.json();
    const { keep = "no", ...typed } = fields;
    if (!hasExactly(typed, ["proxy", "username", "password"]) || !["yes", "no"].includes(keep)) {
      return c.text("refused", 400);
    }
    const challenge = proxyAuthentication?.pending();
    if (proxyAuthentication === undefined || challenge === undefined) return await goOnFrom(c, parts);
    // From a page that shows another proxy: a password is for nobody but the one it was typed for.
    if (typed.proxy !== challenge.proxy) return goTo(c, "proxy");
    const { password } = typed;
    const username = typed.username.trim(); // pasted with a space around it
    walk.proxyUsername = username.slice(0, 2 * USERNAME_MAX);
    const fieldErrors = checkCredentials({ username, password }, viewOf(parts).t);
    if (Object.keys(fieldErrors).length > 0) {
      return await show(c, parts, challenge, {
        error: presentable(new AppError("input/invalid", {}), parts),
        fieldErrors,
      });
    }
    const isKept = keep === "yes" && await canKeep(parts);
    parts.log.info("web.proxy-answered", { proxy: challenge.proxy, keep: isKept });
    proxyAuthentication.answer({ username, password }, { keep: isKept });
    if (walk.interrupted() === undefined) await awaitVerdict(parts);
    return await goOnFrom(c, parts);
  });

  app.post(ACTION_PATHS.proxyCancel, async (c) => {
    if (!hasExactly(await c.req.json(), [])) return c.text("refused", 400);
    if (proxyAsks(parts)) {
      parts.log.info("web.proxy-cancelled");
      await refuseProxy(parts);
    }
    return await goOnFrom(c, parts);
  });
}

/** Tells the result of what the proxy interrupted, or asks for the password again. */
async function goOnFrom(c: Context, parts: PageParts): Promise<Response> {
  const work = parts.walk.interrupted();
  if (work !== undefined) return await tell(c, parts, work);
  return goTo(c, proxyAsks(parts) ? "proxy" : await whereNow(parts));
}

async function show(
  c: Context,
  parts: PageParts,
  challenge: ProxyChallenge,
  refused: Pick<ProxyPageProps, "error" | "fieldErrors"> = refusalOf(challenge, parts),
): Promise<Response> {
  return await c.html(
    <ProxyPage
      view={viewOf(parts)}
      challenge={challenge}
      username={parts.walk.proxyUsername}
      canKeep={await canKeep(parts)}
      {...refused}
    />,
    refused.error === undefined ? 200 : statusOf(refused.error),
  );
}

/** G009e, if what was given before was refused. */
function refusalOf(
  { isRefused }: ProxyChallenge,
  parts: PageParts,
): Pick<ProxyPageProps, "error" | "fieldErrors"> {
  if (!isRefused) return {};
  const error = presentable(new AppError("proxy/credentials-refused", {}), parts);
  return { error, fieldErrors: { username: "", password: error.messageIn(parts.language.current()) } };
}

function checkCredentials(values: { username: string; password: string }, t: Messages): FieldErrors {
  const errors: Record<string, string> = checkValues(values, [
    { name: "username", label: t.proxyUsername, maxLength: USERNAME_MAX },
    { name: "password", label: t.proxyPassword, maxLength: PASSWORD_MAX },
  ], t);
  const { username, password } = values;
  // Basic authentication puts a colon between the two (RFC 7617 §2), and neither has control characters.
  if (/:/.test(username) || CONTROL.test(username)) {
    errors.username ??= t.proxyUsernameCharacters(t.proxyUsername);
  }
  if (CONTROL.test(password)) errors.password ??= t.proxyPasswordCharacters(t.proxyPassword);
  return errors;
}

/** A secret store that cannot be asked is none. */
async function canKeep({ proxyAuthentication, log }: PageParts): Promise<boolean> {
  try {
    return await proxyAuthentication?.canKeep() ?? false;
  } catch (error) {
    log.warn("web.secret-store-unknown", { cause: String(error) });
    return false;
  }
}
