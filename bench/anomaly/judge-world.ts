import { createDetector } from '../../domain/anomaly/detector.ts';
import type { Scored } from './score-at-rate.ts';
import type { WorldSeries } from './worlds/world.ts';

/** Runs the detector over a series, point by point, as it is deployed. */
export function judgeSeries(series: WorldSeries, onSnapshot?: (bytes: number) => void): Scored {
  const { starts, values, special, given, stepMs, timeZone } = series;
  const detector = createDetector({ intervalMs: stepMs, timeZone, isRelative: given !== undefined });
  const severities = new Float64Array(starts.length).fill(Number.NaN);
  const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  for (let index = 0; index < starts.length; index++) {
    const judgement = detector.judge({
      start: starts[index]!,
      value: known(values[index]),
      special: special[index],
      ...(given && { given: known(given.values[index]) }),
    });
    if (judgement) severities[index] = judgement.severity;
  }
  onSnapshot?.(detector.snapshot().length);
  return { series, severities };
}

export const judgeWorld = (world: readonly WorldSeries[]): Scored[] =>
  world.map((series) => judgeSeries(series));
