import { createDetector } from '../../domain/anomaly/detector.ts';

/** Intervals that a gap is filled with at most, so that a wrong year does not fill a million. */
const gapIntervalsMax = 100_000;

/** The most frequent step between points. */
export function stepOf(starts: readonly number[]): number {
  const counts = new Map<number, number>();
  for (let index = 1; index < starts.length; index++) {
    const step = starts[index]! - starts[index - 1]!;
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most?.[0] ?? 3_600_000;
}

/** Runs the detector over the points of a file, gaps as missing intervals; 0 where it says nothing. */
export function judgePoints(starts: readonly number[], values: readonly number[]): Float64Array {
  const intervalMs = stepOf(starts);
  const detector = createDetector({ intervalMs, timeZone: 'UTC', isRelative: false });
  const severities = new Float64Array(starts.length);
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, start] of starts.entries()) {
    // A clock that was set back repeats an hour: the second time of it cannot be judged.
    if (start <= last) continue;
    const missing = index === 0 ? 0 : Math.round((start - last) / intervalMs) - 1;
    for (let gap = 1; gap <= Math.min(missing, gapIntervalsMax); gap++) {
      detector.judge({ start: last + gap * intervalMs, value: null });
    }
    const value = Number.isNaN(values[index]!) ? null : values[index]!;
    severities[index] = detector.judge({ start, value })?.severity ?? 0;
    last = start;
  }
  return severities;
}
