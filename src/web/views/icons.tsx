/** Small drawings; all of them say again what the text beside them says, so they are hidden from readers. */

/** A certificate with its seal, in the accent colour. */
export function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <rect class="brand-mark-ground" width="36" height="36" rx="8" />
      <g class="brand-mark-lines">
        <path d="M10 7.5h11l5 5V19M10 7.5v21h7M14 14h6M14 18.5h5" />
        <circle cx="23.5" cy="24.5" r="4" />
        <path d="M21.6 28.4v3.2l1.9-1.1 1.9 1.1v-3.2" />
      </g>
    </svg>
  );
}

const SIGNS = {
  error: "M12 7v6m0 3.5v.01",
  warning: "M12 7v6m0 3.5v.01",
  info: "M12 11v6m0-10v.01",
  success: "M7.5 12.5l3 3 6-7",
} as const;

/** What kind of message a banner holds. */
export type Tone = keyof typeof SIGNS;

/** The sign at the head of a banner; a triangle for a warning, so that the shape tells as well. */
export function BannerIcon({ tone }: { tone: Tone }) {
  return (
    <svg class="banner-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {tone === "warning" ? <path d="M12 2.8 22 20.5H2z" /> : <circle cx="12" cy="12" r="10" />}
      <path d={SIGNS[tone]} />
    </svg>
  );
}

/** An empty sheet with a plus: nothing here yet. */
export function EmptyIcon() {
  return (
    <svg class="empty-icon" viewBox="0 0 56 56" aria-hidden="true" focusable="false">
      <path d="M12 8h22l10 10v12M12 8v40h18M34 8v10h10M20 26h14M20 34h8" />
      <path d="M42 36v12M36 42h12" />
    </svg>
  );
}
