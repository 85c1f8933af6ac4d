/** Small statistics for the bench: medians, because one slow run on a shared machine says nothing. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("median of nothing");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** One line of the bench's result: what was measured, against what, and the ratio that was promised. */
export interface BenchRow {
  name: string;
  measured: number;
  reference: number;
  unit: string;
  /** The promise, as text, e.g. `≤ 1.5`. */
  target: string;
  met: boolean;
}

/** A row whose promise is that `measured / reference` stays at or below `most`. */
export function atMost(
  name: string,
  measured: number,
  reference: number,
  { most, unit }: { most: number; unit: string },
): BenchRow {
  return { name, measured, reference, unit, target: `≤ ${most}`, met: measured / reference <= most };
}

/** A row whose promise is that `measured / reference` reaches `least`. */
export function atLeast(
  name: string,
  measured: number,
  reference: number,
  { least, unit }: { least: number; unit: string },
): BenchRow {
  return { name, measured, reference, unit, target: `≥ ${least}`, met: measured / reference >= least };
}
