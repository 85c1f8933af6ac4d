/** What happens while the certificate is fetched, as it happens. */
import type { Hono } from "@hono/hono";
import { AppError } from "../../errors.ts";
import { hasExactly } from "../body.ts";
import type { Attempt, PhaseProgress } from "../../issuance/mod.ts";
import type { Operation } from "../../protocol/messages.ts";
import { type PageParts, presentable } from "../page_parts.ts";
import { ACTION_PATHS, PAGE_PATHS, PROGRESS_PATH } from "../paths.ts";
import { ErrorBanner } from "../views/banner.tsx";
import { Layout, type View } from "../views/layout.tsx";
import { phaseMark, Phases } from "../views/phases.tsx";
import { perform, proxyAsks } from "./interruption.ts";
import { errorPage, goTo, isBusy, statusOf, viewOf } from "./respond.tsx";
import { resumeAgain } from "./retry.ts";
import type { Reply } from "../walk.ts";

export interface AcquiringPageProps {
  view: View;
  operation: Operation;
  progress: readonly PhaseProgress[];
  error?: AppError;
}

export function AcquiringPage({ view, operation, progress, error }: AcquiringPageProps) {
  const { t } = view;
  const cancellable = isCancellable(progress);
  return (
    <Layout view={view} name="acquiring" title={t.acquiringTitle}>
      {error !== undefined && <ErrorBanner view={view} error={error} />}
      <p class="lead">{operation === "renew" ? t.renewingLead : t.acquiringLead}</p>
      <div class="card" data-poll={PROGRESS_PATH}>
        <Phases t={t} progress={progress} label={t.acquiringTitle} />
      </div>
      <div class="actions actions-noted">
        <button
          type="button"
          class="button"
          data-post={ACTION_PATHS.cancel}
          aria-disabled={cancellable ? "false" : "true"}
          aria-describedby="cancel-note"
        >
          {t.cancel}
        </button>
        <p class="note" id="cancel-note">{cancellable ? t.cancelPossible : t.cancelTooLate}</p>
      </div>
    </Layout>
  );
}

/** What the page script asks for twice a second. */
export interface ProgressAnswer {
  phases: { phase: string; state: string; text: string; mark: string }[];
  cancellable: boolean;
  note: string;
  /** For the live region: the phase that runs now. */
  say: string;
  /** Where to go when it has ended, else empty. */
  next: "" | "result" | "error" | "certificates" | "proxy";
}

/** Until the request is sent nothing has happened that would have to be undone. */
function isCancellable(progress: readonly PhaseProgress[]): boolean {
  return progress.every(({ phase, state }) => phase === "key" || state === "waiting");
}

function describe(attempt: Attempt | undefined, view: View): ProgressAnswer {
  const { t } = view;
  const progress = attempt?.progress() ?? [];
  const running = progress.find(({ state }) => state === "running");
  const outcome = attempt?.outcome();
  const cancellable = isCancellable(progress);
  return {
    phases: progress.map(({ phase, state }, index) => ({
      phase,
      state,
      text: t.phaseStates[state],
      mark: phaseMark(state, index),
    })),
    cancellable,
    note: cancellable ? t.cancelPossible : t.cancelTooLate,
    say: running === undefined ? "" : `${t.phases[running.phase]}: ${t.phaseStates.running}`,
    next: attempt === undefined
      ? "certificates"
      : outcome === undefined
      ? ""
      : outcome.ok
      ? "result"
      : "error",
  };
}

export function registerAcquiring(app: Hono, parts: PageParts): void {
  async function ended(): Promise<"result" | "error" | "certificates" | undefined> {
    if (parts.walk.running() !== undefined) return undefined;
    const outcome = (await parts.issuance()).current()?.outcome();
    if (outcome === undefined) return "certificates";
    if (outcome.ok) return "result";
    showFailure(outcome.error);
    return "error";
  }

  /** An acquisition ends once, and its page may ask often: the time to try again counts from the first. */
  function showFailure(thrown: AppError): void {
    const { walk } = parts;
    if (walk.failure?.error === thrown) return;
    const error = presentable(thrown, parts);
    walk.fail(error, parts.now());
    walk.again = isBusy(error) ? () => resumeAgain(parts, error) : undefined;
  }

  app.get(PAGE_PATHS.acquiring, async (c) => {
    const next = await ended();
    if (next !== undefined) return goTo(c, next);
    const attempt = parts.walk.running();
    if (attempt === undefined) return goTo(c, "certificates");
    return c.html(
      <AcquiringPage
        view={viewOf(parts)}
        operation={attempt.operation}
        progress={attempt.progress()}
      />,
    );
  });

  app.get(PROGRESS_PATH, async (c) => {
    const attempt = (await parts.issuance()).current();
    const answer = describe(attempt, viewOf(parts));
    const next = proxyAsks(parts) ? "proxy" : await ended() ?? "";
    return c.json({ ...answer, next } satisfies ProgressAnswer);
  });

  app.post(ACTION_PATHS.cancel, async (c) => {
    if (!hasExactly(await c.req.json(), [])) return c.text("refused", 400);
    const attempt = (await parts.issuance()).current();
    if (attempt === undefined || attempt.outcome() !== undefined) return goTo(c, "certificates");
    return await perform(c, parts, () => cancel(parts, attempt));
  });
}

async function cancel(parts: PageParts, attempt: Attempt): Promise<Reply> {
  try {
    await attempt.cancel();
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.key !== "issuance/too-late-to-cancel") {
      return (c) => errorPage(c, parts, thrown);
    }
    const error = presentable(thrown, parts);
    return (c) =>
      c.html(
        <AcquiringPage
          view={viewOf(parts)}
          operation={attempt.operation}
          progress={attempt.progress()}
          error={error}
        />,
        statusOf(error),
      );
  }
  parts.walk.notify({ kind: "cancelled" });
  return (c) => goTo(c, "certificates");
}
