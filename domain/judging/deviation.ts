import type { Direction, JudgedPoint } from './point.ts';
import { asNumber, rounded } from './point.ts';

/** One judged interval as it is remembered for what comes after it. */
export interface Deviation {
  start: number;
  end: number;
  observed: number;
  expected: number;
  /** Signed distance from what was expected, in half widths of the band. */
  distance: number;
}

/** How many of the last intervals are remembered. */
export const rememberedMax = 24;
/** How many intervals say together how far a deviation is from what was expected. */
export const ratioIntervals = 6;

/** Undefined where the point was not judged. */
export function deviationOf({ start, end, value, scale, verdict }: JudgedPoint): Deviation | undefined {
  if (value === undefined || !verdict) return undefined;
  const observed = rounded(asNumber(value, scale));
  const { expected, lower, upper } = verdict;
  // A band has some width: that of a perfectly regular series would make any distance endless.
  const halfWidth = Math.max((upper - lower) / 2, 0.5, Math.abs(expected) * 1e-3);
  return { start, end, observed, expected, distance: rounded((observed - expected) / halfWidth) };
}

/**
 * Which of these intervals a deviation began in that shows at the last of them: the index.
 *
 * A lasting fall that is small shows only once several intervals have added up. Its most likely beginning is
 * the one from which on the distances, less half the size of the shift, add up to most (Page 1954, cumulative sums).
 * Distances of [0.1, -0.2, -0.9, -0.8, -1.0] below make it the third: the shift is 0.9, and from there on each
 * adds 0.45.
 */
export function beginningOf(deviations: readonly Deviation[], direction: Direction): number {
  const last = deviations.length - 1;
  const sign = direction === 'above' ? 1 : -1;
  const outward = deviations.map(({ distance }) => sign * distance);
  const newest = outward.slice(-3);
  const shift = Math.max(outward[last] ?? 0, newest.reduce((sum, one) => sum + one, 0) / newest.length);
  let [sum, most, beginning] = [0, Number.NEGATIVE_INFINITY, last];
  for (let index = last; index >= 0; index--) {
    sum += (outward[index] as number) - shift / 2;
    if (sum <= most) continue;
    most = sum;
    beginning = index;
  }
  return beginning;
}

/**
 * How far intervals were from what was expected of them together: |ln(observed / expected)|, which says of half
 * as much and of twice as much that they are equally far. Half an event is added to either, so that nothing at
 * all is far and not endlessly far.
 */
export function ratioOf(deviations: readonly Deviation[]): number {
  let [observed, expected] = [0.5, 0.5];
  for (const one of deviations.slice(-ratioIntervals)) {
    observed += one.observed;
    expected += one.expected;
  }
  return rounded(Math.abs(Math.log(observed / expected)));
}
