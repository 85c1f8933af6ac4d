/** A box to tick, with what it means beside it. */
export interface CheckBoxProps {
  name: string;
  label: string;
  hint?: string | undefined;
}

/** Never ticked by the server: what it stands for is the person's to wish for, each time. */
export function CheckBox({ name, label, hint }: CheckBoxProps) {
  const hintId = `${name}-hint`;
  return (
    <div class="tick">
      <input
        class="tick-mark"
        type="checkbox"
        id={name}
        name={name}
        aria-describedby={hint === undefined ? undefined : hintId}
      />
      <label class="tick-label" for={name}>{label}</label>
      {hint !== undefined && <span class="field-hint tick-hint" id={hintId}>{hint}</span>}
    </div>
  );
}
