/** One input with everything that belongs to it. */

export interface FieldProps {
  name: string;
  label: string;
  value?: string;
  /** Shown as dots, never sent back by the server. */
  secret?: boolean;
  hint?: string | undefined;
  /** Why the value was refused; empty when it is, and another field says why. */
  error?: string | undefined;
  maxLength: number;
  inputMode?: "text" | "numeric" | undefined;
  autocomplete: string;
  /** ID of an element besides that says what is asked. */
  describedBy?: string | undefined;
}

/**
 * Label, hint, input and error, tied together for assistive technology. The error's line is always there, so
 * that nothing moves when it fills. There is no `maxlength` attribute: it would cut a pasted value silently.
 */
export function Field(props: FieldProps) {
  const { name, error, hint } = props;
  const describedBy = [props.describedBy, hint && `${name}-hint`, error && `${name}-error`].filter(Boolean)
    .join(" ");
  return (
    <div class="field">
      <label class="field-label" for={name}>{props.label}</label>
      {hint !== undefined && <span class="field-hint" id={`${name}-hint`}>{hint}</span>}
      <input
        class="field-input"
        id={name}
        name={name}
        type={props.secret ? "password" : "text"}
        value={props.secret ? undefined : props.value}
        required
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy === "" ? undefined : describedBy}
        autocomplete={props.autocomplete}
        autocapitalize="off"
        spellcheck={false}
        inputmode={props.inputMode}
        data-secret={props.secret ? "" : undefined}
      />
      <span class="field-error" id={`${name}-error`}>{error}</span>
    </div>
  );
}
