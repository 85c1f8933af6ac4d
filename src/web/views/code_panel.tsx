/** The 2D code of a transaction, and the same as text for a token that cannot see it. */
import type { Child } from "@hono/hono/jsx";
import type { View } from "./layout.tsx";

export interface CodePanelProps {
  view: View;
  code: string;
  /** The code drawn. */
  drawing: Child;
}

export function CodePanel({ view: { t }, code, drawing }: CodePanelProps) {
  return (
    <div class="code-panel">
      {drawing}
      <details class="details">
        <summary>{t.codeAsText}</summary>
        <div class="stack-small">
          <p class="note">{t.codeAsTextLead}</p>
          <p class="code code-text" id="code-text">{code}</p>
          <div class="actions actions-noted">
            <button type="button" class="button" data-copy="code-text" aria-describedby="copy-note">
              {t.copy}
            </button>
            <p class="note" id="copy-note"></p>
          </div>
        </div>
      </details>
    </div>
  );
}
