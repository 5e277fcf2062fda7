import { createDetector } from '../../domain/anomaly/detector.ts';
import { percentile } from '../report.ts';
import type { WorldSeries } from './worlds/world.ts';

export interface Pace {
  p50Us: number;
  p99Us: number;
  points: number;
  snapshotBytes: number;
  /** Greatest difference in severity between a run without a break and one restored from a snapshot again and again. */
  restoredDifference: number;
}

/** A detector is put away and taken up again after so many points. */
const pointsBetweenSnapshots = 97;

/** Time a point, size of the state, and what is lost by putting it away: nothing, if all is well. */
export function measurePace(series: readonly WorldSeries[]): Pace {
  const times: number[] = [];
  let [snapshotBytes, restoredDifference] = [0, 0];
  for (const [which, one] of series.entries()) {
    const settings = { intervalMs: one.stepMs, timeZone: one.timeZone, isRelative: one.given !== undefined };
    const detector = createDetector(settings);
    let restored = createDetector(settings);
    for (let index = 0; index < one.starts.length; index++) {
      const observation = {
        start: one.starts[index]!,
        value: Number.isNaN(one.values[index]!) ? null : one.values[index]!,
        special: one.special[index],
        ...(one.given && { given: Number.isNaN(one.given.values[index]!) ? null : one.given.values[index]! }),
      };
      const before = process.hrtime.bigint();
      const judged = detector.judge(observation);
      // The first series warms the machine up.
      if (which > 0) times.push(Number(process.hrtime.bigint() - before) / 1_000);
      const again = restored.judge(observation);
      const difference = Math.abs((judged?.severity ?? 0) - (again?.severity ?? 0));
      restoredDifference = Math.max(restoredDifference, difference);
      if (index % pointsBetweenSnapshots === 0) restored = createDetector(settings, restored.snapshot());
    }
    snapshotBytes = Math.max(snapshotBytes, detector.snapshot().length);
  }
  return {
    p50Us: percentile(times, 0.5),
    p99Us: percentile(times, 0.99),
    points: times.length,
    snapshotBytes,
    restoredDifference,
  };
}
