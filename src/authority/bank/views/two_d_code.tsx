/** A 2D code (QR Code, ISO/IEC 18004) as a drawing in the page: no file, so no address that holds a secret. */
import type { FC } from "@hono/hono/jsx";
import { encode } from "uqr";

export interface TwoDCodeProps {
  text: string;
  /** What a screen reader says instead. */
  alternative: string;
}

/** Light modules around the code (ISO/IEC 18004 §5.3.8); without them readers do not find it. */
const QUIET_ZONE = 4;

/** Dark on light in every theme, because many readers know no other. */
export const TwoDCode: FC<TwoDCodeProps> = ({ text, alternative }) => {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const path = data.flatMap((row, y) => row.map((isDark, x) => isDark ? `M${x} ${y}h1v1h-1z` : "")).join("");
  return (
    <svg class="bank-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={alternative}>
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  );
};
