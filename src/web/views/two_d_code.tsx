/** A 2D code (QR Code, ISO/IEC 18004) as a drawing. Loaded only when there is one to show. */
import { encode } from "uqr";

export interface TwoDCodeProps {
  text: string;
  /** What a screen reader says instead. */
  description: string;
}

/** Light modules around the code (ISO/IEC 18004 §5.3.8); without them readers do not find it. */
const QUIET_ZONE = 4;

/** Dark on light in every theme, because many readers know no other. */
export function TwoDCode({ text, description }: TwoDCodeProps) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return (
    <svg class="two-d-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={description}>
      <rect class="two-d-code-ground" width={size} height={size} />
      <path class="two-d-code-modules" d={data.map(pathOfRow).join("")} />
    </svg>
  );
}

/** One rectangle for each run of dark modules. */
function pathOfRow(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (row[x] !== true) continue;
    let end = x;
    while (row[end] === true) end++;
    path += `M${x} ${y}h${end - x}v1h-${end - x}z`;
    x = end;
  }
  return path;
}
