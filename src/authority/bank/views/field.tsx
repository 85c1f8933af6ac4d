/** One input with its label, hint and error, tied together for assistive technology. */
import type { FC } from "@hono/hono/jsx";

export interface FieldProps {
  name: string;
  label: string;
  value?: string | undefined;
  /** Shown as dots, and never sent back. */
  isSecret?: boolean;
  isNumber?: boolean;
  hint?: string | undefined;
  /** Why the value was refused; empty when it is, and another field says why. */
  error?: string | undefined;
  autocomplete: string;
}

/** The error's line is always there, so that nothing moves when it fills. No `maxlength`: it cuts silently. */
export const Field: FC<FieldProps> = (props) => {
  const { name, hint, error } = props;
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="field-label" for={name}>{props.label}</label>
      {hint !== undefined && <span class="field-hint" id={`${name}-hint`}>{hint}</span>}
      <input
        class="field-input"
        id={name}
        name={name}
        type={props.isSecret ? "password" : "text"}
        value={props.isSecret ? undefined : props.value}
        required
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy === "" ? undefined : describedBy}
        autocomplete={props.autocomplete}
        autocapitalize="off"
        spellcheck={false}
        inputmode={props.isNumber ? "numeric" : undefined}
      />
      <span class="field-error" id={`${name}-error`}>{error}</span>
    </div>
  );
};
