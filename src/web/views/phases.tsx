/** The five phases of an acquisition. The page script updates them in place, by `data-phase`. */
import type { Messages } from "../../i18n/mod.ts";
import type { PhaseProgress, PhaseState } from "../../issuance/mod.ts";

export interface PhasesProps {
  t: Messages;
  progress: readonly PhaseProgress[];
  label: string;
}

export function Phases({ t, progress, label }: PhasesProps) {
  return (
    <ol class="phases" aria-label={label}>
      {progress.map(({ phase, state }, index) => (
        <li class="phase" data-phase={phase} data-state={state}>
          <span class="phase-mark" aria-hidden="true">{phaseMark(state, index)}</span>
          <span class="phase-name">{t.phases[phase]}</span>
          <span class="phase-state">{t.phaseStates[state]}</span>
        </li>
      ))}
    </ol>
  );
}

/** A sign besides colour and words. */
export function phaseMark(state: PhaseState, index: number): string {
  if (state === "done") return "✓";
  if (state === "failed") return "!";
  return state === "running" ? "" : String(index + 1);
}
